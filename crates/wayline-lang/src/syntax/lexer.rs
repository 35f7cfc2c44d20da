//! Cuts a text into tokens, every byte in exactly one of them.
//!
//! The grammar gives structure; the tokens give what structure has no place for: trivia, the true end of a statement,
//! the depth of brackets, and what the formatter lays out.

use crate::source::offset;

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its first byte.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// Blanks, line ends, a byte order mark.
    Space,
    /// `# …`
    Comment,
    /// `## …`: documentation of the next declaration.
    Doc,
    /// `// …` and `/* … */`: read as comments, and reported.
    ForeignComment,
    /// `;`: skipped, and reported.
    Semicolon,
    /// A name or a word of the language, with backquotes.
    Word,
    /// Digits with what belongs to them: `12`, `0.5`, `21:00`, `2026-12-24`, `15%`.
    Number,
    /// A text with its quotes.
    Text,
    /// A text whose closing quote is missing.
    OpenText,
    /// A sign of one or two characters.
    Sign,
}

impl TokenKind {
    /// Whether the grammar skips it.
    #[must_use]
    pub const fn is_trivia(self) -> bool {
        matches!(self, Self::Space | Self::Comment | Self::Doc | Self::ForeignComment | Self::Semicolon)
    }

    /// Whether it is a comment of any kind.
    #[must_use]
    pub const fn is_comment(self) -> bool {
        matches!(self, Self::Comment | Self::Doc | Self::ForeignComment)
    }
}

/// Cuts a text into tokens. Linear, never fails.
#[must_use]
pub fn lex(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 4);
    let mut lexer = Lexer { text, at: 0 };
    while let Some(first) = lexer.peek() {
        let start = lexer.at;
        let kind = lexer.token(first);
        tokens.push(Token { kind, start: offset(start), end: offset(lexer.at) });
    }
    tokens
}

/// Stands in place of the blank before a word that surely begins a declaration: what was left open before ends there.
const ITEM_START: char = '\u{1}';

/// The text with a blank for every byte that is skipped, line ends kept: what the grammar reads. Offsets stay.
pub(super) fn blank_trivia(text: &str, tokens: &[Token]) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, token) in tokens.iter().enumerate() {
        let part = text.get(token.start as usize..token.end as usize).unwrap_or_default();
        if !token.kind.is_trivia() {
            if part.contains(ITEM_START) {
                out.push_str(&part.replace(ITEM_START, "\u{2}"))
            } else {
                out.push_str(part)
            }
            continue;
        }
        for line in part.split_inclusive('\n') {
            let line_text = line.strip_suffix('\n').unwrap_or(line);
            push_blanks(&mut out, line_text.len());
            if line_text.len() < line.len() {
                out.push('\n');
            }
        }
        let rest = tokens.get(index + 1..).unwrap_or_default();
        if token.kind == TokenKind::Space && part.contains('\n') && begins_item(text, rest) {
            out.pop();
            out.push(ITEM_START);
        }
    }
    out
}

/// Whether a declaration begins here: its first word, a name, and the sign that follows them in no other place.
fn begins_item(text: &str, tokens: &[Token]) -> bool {
    let slice = |token: &Token| text.get(token.start as usize..token.end as usize).unwrap_or_default();
    let Some(first) = tokens.first().filter(|token| token.kind == TokenKind::Word) else { return false };
    if !matches!(
        text.as_bytes().get(first.start as usize),
        Some(b'c' | b'e' | b'f' | b'g' | b'j' | b'm' | b'p' | b's' | b't')
    ) {
        return false;
    }
    let mut next = tokens.iter().skip(1).take(12).filter(|token| !token.kind.is_trivia());
    match slice(first) {
        "journey" | "flow" | "message" | "event" | "topic" | "channel" | "calendar" | "service"
        | "suppress" | "persona" | "guarantee" | "segment" => {
            if next.next().is_none_or(|name| name.kind != TokenKind::Word) {
                return false;
            }
            match next.next().map(slice) {
                Some("{" | "(" | ":") => true,
                // `for message m on email` goes on without a brace.
                Some("on") => next.nth(1).is_some_and(|sign| slice(sign) == "{"),
                _ => false,
            }
        }
        "test" => {
            next.next().is_some_and(|title| title.kind == TokenKind::Text)
                && next.next().is_some_and(|sign| slice(sign) == "{")
        }
        _ => false,
    }
}

