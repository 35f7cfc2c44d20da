//! The filters of our own that emitted templates use: plumbing for reads, conditions and printing.

use std::cmp::Ordering;
use std::fmt;

use liquid::model::{Value as Liquid, ValueCow};
use liquid::{ParserBuilder, ValueView};
use liquid_core::parser::{FilterArguments, ParameterReflection};
use liquid_core::{Expression, Filter, FilterReflection, ParseFilter, Runtime};

use super::sight::Sight;
use super::{arithmetic, lists, texts};

/// A filter: its value on the left, its arguments, missing ones as nil.
pub(super) type Run = fn(&dyn ValueView, &[ValueCow<'_>]) -> Result<Liquid, String>;

/// Adds all our filters to a parser.
pub(super) fn register(builder: ParserBuilder) -> ParserBuilder {
    let tables = [PLUMBING, texts::FILTERS, arithmetic::FILTERS, lists::FILTERS];
    tables
        .into_iter()
        .flatten()
        .fold(builder, |builder, (name, run)| builder.filter(Native { name, run: *run }))
}

const PLUMBING: &[(&str, Run)] = &[
    ("w_all", |_, parts| Ok(Liquid::scalar(parts.iter().all(|part| holds(part.as_view()))))),
    ("w_any", |_, parts| Ok(Liquid::scalar(parts.iter().any(|part| holds(part.as_view()))))),
    ("w_compare", |_, parts| compare(parts)),
    ("w_default", default),
    ("w_is", |_, parts| is(parts)),
    ("w_not", |value, _| Ok(Liquid::scalar(!holds(value)))),
    ("w_pick", |_, parts| pick(parts)),
    ("w_print", print),
    ("w_read", |_, parts| Ok(read(parts))),
    ("w_true", |_, parts| Ok(Liquid::scalar(parts.iter().all(|part| holds(part.as_view()))))),
];

/// The argument at a place; nil where there is none.
pub(super) fn argument<'a>(arguments: &'a [ValueCow<'a>], place: usize) -> &'a dyn ValueView {
    arguments.get(place).map_or(&Liquid::Nil, |argument| argument.as_view())
}

/// Liquid's truth: everything but nil and `false`.
fn holds(value: &dyn ValueView) -> bool {
    !matches!(Sight::of(value), Sight::Missing | Sight::YesNo(false))
}

/// The number of the first condition that holds, or that of the branch behind them.
fn pick(parts: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let place = parts.iter().position(|part| holds(part.as_view())).unwrap_or(parts.len());
    i64::try_from(place).map(Liquid::scalar).map_err(|error| error.to_string())
}

/// The value at the end of a path; nil as soon as something is missing.
fn read(parts: &[ValueCow<'_>]) -> Liquid {
    let Some((root, steps)) = parts.split_first() else { return Liquid::Nil };
    let mut here = root.as_view();
    let mut steps = steps.iter();
    while let Some(step) = steps.next() {
        let Some(step) = step.as_view().as_scalar() else { return Liquid::Nil };
        let name = step.to_kstr();
        let next = if let Some(array) = here.as_array() {
            // No name of the subset reads as a number.
            match (step.to_integer(), name.as_str()) {
                (Some(index), _) => array.get(index),
                (None, "first") => array.first(),
                (None, "last") => array.last(),
                (None, "size") if steps.len() == 0 => return arithmetic::number(array.size()),
                _ => None,
            }
        } else if let Some(object) = here.as_object() {
            object.get(name.as_str())
        } else if let (Sight::Text(text), "size", 0) = (Sight::of(here), name.as_str(), steps.len()) {
            return texts::size(&text);
        } else {
            None
        };
        match next {
            Some(next) => here = next,
            None => return Liquid::Nil,
        }
    }
    here.to_value()
}

fn print(value: &dyn ValueView, _: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let sight = Sight::of(value);
    let name = sight.name();
    sight.text().map(Liquid::scalar).ok_or_else(|| format!("a value that should be printed is {name}"))
}

/// Stands in for a missing value and for an empty text. A yes or no is replaced only when it is missing; the checker
/// allows no other default for it than `false`, so this is Liquid's meaning.
fn default(value: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let instead = argument(arguments, 0);
    match Sight::of(value) {
        Sight::Missing => Ok(instead.to_value()),
        Sight::Text(text) if text.is_empty() => Ok(instead.to_value()),
        // A text may stand for a value of another type: then both are text.
        Sight::Text(_) | Sight::YesNo(_) | Sight::List(_) | Sight::Record => Ok(value.to_value()),
        sight => match Sight::of(instead) {
            Sight::Text(_) => texts::text_of(sight),
            _ => Ok(value.to_value()),
        },
    }
}

fn is(parts: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let what = argument(parts, 0).to_kstr();
    let sight = Sight::of(argument(parts, 1));
    let empty = match &sight {
        Sight::Text(text) if what == "blank" => text.trim().is_empty(),
        Sight::Text(text) => text.is_empty(),
        Sight::List(items) => items.is_empty(),
        // In Liquid `false` is blank.
        Sight::YesNo(yes) => what == "blank" && !yes,
        _ => false,
    };
    let missing = matches!(sight, Sight::Missing);
    Ok(Liquid::scalar(match what.as_str() {
        "nil" => missing,
        "blank" => missing || empty,
        _ => empty,
    }))
}

/// A comparison. With a missing value it does not hold, except `ne`.
fn compare(parts: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let operator = argument(parts, 0).to_kstr();
    let (left, right) = (Sight::of(argument(parts, 1)), Sight::of(argument(parts, 2)));
    if operator == "contains" {
        return Ok(Liquid::scalar(match (&left, &right) {
            (Sight::List(items), right) => {
                items.iter().any(|item| Sight::of(item).compare(right) == Some(Ordering::Equal))
            }
            (Sight::Text(text), Sight::Text(part)) => text.contains(part.as_str()),
            _ => false,
        }));
    }
    let order = left.compare(&right);
    Ok(Liquid::scalar(match operator.as_str() {
        "eq" => order == Some(Ordering::Equal),
        "ne" => order != Some(Ordering::Equal),
        "lt" => order == Some(Ordering::Less),
        "gt" => order == Some(Ordering::Greater),
        "le" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }))
}

/// A filter for the parser of the `liquid` crate.
#[derive(Clone, Debug)]
struct Native {
    name: &'static str,
    run: Run,
}

impl FilterReflection for Native {
    fn name(&self) -> &str {
        self.name
    }

    fn description(&self) -> &str {
        ""
    }

    fn positional_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }

    fn keyword_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
}

impl ParseFilter for Native {
    fn parse(&self, arguments: FilterArguments<'_>) -> liquid_core::Result<Box<dyn Filter>> {
        Ok(Box::new(Call { native: self.clone(), arguments: arguments.positional.collect() }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self
    }
}

/// A filter in a template.
#[derive(Debug)]
struct Call {
    native: Native,
    arguments: Vec<Expression>,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.native.name)
    }
}

impl Filter for Call {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> liquid_core::Result<Liquid> {
        let arguments: Vec<ValueCow<'_>> = self
            .arguments
            .iter()
            .map(|argument| argument.try_evaluate(runtime).unwrap_or(ValueCow::Owned(Liquid::Nil)))
            .collect();
        (self.native.run)(input, &arguments).map_err(liquid_core::Error::with_msg)
    }
}
