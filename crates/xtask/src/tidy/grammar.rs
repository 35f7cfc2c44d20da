//! The grammar exists once: the crate's copy is a link to it.

use super::Finding;
use crate::repository::SourceFile;

/// The grammar.
pub(crate) const GRAMMAR: &str = "grammar/wayline.pest";
/// The name under which the crate that parses knows it.
const LINK: &str = "crates/wayline-lang/src/syntax/wayline.pest";

/// Checks that both names show the same text. On a checkout without symbolic links the second holds a path instead.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let text = |path: &str| files.iter().find(|f| f.path == path).and_then(|f| f.text.as_deref());
    match (text(GRAMMAR), text(LINK)) {
        (None, None) => Vec::new(), // nothing to compare; the parser would not build
        (None, Some(_)) => vec![Finding::error(GRAMMAR, "the grammar is missing")],
        (Some(_), None) => vec![Finding::error(LINK, format!("make it a symbolic link to {GRAMMAR}"))],
        (Some(grammar), Some(link)) if grammar != link => {
            vec![Finding::error(
                LINK,
                format!("differs from {GRAMMAR}: make it a symbolic link (git config core.symlinks true)"),
            )]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: Some(text.to_owned()) }
    }

    #[test]
    fn both_names_show_the_same_text() {
        assert_eq!(check(&[file(GRAMMAR, "a"), file(LINK, "a")]), []);
        assert_eq!(check(&[file(GRAMMAR, "a"), file(LINK, "../../grammar")]).len(), 1);
        assert_eq!(check(&[file(GRAMMAR, "a")]).len(), 1);
        assert_eq!(check(&[file(LINK, "a")]).len(), 1);
    }
}
