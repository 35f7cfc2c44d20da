//! The words of all `one of` types, interned once. The first are the reasons a message was not sent.

use std::collections::BTreeMap;

use wayline_ir::{Program, Symbol, Type};

/// The table of words.
pub(crate) struct Symbols {
    words: Vec<String>,
    index: BTreeMap<String, Symbol>,
}

impl Symbols {
    pub(crate) fn new() -> Self {
        let mut symbols = Self { words: Vec::new(), index: BTreeMap::new() };
        for reason in Program::REASONS {
            symbols.intern(reason);
        }
        symbols
    }

    pub(crate) fn intern(&mut self, word: &str) -> Symbol {
        if let Some(symbol) = self.index.get(word) {
            return *symbol;
        }
        let symbol = Symbol::at(self.words.len());
        self.words.push(word.to_owned());
        self.index.insert(word.to_owned(), symbol);
        symbol
    }

    pub(crate) fn get(&self, word: &str) -> Option<Symbol> {
        self.index.get(word).copied()
    }

    pub(crate) fn word(&self, symbol: Symbol) -> &str {
        self.words.get(symbol.index()).map_or("", String::as_str)
    }

    /// The type of `why` in `if not sent as why`.
    pub(crate) fn reasons() -> Type {
        Type::OneOf((0..Program::REASONS.len()).map(Symbol::at).collect())
    }

    pub(crate) fn into_words(self) -> Vec<String> {
        self.words
    }
}
