//! The parser that pest makes of `grammar/wayline.pest`.

#![expect(missing_docs, reason = "the variants are the rules of the grammar, which documents them")]

/// The generated parser. It keeps no state and its process-wide limits are never set.
#[derive(pest_derive::Parser)]
#[grammar = "src/syntax/wayline.pest"]
pub(crate) struct Grammar;
