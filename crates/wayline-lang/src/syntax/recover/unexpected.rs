//! What stands where the language has another thing: a strict reading of only the broken statement says where it
//! breaks and what is expected there.

use std::collections::BTreeMap;

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};

use super::expected::{describe, is_operator, words};
use super::{R, Walk};
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::{Span, offset};
use crate::suggest::{closest, list};
use crate::syntax::grammar::Grammar;
use crate::syntax::lexer::{Token, TokenKind};
use crate::syntax::tree::Node;

/// The longest statement that is read again together with what follows it, in bytes: keeps broken files linear.
const MAX_REREAD: u32 = 2_000;

/// The words that statements of a kind begin with: found once per kind.
#[derive(Default)]
pub(super) struct Words(BTreeMap<R, Vec<String>>);

impl Words {
    fn of(&mut self, rule: R) -> &[String] {
        self.0.entry(rule).or_insert_with(|| {
            let mut all: Vec<String> =
                probe(rule, "").map(|f| f.rules.into_iter().flat_map(words).collect()).unwrap_or_default();
            all.sort();
            all.dedup();
            all
        })
    }
}

/// Where a strict reading failed, and what could have stood there.
struct Failure {
    at: u32,
    rules: Vec<R>,
}

/// Reads a text strictly; none if it is as it should be.
fn probe(rule: R, text: &str) -> Option<Failure> {
    let error = Grammar::parse(rule, text).err()?;
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => offset(at),
    };
    let rules = match error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => Vec::new(),
    };
    Some(Failure { at, rules })
}

/// What is expected, as a list in words; none if nothing can be said.
fn expectation(rules: &[R], brace: bool) -> Option<String> {
    let mut list: Vec<String> = Vec::new();
    // After a value any operator may follow: one name for all of them.
    let operators = rules.contains(&R::an_operator);
    let shown = rules.iter().filter(|rule| !(operators && is_operator(**rule)));
    let shown = shown.filter_map(|rule| describe(*rule)).chain(operators.then(|| "an operator".to_owned()));
    for text in shown {
        if !list.contains(&text) {
            list.push(text);
        }
    }
    if brace && !list.iter().any(|text| text == "`{`") {
        list.push("`{`".to_owned());
    }
    // Quoted words first: they are what can be copied.
    list.sort_by_key(|text| (!text.starts_with('`'), text.clone()));
    if list.len() > 7 {
        list.truncate(6);
        return Some(format!("{} or other words", list.join(", ")));
    }
    match list.split_last() {
        None => None,
        Some((last, [])) => Some(last.clone()),
        Some((last, rest)) => Some(format!("{} or {last}", rest.join(", "))),
    }
}

/// The sign that is meant by a full-width or typographic one.
fn plain_sign(sign: &str) -> Option<&'static str> {
    Some(match sign {
        "，" | "、" => ",",
        "：" => ":",
        "（" => "(",
        "）" => ")",
        "｛" => "{",
        "｝" => "}",
        "［" | "【" => "[",
        "］" | "】" => "]",
        "。" | "．" => ".",
        "＞" => ">",
        "＜" => "<",
        "≥" => ">=",
        "≤" => "<=",
        "≠" => "is not",
        "＝" => "=",
        "＋" => "+",
        "－" | "–" | "—" | "−" => "-",
        "×" => "*",
        "÷" => "/",
        "；" => " ",
        _ => return None,
    })
}

