//! Text that knows which of its pieces can be left out, and which can be made simpler: what is generated, and what is
//! shrunk again when it shows a difference.

/// A piece of text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Piece(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    /// May be left out.
    Maybe(Piece),
    /// May be replaced by what it holds.
    Wrapped(String, Piece, String),
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        Self(vec![Part::Text(text.to_owned())])
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Self {
        Self(vec![Part::Text(text)])
    }
}

impl Piece {
    /// All of them, one after the other.
    pub(crate) fn all(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self(pieces.into_iter().flat_map(|piece| piece.0).collect())
    }

    /// With something after it.
    #[must_use]
    pub(crate) fn then(mut self, more: impl Into<Piece>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// That may be left out.
    #[must_use]
    pub(crate) fn maybe(self) -> Self {
        Self(vec![Part::Maybe(self)])
    }

    /// That may stand alone.
    #[must_use]
    pub(crate) fn wrapped(self, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self(vec![Part::Wrapped(before.into(), self, after.into())])
    }

    /// The text.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(words) => text.push_str(words),
                Part::Maybe(piece) => piece.write(text),
                Part::Wrapped(before, piece, after) => {
                    text.push_str(before);
                    piece.write(text);
                    text.push_str(after);
                }
            }
        }
    }

    /// How many simplifications there are.
    pub(crate) fn simplifications(&self) -> usize {
        let of = |part: &Part| match part {
            Part::Text(_) => 0,
            Part::Maybe(piece) | Part::Wrapped(_, piece, _) => 1 + piece.simplifications(),
        };
        self.0.iter().map(of).sum()
    }

    /// With the nth simplification made, outer ones first.
    pub(crate) fn simplified(&self, mut nth: usize) -> Self {
        let mut parts = Vec::new();
        for (at, part) in self.0.iter().enumerate() {
            let (Part::Maybe(piece) | Part::Wrapped(_, piece, _)) = part else {
                parts.push(part.clone());
                continue;
            };
            let inner = piece.simplifications();
            if nth > inner {
                nth -= inner + 1;
                parts.push(part.clone());
                continue;
            }
            match (part, nth) {
                (Part::Maybe(_), 0) => {}
                (Part::Wrapped(..), 0) => parts.extend(piece.0.iter().cloned()),
                (Part::Wrapped(before, _, after), nth) => {
                    parts.push(Part::Wrapped(before.clone(), piece.simplified(nth - 1), after.clone()));
                }
                (_, nth) => parts.push(Part::Maybe(piece.simplified(nth - 1))),
            }
            parts.extend(self.0[at + 1..].iter().cloned());
            return Self(parts);
        }
        Self(parts)
    }
}
