//! Texts in pictures: cleaned of what cannot be shown, and broken into lines.

/// How many columns a line of a node has.
pub(crate) const NODE_COLUMNS: usize = 38;
/// How many columns a line at an edge has.
pub(crate) const EDGE_COLUMNS: usize = 26;
/// How many columns a line of notes has.
pub(crate) const NOTE_COLUMNS: usize = 72;
/// How many lines a node has at most.
const NODE_LINES: usize = 6;
/// How many lines an edge has at most.
const EDGE_LINES: usize = 4;

/// The lines of a node.
pub(crate) fn node_lines(label: &str) -> Vec<String> {
    balanced(label, NODE_COLUMNS, NODE_LINES)
}

/// The lines at an edge.
pub(crate) fn edge_lines(label: &str) -> Vec<String> {
    balanced(label, EDGE_COLUMNS, EDGE_LINES)
}

/// As few lines as [`wrap`] makes, but of about one length.
fn balanced(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut best = wrap(text, width, usize::MAX);
    if best.len() < 2 || best.len() > most {
        return wrap(text, width, most);
    }
    for narrower in (width / 2..width).rev() {
        let lines = wrap(text, narrower, usize::MAX);
        if lines.len() > best.len() {
            break;
        }
        best = lines;
    }
    best
}

/// One line without what no picture can hold: control characters, and those that turn the direction of a line, become
/// blanks or the sign of something that cannot be shown.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}',
            c if c.is_control() => '\u{FFFD}',
            c => c,
        })
        .collect()
}

/// Whether a character is as wide as two others: those of East Asia.
pub(crate) const fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}'
        | '\u{1F300}'..='\u{1FAFF}' | '\u{20000}'..='\u{3FFFD}')
}

/// How many columns a text takes.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Breaks a text at line ends, at blanks, between wide characters, and where a word is longer than a line. What does not fit into
/// the last line ends in `…`.
pub(crate) fn wrap(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in text.lines() {
        wrap_part(&clean(part), width, &mut lines);
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while columns(last) >= width {
                last.pop();
            }
            last.truncate(last.trim_end().len());
            last.push('…');
        }
    }
    lines
}

fn wrap_part(text: &str, width: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    let mut used = 0;
    for piece in pieces(text) {
        let blank = usize::from(piece.after_blank && !line.is_empty());
        if !line.is_empty() && used + blank + columns(piece.text) > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        } else if blank == 1 {
            line.push(' ');
            used += 1;
        }
        for c in piece.text.chars() {
            let own = if is_wide(c) { 2 } else { 1 };
            // A word that is longer than a line.
            if !line.is_empty() && used + own > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += own;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
}

/// What is not broken if it fits.
struct Piece<'a> {
    text: &'a str,
    after_blank: bool,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut all = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut after_blank = true;
        let mut rest = word;
        while !rest.is_empty() {
            // Up to the next place beside a wide character; signs stay with the character before them.
            let mut before: Option<char> = None;
            let end = rest.char_indices().find_map(|(at, c)| {
                let breaks = before.is_some_and(|b| is_wide(c) || (is_wide(b) && c.is_alphanumeric()));
                before = Some(c);
                breaks.then_some(at)
            });
            let (piece, others) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, ""));
            all.push(Piece { text: piece, after_blank });
            after_blank = false;
            rest = others;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_between_wide_characters() {
        assert_eq!(wrap("wait until 10:00 on Mon to Fri", 12, 4), ["wait until", "10:00 on Mon", "to Fri"]);
        assert_eq!(wrap("send 购物车提醒", 10, 4), ["send 购物", "车提醒"]);
        assert_eq!(wrap("abcdefghij", 4, 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a b c d e f", 3, 2), ["a b", "c…"]);
        assert_eq!(wrap("if a\nelse if b", 20, 2), ["if a", "else if b"]);
        assert_eq!(wrap("", 3, 2), [""; 0]);
    }

    #[test]
    fn the_lines_of_a_box_are_of_about_one_length() {
        let label = "send personal_note at best hour within 1 day";
        assert_eq!(node_lines(label), ["send personal_note at", "best hour within 1 day"]);
        assert_eq!(node_lines(&"word ".repeat(100)).len(), 6);
        assert_eq!(edge_lines("otherwise"), ["otherwise"]);
    }

    #[test]
    fn no_line_is_too_long_and_nothing_is_lost() {
        let text = "send first of cart_push, cart_email_2, 购物车提醒 and averyveryverylongwordindeed";
        for width in 2..40 {
            let lines = wrap(text, width, 1_000);
            assert!(lines.iter().all(|line| columns(line) <= width), "{width}: {lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""), "{width}");
        }
    }

    #[test]
    fn what_cannot_be_shown_is_replaced() {
        assert_eq!(clean("a\nb\u{7}c\u{202E}d"), "a b\u{FFFD}c\u{FFFD}d");
    }
}