impl<'t> Walk<'_, 't, '_> {
    /// The strict rule for statements that stand next to a node.
    fn strict_rule(&self, node: Node<'t>) -> R {
        if node.kind() == R::bad_item {
            return R::strict_item;
        }
        match self.parent().map(Node::kind) {
            Some(R::customer | R::type_record) => R::strict_field,
            Some(R::event) => R::strict_event,
            Some(R::topic) => R::strict_topic,
            Some(R::channel) => R::strict_channel,
            Some(R::calendar) => R::strict_calendar,
            Some(R::message) => R::strict_message,
            Some(R::locale) => R::strict_part,
            Some(R::service) => R::strict_service,
            Some(R::action) => R::strict_action,
            Some(R::suppress) => R::strict_suppress,
            Some(R::guarantee) => R::strict_promise,
            Some(R::test) => R::strict_test,
            Some(R::cases) => R::strict_case,
            Some(R::persona) => R::strict_persona,
            Some(R::behaviours) => R::strict_behaviour,
            Some(R::wait_up_to) => R::strict_wait_arm,
            Some(R::match_step) => R::strict_match_arm,
            Some(R::experiment) => R::strict_variant,
            Some(R::journey) => R::strict_line,
            _ => R::strict_step,
        }
    }

    /// A statement that no rule wanted.
    pub(super) fn bad_statement(&mut self, node: Node<'t>) {
        let span = node.span();
        let rule = self.strict_rule(node);
        let first = self.token_at(span.start);
        let first_text = self.text(first).to_owned();
        let previous = self.previous().filter(|p| p.span().end <= span.start && p.kind() != R::name);
        let after_bad = previous.is_some_and(|p| is_bad(p.kind()));
        let is_word = self.is_word(&first_text);
        let known = closest(&first_text, self.cache.of(rule).iter().map(String::as_str)).map(str::to_owned);
        let known = known.filter(|_| !is_keyword(&first_text));
        // A word that is misspelt, or a statement that begins well and breaks later, is a finding of its own; other
        // lines after a broken one most likely belong to it.
        let begins_well = self.cache.of(rule).contains(&first_text);
        // A word that begins a statement cuts a broken one in two.
        if after_bad && self.findings.last().is_some_and(|last| last.primary.span.end > span.start) {
            return;
        }
        if after_bad && !(is_word && (known.is_some() || begins_well)) {
            return;
        }
        if let Some(word) = known.filter(|_| is_word && !begins_well) {
            let finding = misspelt(first, &first_text, &word);
            self.push(finding);
            return;
        }
        if self.has_open_text(span) {
            return;
        }
        let own = probe(rule, self.blanked(span));
        let previous = previous.filter(|p| !after_bad && span.start - p.span().start <= MAX_REREAD);
        if let Some(previous) = previous {
            let between = Span { start: previous.span().end, end: span.start, ..span };
            let same_line = !self.text(between).contains('\n');
            if same_line
                && !begins_well
                && let Some(finding) = self.misspelt_end(previous, rule)
            {
                self.push(finding);
                return;
            }
            if ((same_line && !begins_well) || own.as_ref().is_none_or(|failure| failure.at == 0))
                && let Some(failure) = self.continuation(previous, rule, span)
                && (same_line || self.suggestion(&failure, &first_text).is_some())
            {
                let finding = self.unexpected(&failure, failure.at, false);
                self.push(finding);
                return;
            }
        }
        let finding = match own {
            _ if is_word && is_reserved(&first_text) && self.is_label(first) => reserved(first, &first_text),
            Some(failure) if failure.at > 0 => self.unexpected(&failure, span.start + failure.at, false),
            _ => self.unknown_statement(rule, first, &first_text),
        };
        self.push(finding);
    }

    /// Whether an unclosed text lies in a statement: that is a finding already.
    fn has_open_text(&self, span: Span) -> bool {
        let tokens = self.tree.tokens();
        let first = tokens.partition_point(|token| token.end <= span.start);
        let inside =
            tokens.get(first..).unwrap_or_default().iter().take_while(|token| token.start < span.end);
        inside.into_iter().any(|token| token.kind == TokenKind::OpenText)
    }

    fn is_label(&self, word: Span) -> bool {
        self.next_token(word.end)
            .is_some_and(|token| self.text(Span { start: token.start, end: token.end, ..word }) == ":")
    }