fn push_blanks(out: &mut String, count: usize) {
    const BLANKS: &str = "                                ";
    let mut left = count;
    while let Some(part) = BLANKS.get(..left.min(BLANKS.len())).filter(|part| !part.is_empty()) {
        out.push_str(part);
        left -= part.len();
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        let byte = *self.text.as_bytes().get(self.at)?;
        if byte.is_ascii() { Some(char::from(byte)) } else { self.rest().chars().next() }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or_default()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        while let Some(c) = self.peek()
            && wanted(c)
        {
            self.at += c.len_utf8();
        }
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        let length = rest.bytes().position(|b| b == b'\n').unwrap_or(rest.len());
        let cr = usize::from(length > 0 && rest.as_bytes().get(length - 1) == Some(&b'\r'));
        self.at += length - cr;
    }

    fn token(&mut self, first: char) -> TokenKind {
        match first {
            c if is_space(c) => {
                self.take_while(is_space);
                TokenKind::Space
            }
            c if is_word_start(c) => {
                self.take_while(is_word_char);
                TokenKind::Word
            }
            '0'..='9' => {
                self.number();
                TokenKind::Number
            }
            '"' => self.text_token(),
            '#' => {
                // Three and more signs are a line drawn by hand, not documentation.
                let doc = self.byte(1) == b'#' && self.byte(2) != b'#';
                self.skip_line();
                if doc { TokenKind::Doc } else { TokenKind::Comment }
            }
            '/' if self.byte(1) == b'/' => {
                self.skip_line();
                TokenKind::ForeignComment
            }
            '/' if self.byte(1) == b'*' => {
                self.at += 2;
                match self.rest().find("*/") {
                    Some(length) => self.at += length + 2,
                    // The grammar takes the two signs for operators then.
                    None => return TokenKind::Sign,
                }
                TokenKind::ForeignComment
            }
            ';' => {
                self.at += 1;
                TokenKind::Semicolon
            }
            '`' => self.quoted(&['`'], TokenKind::Word),
            '\'' => self.quoted(&['\''], TokenKind::Text),
            '“' | '”' | '„' => self.quoted(&['”', '“', '"'], TokenKind::Text),
            c => {
                self.at += c.len_utf8();
                let pair = (c, self.byte(0));
                if matches!(pair, ('<' | '>' | '=' | '!', b'=') | ('<', b'>') | ('&', b'&') | ('|', b'|')) {
                    self.at += 1;
                    if matches!(c, '=' | '!') && self.byte(0) == b'=' {
                        self.at += 1;
                    }
                }
                TokenKind::Sign
            }
        }
    }

    /// `12`, `0.5`, `1_000`, `15%`, `21:00:30`, `2026-12-24`, `12-24`.
    fn number(&mut self) {
        let digits = |l: &mut Self| l.take_while(|c| c.is_ascii_digit() || c == '_');
        let start = self.at;
        digits(self);
        match self.byte(0) {
            b'.' if self.byte(1).is_ascii_digit() => {
                self.at += 1;
                digits(self);
            }
            b':' if self.at - start <= 2
                && self.byte(1).is_ascii_digit()
                && self.byte(2).is_ascii_digit() =>
            {
                while self.byte(0) == b':' && self.byte(1).is_ascii_digit() && self.byte(2).is_ascii_digit() {
                    self.at += 3;
                }
                return;
            }
            b'-' if self.is_date(start) => {
                while self.byte(0) == b'-' && self.byte(1).is_ascii_digit() && self.byte(2).is_ascii_digit() {
                    self.at += 3;
                }
                return;
            }
            _ => {}
        }
        if self.byte(0) == b'%' {
            self.at += 1;
        }
    }

    /// Whether the digits from `start` and what follows are `2026-12-24` or `12-24`.
    fn is_date(&self, start: usize) -> bool {
        let two = |at: usize| {
            self.byte(at) == b'-' && self.byte(at + 1).is_ascii_digit() && self.byte(at + 2).is_ascii_digit()
        };
        match self.at - start {
            4 => two(0) && two(3) && !is_word_byte(self.byte(6)),
            2 => two(0) && !is_word_byte(self.byte(3)),
            _ => false,
        }
    }

    fn text_token(&mut self) -> TokenKind {
        let long = self.byte(1) == b'"' && self.byte(2) == b'"';
        self.at += if long { 3 } else { 1 };
        while self.at < self.text.len() {
            match self.byte(0) {
                b'\\' if self.byte(1) != b'\n' || long => self.at += 2,
                b'"' if !long => {
                    self.at += 1;
                    return TokenKind::Text;
                }
                b'"' if self.byte(1) == b'"' && self.byte(2) == b'"' => {
                    self.at += 3;
                    return TokenKind::Text;
                }
                b'\n' if !long => break,
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.text.len());
        // A byte after a backslash may have been the first of several.
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        TokenKind::OpenText
    }

    /// Text up to one of the closing signs on the same line; only the opening sign if there is none.
    fn quoted(&mut self, close: &[char], kind: TokenKind) -> TokenKind {
        let open = self.peek().map_or(1, char::len_utf8);
        self.at += open;
        let rest = self.rest();
        match rest.find(|c| c == '\n' || close.contains(&c)) {
            Some(length) if rest.as_bytes().get(length) != Some(&b'\n') => {
                let close = rest.get(length..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8);
                self.at += length + close;
                kind
            }
            _ => TokenKind::Sign,
        }
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\n' | '\t' | '\r' | '\u{FEFF}' | '\u{A0}' | '\u{3000}')
}

/// Whether a name may begin with this character.
pub(crate) fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || (!c.is_ascii() && pest::unicode::XID_START(c))
}

/// Whether a name may go on with this character.
pub(crate) fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && pest::unicode::XID_CONTINUE(c))
}

