//! The words for what the parser refuses.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::grammar::Rule as R;
use crate::filters::{self, Filter};
use crate::finding::{Finding, FindingKind, Span};
use crate::names::closest;

/// The tags of the subset.
const TAGS: &[&str] = &[
    "assign",
    "case",
    "comment",
    "else",
    "elsif",
    "endcase",
    "endcomment",
    "endfor",
    "endif",
    "endraw",
    "endunless",
    "for",
    "if",
    "raw",
    "unless",
    "when",
];

/// A syntax error of pest in the words of an author. `text` is what was parsed, standing at `span` of the source.
pub(super) fn syntax(error: &Error<R>, text: &str, span: &Span, place: &str) -> Finding {
    let offset = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(text.len()),
    };
    let rest = text.get(offset..).unwrap_or_default();
    let found = found(rest);
    let at = span.start + offset;
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => expected(positives),
        ErrorVariant::CustomError { message } => message.clone(),
    };
    let label =
        if expected.is_empty() { "not understood".to_owned() } else { format!("expected {expected}") };
    let message = match found {
        Some(word) => format!("`{word}` is not understood in {place}"),
        None => format!("{place} is incomplete"),
    };
    let end = at + found.map_or(0, str::len);
    let (start, end) =
        if start_is_blank(text, offset) && found.is_none() { tail(text, span) } else { (at, end) };
    let finding = Finding::new(FindingKind::Syntax, start..end, message, label);
    finding.help(remedy(rest, text).unwrap_or_else(|| usage(place)))
}

/// How what stands at this place is written.
fn usage(place: &str) -> &'static str {
    match place {
        "`if`" | "`elsif`" => "write it as in `{% if customer.plan == \"pro\" and cart.items.size > 0 %}`",
        "`unless`" => "write it as in `{% unless customer.plan == \"pro\" %}`",
        "`case`" => "write it as in `{% case customer.plan %}`",
        "`when`" => "write it as in `{% when \"free\", \"pro\" %}`",
        "`for`" => "write it as in `{% for item in cart.items limit: 3 %}`",
        "`assign`" => "write it as in `{% assign name = customer.first_name | default: \"friend\" %}`",
        "an output" => "write it as in `{{ customer.first_name | default: \"friend\" }}`",
        _ => "write the tag with nothing behind its name",
    }
}

/// Whether the error is at the end, behind whitespace.
fn start_is_blank(text: &str, offset: usize) -> bool {
    text.get(offset..).is_some_and(|rest| rest.trim().is_empty())
}

/// The place right behind the last thing that is written.
fn tail(text: &str, span: &Span) -> (usize, usize) {
    let end = span.start + text.trim_end().len();
    (end, end)
}

/// The word or character the parser stumbled over.
fn found(rest: &str) -> Option<&str> {
    let rest = rest.trim_start();
    let first = rest.chars().next()?;
    let length = if first.is_alphanumeric() || first == '_' {
        rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
    } else {
        first.len_utf8()
    };
    rest.get(..length)
}

fn remedy(rest: &str, text: &str) -> Option<&'static str> {
    let rest = rest.trim_start();
    let starts = |mark: &str| rest.starts_with(mark);
    if starts("'") || starts("\"") {
        return Some("close the text with the same quote; a text cannot hold `{{`, `{%`, `}}` or `%}`");
    }
    if starts("(") {
        return Some("there are no parentheses and no ranges: nest two `{% if %}`, or loop over a list");
    }
    if starts("&") {
        return Some("write `and`");
    }
    if starts("||") {
        return Some("write `or`");
    }
    if starts("|") {
        return Some("`assign` the filtered value first, then use its name here");
    }
    if starts("=") {
        return Some("compare with `==`; give a name to a value with `{% assign name = … %}`");
    }
    if starts("!") {
        return Some("write `{% unless … %}`, or compare with `!=`");
    }
    if starts("+") || starts("-") || starts("*") || starts("/") || starts("%") {
        return Some("count with filters: `plus`, `minus`, `times`, `divided_by`");
    }
    if text.trim().is_empty() {
        return Some("write the name of a value, such as `customer.first_name`");
    }
    None
}

/// What pest expected, in words, each once, in the order of the grammar.
fn expected(rules: &[R]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for rule in rules {
        for word in human(*rule) {
            if !words.contains(word) {
                words.push(word);
            }
        }
    }
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// Every rule has a name for people, or none because it never stands alone. Exhaustive on purpose: a new rule does not
/// compile before it has a name.
fn human(rule: R) -> &'static [&'static str] {
    match rule {
        R::string
        | R::number
        | R::word
        | R::path
        | R::name
        | R::value
        | R::literal
        | R::chain
        | R::condition
        | R::comparison
        | R::argument
        | R::keyword_argument => &["a value"],
        R::operator | R::kw_contains => &["a comparison"],
        R::joiner | R::kw_and | R::kw_or => &["`and`", "`or`"],
        R::filter | R::filter_name => &["a filter"],
        R::argument_name => &[],
        R::variable => &["a name"],
        R::kw_in | R::kw_in_word => &["`in`"],
        R::for_option | R::limit | R::offset | R::reversed | R::kw_limit | R::kw_offset => {
            &["`limit:`", "`offset:`", "`reversed`"]
        }
        R::field | R::index | R::named_index | R::computed_index | R::integer => &["a field"],
        R::EOI => &["the end of the tag"],
        R::WHITESPACE
        | R::template
        | R::piece
        | R::text
        | R::output
        | R::tag
        | R::crossed_output
        | R::crossed_tag
        | R::unclosed_output
        | R::unclosed_tag
        | R::raw_block
        | R::raw_open
        | R::raw_close
        | R::raw_text
        | R::comment_block
        | R::comment_open
        | R::comment_close
        | R::comment_text
        | R::missing_close
        | R::opener
        | R::closer
        | R::trim
        | R::blank
        | R::tag_name
        | R::markup
        | R::output_markup
        | R::assign_markup
        | R::condition_markup
        | R::case_markup
        | R::when_markup
        | R::for_markup
        | R::bare_markup
        | R::name_start
        | R::name_char => &[],
    }
}