    /// The statement before reads as a whole only because its last word was taken for a name: `wait unitl`, `send frist`.
    fn misspelt_end(&self, previous: Node<'t>, rule: R) -> Option<Diagnostic> {
        let span = previous.span();
        let tokens = self.tree.tokens();
        let last = tokens.partition_point(|token| token.start < span.end).checked_sub(1)?;
        let last = tokens.get(last).filter(|token| token.kind == TokenKind::Word)?;
        let word = Span { start: last.start, end: last.end, ..span };
        let before = self.blanked(Span { end: last.start, ..span });
        let failure = probe(rule, before)?;
        if (failure.at as usize) < before.trim_end().len() {
            return None;
        }
        let found = self.text(word);
        self.suggestion(&failure, found).map(|known| misspelt(word, found, &known))
    }

    /// What was expected after, or instead of, the statement before.
    fn continuation(&self, previous: Node<'t>, rule: R, bad: Span) -> Option<Failure> {
        let span = previous.span().to(bad);
        let end = span.end.min(bad.start + MAX_REREAD);
        let failure = probe(rule, self.blanked.get(span.start as usize..end as usize)?)?;
        let at = span.start + failure.at;
        if at >= bad.start { Some(Failure { at, ..failure }) } else { None }
    }

    /// What stands between a head and its brace, or a brace that is missing.
    pub(super) fn bad_head(&mut self, node: Node<'t>) {
        let place = node.span();
        // A condition that is missing as well is one finding with its brace.
        let block = self.parent().filter(|parent| parent.kind() == R::block);
        let owner = self.stack.len().checked_sub(2).and_then(|i| self.stack.get(i)).map(|frame| frame.node);
        if let (Some(block), Some(owner)) = (block, owner)
            && owner.children().any(|n| n.kind() == R::missing_operand && n.end_index() == block.index())
        {
            return;
        }
        let missing = node.kind() == R::missing_open;
        let anchor =
            self.stack.iter().rev().find_map(|frame| Some((frame.node, anchor_rule(frame.node.kind())?)));
        let next = self.next_token(if missing { place.start } else { place.end });
        // The rest of the line is what stands where the brace should stand.
        let rest_of_line = next.is_some_and(|token| {
            !self.text(Span { start: place.start, end: token.start, ..place }).contains('\n')
        });
        let failure = anchor.and_then(|(head, rule)| {
            let end = if missing { next.map_or(place.end, |token| token.end) } else { place.end };
            let span = Span { start: head.span().start, end, ..place };
            if span.end - span.start > MAX_REREAD {
                return None;
            }
            let failure = probe(rule, self.blanked(span))?;
            Some(Failure { at: span.start + failure.at, rules: failure.rules })
        });
        if missing && !rest_of_line {
            let finding = self.brace_expected(place);
            self.push(finding);
            return;
        }
        let at = self.next_token(place.start).map_or(place.start, |token| token.start);
        let failure = failure.filter(|f| f.at >= place.start).unwrap_or(Failure { at, rules: Vec::new() });
        let finding = self.unexpected(&failure, failure.at, true);
        self.push(finding);
        if missing {
            self.skip_line(node);
        }
    }

    fn brace_expected(&self, place: Span) -> Diagnostic {
        Diagnostic::new(Code::MISSING_OPEN, "a `{` is missing", place)
            .label("expected here")
            .help("open the block")
            .replace(Applicability::Safe, place, " {", "insert `{`")
    }

    /// Leaves out the broken statement that follows on the same line: it is part of the finding already made.
    fn skip_line(&mut self, node: Node<'t>) {
        let Some(parent) = self.parent() else { return };
        let end = node.span().end;
        let next = node.next_in(parent);
        if let Some(next) = next.filter(|n| is_bad(n.kind()))
            && !self.text(Span { start: end, end: next.span().start, ..next.span() }).contains('\n')
        {
            self.skip = next.end_index();
        }
    }

