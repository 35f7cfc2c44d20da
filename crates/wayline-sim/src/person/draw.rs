//! Values that are drawn.

use std::fmt::Write as _;
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use wayline_ir::{Draw, Field, FieldId, Program, Type, Value};
use wayline_time::{Date, Moment, Span, TimeOfDay};

use crate::person::delay::Distribution;
use crate::random::Key;

/// Currencies without a minor unit (ISO 4217, list one, 2024); amounts of the others have two decimals here.
const WHOLE_CURRENCIES: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF",
];

/// A value that is ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DrawPlan {
    Const(Value),
    /// Choices with the sum of the weights up to and including each; above the last, the value is missing.
    Weighted(Vec<(u32, DrawPlan)>),
    /// Text around a fresh number.
    Unique(String, String),
    Quantity(Distribution, Quantity),
    /// An argument of the message reacted to, then fields.
    Argument(usize, Vec<FieldId>),
    /// A profile field and its default.
    Customer(FieldId, Value),
    List(Vec<DrawPlan>),
    Record(Vec<DrawPlan>),
}

/// What a drawn number means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quantity {
    kind: Kind,
    /// Decimals that are kept.
    scale: u32,
    /// The declared range.
    from: f64,
    to: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Money,
    Duration,
    Date,
    Time,
    Moment,
}

/// Counts the fresh texts of one customer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Uniques {
    customer: u32,
    count: u32,
}

impl Uniques {
    pub(crate) const fn of(customer: u32) -> Self {
        Self { customer, count: 0 }
    }

    /// Appends a number that nobody else gets: the customer's, then the count in six digits (or more, after `x`).
    fn push(&mut self, into: &mut String) {
        self.count = self.count.wrapping_add(1);
        let mut rest = u64::from(self.customer) * 1_000_000 + u64::from(self.count % 1_000_000);
        if self.count >= 1_000_000 {
            let _ = write!(into, "{}x", self.count / 1_000_000);
        }
        let mut digits = [b'0'; 20];
        let mut first = digits.len();
        while rest > 0 || first == digits.len() {
            first -= 1;
            if let Some(digit) = digits.get_mut(first) {
                // Lossless: one digit.
                *digit = b'0' + (rest % 10) as u8;
            }
            rest /= 10;
        }
        into.push_str(
            digits.get(first..).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default(),
        );
    }
}

/// What draws may look at.
pub(crate) struct Context<'a> {
    /// The arguments of the message reacted to.
    pub(crate) args: &'a [Value],
    /// The profile as it is now.
    pub(crate) profile: &'a dyn Fn(FieldId) -> Value,
}

impl DrawPlan {
    /// Prepares a draw of a value of a type.
    pub(crate) fn new(program: &Program, draw: &Draw, ty: Option<&Type>) -> Self {
        match draw {
            Draw::Const(value) => Self::Const(value.clone()),
            Draw::Weighted(choices) => {
                let mut sum = 0_u32;
                let choices = choices.iter().map(|(weight, draw)| {
                    sum = sum.saturating_add(*weight);
                    (sum, Self::new(program, draw, ty))
                });
                Self::Weighted(choices.collect())
            }
            Draw::Unique(pattern) => match pattern.split_once("{}") {
                Some((before, after)) => Self::Unique(before.to_owned(), after.to_owned()),
                None => Self::Unique(pattern.clone(), String::new()),
            },
            Draw::LogNormal(median, sigma) => {
                let sigma = sigma.to_f64().unwrap_or_default();
                Self::quantity(median, None, ty, |median, _| Distribution::LogNormal(median, sigma))
            }
            Draw::Exponential(mean) => {
                Self::quantity(mean, None, ty, |mean, _| Distribution::Exponential(mean))
            }
            Draw::Uniform(from, to) => Self::quantity(from, Some(to), ty, Distribution::Uniform),
            Draw::Normal(mean, deviation) => Self::quantity(mean, Some(deviation), ty, Distribution::Normal),
            Draw::Argument(param, path) => Self::Argument(*param as usize, path.clone()),
            Draw::Customer(field) => {
                let default = program.customer.get(field.index()).and_then(|field| field.default.clone());
                Self::Customer(*field, default.unwrap_or_default())
            }
            Draw::List(items) => {
                let item = match ty {
                    Some(Type::List(item)) => Some(item.as_ref()),
                    _ => None,
                };
                Self::List(items.iter().map(|draw| Self::new(program, draw, item)).collect()).folded()
            }
            Draw::Record(values) => {
                let fields = match ty {
                    Some(Type::Record(fields)) => fields.as_slice(),
                    _ => &[],
                };
                Self::record(program, values, fields)
            }
        }
    }

    /// Prepares the draw of a record's fields.
    pub(crate) fn record(program: &Program, values: &[Draw], fields: &[Field]) -> Self {
        let plan = |(index, draw)| Self::new(program, draw, fields.get(index).map(|field: &Field| &field.ty));
        Self::Record(values.iter().enumerate().map(plan).collect()).folded()
    }

