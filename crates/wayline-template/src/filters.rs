//! The filters of the subset: one table that the parser, the checker and the renderer share.

use crate::names::closest;

/// What a filter accepts on its left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// Text, zone, one of.
    Text,
    /// Everything that has one obvious text.
    Printable,
    Number,
    List,
    TextOrList,
    DateOrMoment,
    Any,
}

/// What an argument has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    /// Everything that has one obvious text.
    Printable,
    Number,
    /// A number literal other than zero: a divisor that could be zero would fail at the customer.
    Divisor,
    /// A whole number literal from zero to a thousand.
    Count,
    /// A text literal of `strftime` directives.
    DateFormat,
    /// A text literal naming a field of the list's records.
    FieldName,
    /// Something of the input's own type, or a text instead.
    Instead,
}

/// What comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Text,
    Number,
    Same,
    Element,
    Column,
    Default,
}

/// A filter of the subset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    pub(crate) input: Input,
    pub(crate) required: &'static [Argument],
    pub(crate) optional: &'static [Argument],
    pub(crate) output: Output,
    /// How to call it, for help texts.
    pub(crate) usage: &'static str,
}

impl Filter {
    /// Whether a missing value goes through to a `default` behind: so it does in Liquid for filters that only change
    /// how a text looks. The others would make something of nothing (`nil | append: "!"` is `!`).
    pub(crate) fn passes_missing(&self) -> bool {
        matches!(self.input, Input::Text | Input::DateOrMoment)
            || self.output == Output::Element
            || matches!(self.name, "escape" | "escape_once" | "url_encode")
    }
}

const fn filter(
    name: &'static str,
    input: Input,
    required: &'static [Argument],
    optional: &'static [Argument],
    output: Output,
    usage: &'static str,
) -> Filter {
    Filter { name, input, required, optional, output, usage }
}

/// All filters, sorted by name.
pub(crate) const FILTERS: &[Filter] = {
    use Argument as A;
    use Input as I;
    use Output as O;
    &[
        filter("abs", I::Number, &[], &[], O::Number, "number | abs"),
        filter("append", I::Printable, &[A::Printable], &[], O::Text, "text | append: \"…\""),
        filter("at_least", I::Number, &[A::Number], &[], O::Number, "number | at_least: 1"),
        filter("at_most", I::Number, &[A::Number], &[], O::Number, "number | at_most: 10"),
        filter("capitalize", I::Text, &[], &[], O::Text, "text | capitalize"),
        filter("ceil", I::Number, &[], &[], O::Number, "number | ceil"),
        filter("date", I::DateOrMoment, &[A::DateFormat], &[], O::Text, "date | date: \"%d.%m.%Y\""),
        filter("default", I::Any, &[A::Instead], &[], O::Default, "value | default: \"…\""),
        filter("divided_by", I::Number, &[A::Divisor], &[], O::Number, "number | divided_by: 2"),
        filter("downcase", I::Text, &[], &[], O::Text, "text | downcase"),
        filter("escape", I::Printable, &[], &[], O::Text, "text | escape"),
        filter("escape_once", I::Printable, &[], &[], O::Text, "text | escape_once"),
        filter("first", I::List, &[], &[], O::Element, "list | first"),
        filter("floor", I::Number, &[], &[], O::Number, "number | floor"),
        filter("join", I::List, &[], &[A::Printable], O::Text, "list | join: \", \""),
        filter("last", I::List, &[], &[], O::Element, "list | last"),
        filter("lstrip", I::Text, &[], &[], O::Text, "text | lstrip"),
        filter("map", I::List, &[A::FieldName], &[], O::Column, "list | map: \"name\""),
        filter("minus", I::Number, &[A::Number], &[], O::Number, "number | minus: 1"),
        filter("modulo", I::Number, &[A::Divisor], &[], O::Number, "number | modulo: 2"),
        filter("newline_to_br", I::Text, &[], &[], O::Text, "text | newline_to_br"),
        filter("plus", I::Number, &[A::Number], &[], O::Number, "number | plus: 1"),
        filter("prepend", I::Printable, &[A::Printable], &[], O::Text, "text | prepend: \"…\""),
        filter("remove", I::Text, &[A::Printable], &[], O::Text, "text | remove: \"…\""),
        filter(
            "replace",
            I::Text,
            &[A::Printable, A::Printable],
            &[],
            O::Text,
            "text | replace: \"…\", \"…\"",
        ),
        filter(
            "replace_first",
            I::Text,
            &[A::Printable, A::Printable],
            &[],
            O::Text,
            "text | replace_first: \"…\", \"…\"",
        ),
        filter("round", I::Number, &[], &[A::Count], O::Number, "number | round: 2"),
        filter("rstrip", I::Text, &[], &[], O::Text, "text | rstrip"),
        filter("size", I::TextOrList, &[], &[], O::Number, "list | size"),
        filter("sort", I::List, &[], &[], O::Same, "list | sort"),
        filter("strip", I::Text, &[], &[], O::Text, "text | strip"),
        filter("strip_html", I::Text, &[], &[], O::Text, "text | strip_html"),
        filter("strip_newlines", I::Text, &[], &[], O::Text, "text | strip_newlines"),
        filter("times", I::Number, &[A::Number], &[], O::Number, "number | times: 2"),
        filter("truncate", I::Text, &[], &[A::Count, A::Printable], O::Text, "text | truncate: 20, \"…\""),
        filter(
            "truncatewords",
            I::Text,
            &[],
            &[A::Count, A::Printable],
            O::Text,
            "text | truncatewords: 5, \"…\"",
        ),
        filter("upcase", I::Text, &[], &[], O::Text, "text | upcase"),
        filter("url_encode", I::Printable, &[], &[], O::Text, "text | url_encode"),
    ]
};