    fn unknown_statement(&self, rule: R, span: Span, text: &str) -> Diagnostic {
        if let Some(finding) = full_width(span, text) {
            return finding;
        }
        if text == "}" {
            return Diagnostic::new(Code::UNEXPECTED, "this `}` closes nothing", span)
                .help("remove it, or find the `}` above it that closes a block too early");
        }
        let (what, help) = match rule {
            R::strict_item => (
                "a declaration",
                "a file holds declarations such as `journey`, `message`, `event`, `segment` or `test`",
            ),
            R::strict_step => {
                ("a step", "steps begin with words such as `send`, `wait`, `if`, `match` or `exit`")
            }
            R::strict_line => (
                "a step or a header line",
                "header lines begin with words such as `enter`, `goal` or `leave`, steps with `send`, `wait` or `if`",
            ),
            R::strict_field => ("a field", "write the name and the type, such as `plan one of free, pro`"),
            R::strict_event => ("a field", "write the name and the type, such as `total money in USD`"),
            R::strict_wait_arm => ("an arm of a wait", "write `on`, `when` or `otherwise`"),
            R::strict_match_arm => ("a case", "write values and a block, such as `free, pro { … }`"),
            R::strict_variant => ("a variant", "write a share, a name and a block, such as `50% a { … }`"),
            R::strict_test => ("a line of a test", "write an event, a reaction or `expect`"),
            R::strict_case => {
                ("a case", "write its name and what it gives, such as `\"in summer\": { day: 2026-07-01 }`")
            }
            R::strict_behaviour => ("a behaviour", "write `opens`, `clicks`, an event or `chance`"),
            R::strict_calendar => {
                ("a date", "write dates such as `2026-12-24`, or `every year 12-24 to 12-26`")
            }
            _ => ("a line of this block", ""),
        };
        if rule == R::strict_item && words(R::step).iter().any(|step| step == text) {
            return Diagnostic::new(
                Code::UNEXPECTED,
                format!("the step `{text}` stands outside of a journey"),
                span,
            )
            .note("a `}` further up may close the journey too early")
            .help("move it into a `journey` or a `flow`");
        }
        let finding = Diagnostic::new(Code::UNEXPECTED, format!("`{text}` does not begin {what}"), span);
        if help.is_empty() {
            let known =
                probe(rule, "").map(|failure| failure.rules.into_iter().flat_map(words).collect::<Vec<_>>());
            let known = known.unwrap_or_default();
            finding.help(format!("known here are {}", list(known.iter().map(String::as_str))))
        } else {
            finding.help(help)
        }
    }

    /// The finding for a failure, with a repair if one is near.
    fn unexpected(&self, failure: &Failure, at: u32, brace: bool) -> Diagnostic {
        let span = self.token_at(at);
        let found = self.text(span).to_owned();
        if let Some(finding) = full_width(span, &found) {
            return finding;
        }
        if let Some(word) = self.suggestion(failure, &found) {
            return misspelt(span, &found, &word);
        }
        let wants_name = failure
            .rules
            .iter()
            .any(|rule| matches!(rule, R::name | R::event_ref | R::message_ref | R::path));
        if wants_name && is_reserved(&found) {
            return reserved(span, &found);
        }
        let expected = expectation(&failure.rules, brace);
        let found =
            if found.is_empty() { "the end of the statement".to_owned() } else { format!("`{found}`") };
        let finding = match expected {
            Some(expected) => {
                Diagnostic::new(Code::UNEXPECTED, format!("expected {expected}, found {found}"), span)
            }
            None => Diagnostic::new(Code::UNEXPECTED, format!("{found} has no place here"), span)
                .help("remove it, or begin a new statement"),
        };
        finding.label("not expected here")
    }

