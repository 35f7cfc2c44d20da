//! How wide texts are, without a font: a table for a wide one, so that others fit as well.

use crate::text::is_wide;

/// The sizes of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    Title,
    Note,
    Node,
    Edge,
}

impl Font {
    /// In pixels.
    const fn size(self) -> i64 {
        match self {
            Self::Title => 20,
            Self::Note => 12,
            Self::Node => 13,
            Self::Edge => 11,
        }
    }

    /// The height of a line.
    pub(super) const fn line(self) -> i64 {
        match self {
            Self::Title => 30,
            Self::Note | Self::Node => 17,
            Self::Edge => 14,
        }
    }

    /// The height of several lines.
    pub(super) fn height(self, lines: usize) -> i64 {
        self.line().saturating_mul(i64::try_from(lines).unwrap_or(i64::MAX))
    }

    /// How far above the lower edge of their line letters stand.
    pub(super) const fn drop(self) -> i64 {
        match self {
            Self::Title => 8,
            Self::Note | Self::Node => 4,
            Self::Edge => 3,
        }
    }

    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Note => "note",
            Self::Node => "label",
            Self::Edge => "word",
        }
    }
}

/// Widths of the printable characters of ASCII in hundredths of the size (DejaVu Sans).
#[rustfmt::skip]
const WIDTHS: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 68, 61,
    68, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59,
    82, 59, 59, 52, 64, 34, 64, 84,
];

/// The width of a text in pixels, rounded up.
pub(super) fn width(text: &str, font: Font) -> i64 {
    let hundredths: i64 = text.chars().map(character).sum();
    // Titles are bold.
    let bold = if font == Font::Title { 112 } else { 100 };
    (hundredths * font.size() * bold + 9_999) / 10_000
}

fn character(c: char) -> i64 {
    let printable = u32::from(c).checked_sub(32).and_then(|place| WIDTHS.get(place as usize));
    match printable {
        Some(width) => i64::from(*width),
        None if is_wide(c) => 100,
        // Marks that stand on the character before them.
        None if matches!(c, '\u{300}'..='\u{36F}' | '\u{200B}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}') => 0,
        None => 70,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_add_up() {
        assert_eq!(width("", Font::Node), 0);
        assert_eq!(width("wait", Font::Node), (82 + 61 + 28 + 39) * 13 / 100 + 1);
        assert_eq!(width("提醒", Font::Note), 24);
    }
}