const fn is_word_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        let tokens = lex(text);
        assert_eq!(tokens.iter().map(|t| &text[t.start as usize..t.end as usize]).collect::<String>(), text);
        tokens
            .iter()
            .filter(|t| t.kind != TokenKind::Space)
            .map(|t| (t.kind, &text[t.start as usize..t.end as usize]))
            .collect()
    }

    #[test]
    fn literals_are_one_token() {
        use TokenKind::{Number, Sign, Text, Word};
        assert_eq!(
            kinds("21:00 2026-12-24 12-24 15% 0.5 1_000 3-2 \"a # b\" `on` 弃购"),
            [
                (Number, "21:00"),
                (Number, "2026-12-24"),
                (Number, "12-24"),
                (Number, "15%"),
                (Number, "0.5"),
                (Number, "1_000"),
                (Number, "3"),
                (Sign, "-"),
                (Number, "2"),
                (Text, "\"a # b\""),
                (Word, "`on`"),
                (Word, "弃购"),
            ]
        );
    }

    #[test]
    fn comments_texts_and_signs() {
        use TokenKind::{Comment, Doc, ForeignComment, OpenText, Semicolon, Sign, Text};
        assert_eq!(kinds("## d\r\n# c\n### c"), [(Doc, "## d"), (Comment, "# c"), (Comment, "### c")]);
        assert_eq!(
            kinds("// x\n/* y\n */;"),
            [(ForeignComment, "// x"), (ForeignComment, "/* y\n */"), (Semicolon, ";")]
        );
        assert_eq!(kinds("\"a\\\"b\" \"c"), [(Text, "\"a\\\"b\""), (OpenText, "\"c")]);
        assert_eq!(kinds("\"\"\"a\n\"b\n\"\"\""), [(Text, "\"\"\"a\n\"b\n\"\"\"")]);
        assert_eq!(
            kinds("<= == !== && /*"),
            [(Sign, "<="), (Sign, "=="), (Sign, "!=="), (Sign, "&&"), (Sign, "/*")]
        );
        assert_eq!(kinds("“x” 'y'"), [(Text, "“x”"), (Text, "'y'")]);
        assert_eq!(kinds("\"\\é"), [(OpenText, "\"\\é")]);
    }
}