    fn suggestion(&self, failure: &Failure, found: &str) -> Option<String> {
        if !self.is_word(found) || found.chars().count() < 2 {
            return None;
        }
        let candidates: Vec<String> = failure.rules.iter().flat_map(|rule| words(*rule)).collect();
        closest(found, candidates.iter().map(String::as_str))
            .filter(|_| !is_keyword(found))
            .map(str::to_owned)
    }

    fn is_word(&self, text: &str) -> bool {
        text.chars().next().is_some_and(crate::syntax::lexer::is_word_start)
    }

    /// The first significant token at or after a place.
    fn next_token(&self, place: u32) -> Option<Token> {
        let tokens = self.tree.tokens();
        let first = tokens.partition_point(|token| token.end <= place);
        tokens.get(first..)?.iter().find(|token| !token.kind.is_trivia()).copied()
    }

    /// What stands at a place: a token, or the empty place after the last one if only blanks follow on the line.
    fn token_at(&self, place: u32) -> Span {
        let file = self.source.id;
        match self.next_token(place) {
            Some(token) if !self.text(Span::new(file, place, token.start.max(place))).contains('\n') => {
                let end = if token.kind == TokenKind::OpenText { token.start + 1 } else { token.end };
                Span::new(file, token.start.max(place).min(end), end)
            }
            _ => {
                let tokens = self.tree.tokens();
                let before = tokens.partition_point(|token| token.start < place);
                let last =
                    tokens.get(..before).unwrap_or_default().iter().rev().find(|t| !t.kind.is_trivia());
                let end = last.map_or(place, |token| token.end);
                Span::new(file, end, end)
            }
        }
    }
}

/// Statements whose head can be read again.
fn anchor_rule(kind: R) -> Option<R> {
    Some(match kind {
        R::customer
        | R::event
        | R::topic
        | R::channel
        | R::calendar
        | R::message
        | R::service
        | R::flow
        | R::journey
        | R::suppress
        | R::guarantee
        | R::test
        | R::persona => R::strict_item,
        R::step => R::strict_step,
        R::else_if | R::else_arm => R::strict_else,
        R::on_arm | R::when_arm | R::otherwise_arm => R::strict_wait_arm,
        R::match_arm => R::strict_match_arm,
        R::variant => R::strict_variant,
        R::locale => R::strict_message,
        R::action => R::strict_service,
        _ => return None,
    })
}

pub(super) fn is_bad(kind: R) -> bool {
    matches!(kind, R::bad_item | R::bad_field | R::bad_arm | R::bad_step)
}

fn is_reserved(text: &str) -> bool {
    Grammar::parse(R::reserved_word, text).is_ok()
}

fn full_width(span: Span, text: &str) -> Option<Diagnostic> {
    let plain = plain_sign(text)?;
    let title = if plain == " " { "remove it".to_owned() } else { format!("write `{plain}`") };
    Some(
        Diagnostic::new(Code::FOREIGN_PUNCTUATION, format!("`{text}` is not a sign of the language"), span)
            .help(title.clone())
            .replace(Applicability::Safe, span, plain, title),
    )
}

fn reserved(span: Span, found: &str) -> Diagnostic {
    Diagnostic::new(Code::RESERVED_WORD, format!("`{found}` is a reserved word and cannot be a name"), span)
        .help(format!("choose another name, or write it in backquotes everywhere: `` `{found}` ``"))
        .replace(Applicability::Unsafe, span, format!("`{found}`"), "write it in backquotes")
}

/// Whether a text is a word of the language, reserved or not.
fn is_keyword(text: &str) -> bool {
    R::all_rules().iter().any(|rule| format!("{rule:?}").strip_prefix("k_") == Some(text))
        || is_reserved(text)
}

fn misspelt(span: Span, found: &str, word: &str) -> Diagnostic {
    Diagnostic::new(Code::MISSPELT_WORD, format!("unknown word `{found}`"), span)
        .label(format!("did you mean `{word}`?"))
        .help(format!("write `{word}`"))
        .replace(Applicability::Safe, span, word, format!("write `{word}`"))
}