/// A tag that is not in the subset, and the block it probably should have opened. None for the end of a block that was
/// refused where it began.
pub(super) fn unknown_tag(name: &str, span: Span) -> Option<(Finding, Option<&'static str>)> {
    if matches!(name, "endcapture" | "endtablerow" | "endifchanged") {
        return None;
    }
    let help = match name {
        "include" | "render" | "layout" | "section" => "a template stands alone: put the text into it",
        "capture" => "use `{% assign name = … | append: … %}`, or write the text where it is needed",
        "cycle" => "use `forloop.index | modulo: 2` with `{% assign %}` and `{% if %}`",
        "tablerow" => "write the table rows in a `{% for %}`",
        "increment" | "decrement" => "use `{% assign n = n | plus: 1 %}`, or `forloop.index`",
        "break" | "continue" => "use `limit:` and `offset:`, or put an `{% if %}` into the loop",
        "echo" | "liquid" => "use `{{ … }}` and one tag per statement",
        "#" => "use `{% comment %}…{% endcomment %}`",
        "ifchanged" => "use `{% if forloop.first %}`",
        _ => "",
    };
    if !help.is_empty() {
        let finding = Finding::new(
            FindingKind::Unsupported,
            span,
            format!("the tag `{name}` is not supported"),
            "not in the checked subset",
        );
        return Some((finding.help(help), None));
    }
    let meant = match name {
        "elseif" | "elif" => Some("elsif"),
        "end" => None,
        _ => closest(name, TAGS.iter().copied()),
    };
    let finding =
        Finding::new(FindingKind::Syntax, span.clone(), format!("there is no tag `{name}`"), "unknown tag");
    let finding = match meant {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")).suggest(span, meant),
        None => finding.help(
            "the tags are `if`, `elsif`, `else`, `unless`, `case`, `when`, `for`, `assign`, `comment`, `raw` \
             and their `end…`",
        ),
    };
    Some((finding, meant))
}

pub(super) fn unknown_filter(name: &str, span: Span) -> Finding {
    if let Some(instead) = filters::left_out(name) {
        return Finding::new(
            FindingKind::Unsupported,
            span,
            format!("the filter `{name}` is not supported"),
            "not in the checked subset",
        )
        .help(instead);
    }
    let finding = Finding::new(
        FindingKind::UnknownFilter,
        span.clone(),
        format!("there is no filter `{name}`"),
        "unknown filter",
    );
    match filters::did_you_mean(name) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")).suggest(span, meant),
        None => {
            let all: Vec<&str> = filters::FILTERS.iter().map(|filter| filter.name).collect();
            finding.help(format!("the filters are {}", all.join(", ")))
        }
    }
}

pub(super) fn argument_count(filter: &Filter, given: usize, span: Span) -> Finding {
    let (least, most) = (filter.required.len(), filter.required.len() + filter.optional.len());
    let wanted = match (least, most) {
        (0, 0) => "no argument".to_owned(),
        (1, 1) => "one argument".to_owned(),
        (0, most) => format!("at most {most} argument{}", if most == 1 { "" } else { "s" }),
        (least, _) => format!("{least} arguments"),
    };
    Finding::new(
        FindingKind::Syntax,
        span,
        format!("the filter `{}` takes {wanted}, not {given}", filter.name),
        format!("{given} given"),
    )
    .help(format!("write `{}`", filter.usage))
}

pub(super) fn keyword_argument(filter: &str, span: Span, text: &str) -> Finding {
    let name = text.split(':').next().unwrap_or_default().trim();
    let finding = Finding::new(
        FindingKind::Unsupported,
        span,
        format!("the argument `{name}:` of `{filter}` is not supported"),
        "named argument",
    );
    finding.help(match name {
        "allow_false" => "test the yes or no with `{% if %}` instead",
        _ => "arguments have a place, not a name: leave the name out",
    })
}

pub(super) fn bad_index(span: Span, digits: &str) -> Finding {
    let finding = Finding::new(
        FindingKind::Unsupported,
        span,
        format!("the index `{digits}` is not supported"),
        "not a position from the front",
    );
    finding.help("write `[0]` for the first, `[-1]` or `.last` for the last, or loop with `{% for %}`")
}

pub(super) fn named_index(span: Span, name: &str) -> Finding {
    let finding = Finding::new(
        FindingKind::Unsupported,
        span.clone(),
        "a field in brackets is not supported",
        "field in brackets",
    );
    let mut letters = name.chars();
    let plain = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_');
    if plain {
        finding.help(format!("write `.{name}`")).suggest(span, format!(".{name}"))
    } else {
        finding.help("fields are reached with a dot: `customer.first_name`")
    }
}

pub(super) fn computed_index(span: Span, text: &str) -> Finding {
    Finding::new(
        FindingKind::Unsupported,
        span,
        format!("the computed index `{text}` is not supported"),
        "which element this is cannot be known beforehand",
    )
    .help("loop with `{% for %}`, or write a number such as `[0]`")
}