/// The filter of this name.
pub(crate) fn find(name: &str) -> Option<Filter> {
    FILTERS.iter().find(|filter| filter.name == name).copied()
}

/// Filters of Liquid that are left out, with what to do instead.
pub(crate) fn left_out(name: &str) -> Option<&'static str> {
    Some(match name {
        "raw" => "there is no way around escaping: put the markup into the template itself",
        "split" | "where" | "uniq" | "concat" | "compact" | "reverse" | "sort_natural" | "slice" => {
            "send the value in the shape the message needs, or loop with `{% for %}`"
        }
        "remove_first" => "use `replace_first: \"…\", \"\"`",
        "url_decode" => "send the value decoded",
        "money" | "money_with_currency" | "currency" => {
            "money prints with its own digits: leave the filter out"
        }
        "strftime" => "use `date: \"%d.%m.%Y\"`",
        "json" | "inspect" => "print the fields one by one",
        _ => return None,
    })
}

/// The filter an author may have meant.
pub(crate) fn did_you_mean(name: &str) -> Option<&'static str> {
    let other = match name {
        "upper" | "uppercase" | "toupper" => Some("upcase"),
        "lower" | "lowercase" | "tolower" => Some("downcase"),
        "length" | "count" | "len" => Some("size"),
        "trim" => Some("strip"),
        "add" => Some("plus"),
        "sub" | "subtract" => Some("minus"),
        "multiply" | "mul" => Some("times"),
        "divide" | "div" => Some("divided_by"),
        "mod" => Some("modulo"),
        "h" | "html_escape" => Some("escape"),
        "title" | "titlecase" => Some("capitalize"),
        _ => None,
    };
    other.or_else(|| closest(name, FILTERS.iter().map(|filter| filter.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted_and_usage_names_the_filter() {
        assert!(FILTERS.is_sorted_by_key(|filter| filter.name));
        for filter in FILTERS {
            assert!(filter.usage.contains(&format!("| {}", filter.name)), "{}", filter.name);
            assert_eq!(find(filter.name), Some(*filter));
            assert_eq!(left_out(filter.name), None);
        }
    }
}