    fn quantity(
        first: &Value,
        second: Option<&Value>,
        ty: Option<&Type>,
        make: impl Fn(f64, f64) -> Distribution,
    ) -> Self {
        let (Some(a), Some(b)) = (amount(first), second.map_or(Some(0.0), amount)) else {
            return Self::Const(first.clone());
        };
        let decimals = |value: &Value| match value {
            Value::Number(number) | Value::Money(number) => number.scale(),
            _ => 0,
        };
        let written = decimals(first).max(second.map_or(0, decimals));
        let mut quantity =
            Quantity { kind: Kind::Number, scale: written + 2, from: f64::NEG_INFINITY, to: f64::INFINITY };
        match (first, ty) {
            (Value::Number(_), Some(Type::Number { from, to })) => {
                let end = |end: Option<Decimal>| end.and_then(|end| end.to_f64());
                quantity.from = end(*from).unwrap_or(quantity.from);
                quantity.to = end(*to).unwrap_or(quantity.to);
            }
            (Value::Money(_), Some(Type::Money(currency))) => {
                quantity.kind = Kind::Money;
                let minor = if WHOLE_CURRENCIES.contains(&currency.as_str()) { 0 } else { 2 };
                quantity.scale = written.max(minor);
            }
            (Value::Money(_), _) => {
                quantity.kind = Kind::Money;
                quantity.scale = written.max(2);
            }
            (Value::Duration(_), _) => quantity.kind = Kind::Duration,
            (Value::Date(_), _) => quantity.kind = Kind::Date,
            (Value::Time(_), _) => quantity.kind = Kind::Time,
            (Value::Moment(_), _) => quantity.kind = Kind::Moment,
            _ => {}
        }
        quantity.scale = quantity.scale.min(9);
        Self::Quantity(make(a, b), quantity)
    }

    /// Lists and records of constants are constants: one value, shared by all who get it.
    fn folded(self) -> Self {
        let constants = |plans: &[Self]| -> Option<Arc<[Value]>> {
            let one = |plan: &Self| match plan {
                Self::Const(value) => Some(value.clone()),
                _ => None,
            };
            plans.iter().map(one).collect::<Option<Vec<Value>>>().map(Into::into)
        };
        match &self {
            Self::List(items) => {
                constants(items).map(|items| Self::Const(Value::List(items))).unwrap_or(self)
            }
            Self::Record(values) => {
                constants(values).map(|values| Self::Const(Value::Record(values))).unwrap_or(self)
            }
            _ => self,
        }
    }

    /// Draws a value.
    pub(crate) fn draw(&self, key: Key, context: &Context<'_>, uniques: &mut Uniques) -> Value {
        match self {
            Self::Const(value) => value.clone(),
            Self::Weighted(choices) => {
                let point = key.below(1_000_000);
                let chosen = choices.iter().find(|(sum, _)| point < u64::from(*sum));
                chosen.map_or(Value::Missing, |(_, plan)| plan.draw(key.with(1), context, uniques))
            }
            Self::Unique(before, after) => {
                let mut text = String::with_capacity(before.len() + after.len() + 20);
                text.push_str(before);
                uniques.push(&mut text);
                text.push_str(after);
                Value::text(&text)
            }
            Self::Quantity(distribution, quantity) => quantity.value(distribution.draw(key)),
            Self::Argument(param, path) => {
                let mut value = context.args.get(*param);
                for field in path {
                    value = match value {
                        Some(Value::Record(values)) => values.get(field.index()),
                        _ => None,
                    };
                }
                value.cloned().unwrap_or_default()
            }
            Self::Customer(field, default) => match (context.profile)(*field) {
                Value::Missing => default.clone(),
                value => value,
            },
            Self::List(plans) => Value::List(Self::draw_all(plans, key, context, uniques)),
            Self::Record(plans) => Value::Record(Self::draw_all(plans, key, context, uniques)),
        }
    }

    fn draw_all(plans: &[Self], key: Key, context: &Context<'_>, uniques: &mut Uniques) -> Arc<[Value]> {
        plans.iter().zip(0..).map(|(plan, place)| plan.draw(key.with(place), context, uniques)).collect()
    }
}

impl Quantity {
    fn value(self, drawn: f64) -> Value {
        let drawn = drawn.clamp(self.from, self.to);
        // Floats beyond the range of the integers become their ends.
        let decimal = || Decimal::new((drawn * 10_f64.powi(self.scale as i32)).round() as i64, self.scale);
        match self.kind {
            Kind::Number => Value::Number(decimal().normalize()),
            Kind::Money => Value::Money(decimal()),
            Kind::Duration => Value::Duration(Span::of_millis(drawn.round().max(0.0) as i64)),
            Kind::Date => Value::Date(Date(drawn.floor() as i32)),
            Kind::Time => Value::Time(TimeOfDay((drawn.floor().max(0.0) as u32).min(TimeOfDay::LAST.0))),
            Kind::Moment => Value::Moment(Moment(drawn.floor() as i64)),
        }
    }
}

/// A value as a number: durations in milliseconds, dates in days, times in seconds, moments in milliseconds.
fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) | Value::Money(number) => number.to_f64(),
        Value::Duration(span) => Some(span.approx_millis() as f64),
        Value::Date(date) => Some(f64::from(date.0)),
        Value::Time(time) => Some(f64::from(time.seconds())),
        Value::Moment(moment) => Some(moment.0 as f64),
        _ => None,
    }
}
