//! Exact decimal arithmetic: 28 digits, failing instead of rounding beyond.

use liquid::ValueView;
use liquid::model::{Value as Liquid, ValueCow};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::convert::{self, Kind};
use super::natives::{Run, argument};
use super::sight::Sight;

/// Digits behind the point that a division keeps.
const DIVISION_DIGITS: u32 = 10;

pub(super) const FILTERS: &[(&str, Run)] = &[
    ("w_abs", |value, _| Ok(exact(operand(value)?.abs()))),
    ("w_at_least", |value, arguments| Ok(exact(operand(value)?.max(operand(argument(arguments, 0))?)))),
    ("w_at_most", |value, arguments| Ok(exact(operand(value)?.min(operand(argument(arguments, 0))?)))),
    ("w_ceil", |value, _| Ok(exact(operand(value)?.ceil()))),
    ("w_divided_by", |value, arguments| divide(operand(value)?, operand(argument(arguments, 0))?)),
    ("w_floor", |value, _| Ok(exact(operand(value)?.floor()))),
    ("w_minus", |value, arguments| checked(operand(value)?.checked_sub(operand(argument(arguments, 0))?))),
    ("w_modulo", |value, arguments| modulo(operand(value)?, operand(argument(arguments, 0))?)),
    ("w_number", |_, arguments| literal(argument(arguments, 0))),
    ("w_plus", |value, arguments| checked(operand(value)?.checked_add(operand(argument(arguments, 0))?))),
    ("w_round", round),
    ("w_times", |value, arguments| checked(operand(value)?.checked_mul(operand(argument(arguments, 0))?))),
];

pub(super) fn number(value: i64) -> Liquid {
    convert::exact(Kind::Number, &value.to_string())
}

/// A whole number from zero.
pub(super) fn whole(value: &dyn ValueView) -> Option<usize> {
    match Sight::of(value) {
        Sight::Number(_, number) => number.trunc().to_usize(),
        _ => None,
    }
}

fn operand(value: &dyn ValueView) -> Result<Decimal, String> {
    match Sight::of(value) {
        Sight::Number(_, number) => Ok(number),
        other => Err(format!("a filter needs a number, and the value is {}", other.name())),
    }
}

/// Results carry no zeros at their end: `1.50 | plus: 0` is `1.5`.
fn exact(value: Decimal) -> Liquid {
    convert::exact(Kind::Number, &value.normalize().to_string())
}

fn checked(value: Option<Decimal>) -> Result<Liquid, String> {
    value.map(exact).ok_or_else(|| "a number grows beyond 28 digits".to_owned())
}

/// A number that is written in the template; it keeps its text.
fn literal(value: &dyn ValueView) -> Result<Liquid, String> {
    let text = value.to_kstr();
    match convert::decimal(text.as_str()) {
        Some(_) => Ok(convert::exact(Kind::Number, text.as_str())),
        None => Err(format!("`{text}` is not a number")),
    }
}

/// As in Liquid, two whole numbers divide to a whole number, rounded down.
fn divide(value: Decimal, by: Decimal) -> Result<Liquid, String> {
    let quotient = value.checked_div(by).ok_or_else(|| "a number cannot be divided".to_owned())?;
    if value.fract().is_zero() && by.fract().is_zero() {
        return Ok(exact(quotient.floor()));
    }
    Ok(exact(quotient.round_dp_with_strategy(DIVISION_DIGITS, RoundingStrategy::MidpointAwayFromZero)))
}

/// The remainder with the sign of the divisor, as in Ruby's Liquid.
fn modulo(value: Decimal, by: Decimal) -> Result<Liquid, String> {
    let remainder = value.checked_rem(by);
    let crossed =
        remainder.is_some_and(|rest| !rest.is_zero() && rest.is_sign_negative() != by.is_sign_negative());
    checked(if crossed { remainder.and_then(|rest| rest.checked_add(by)) } else { remainder })
}

fn round(value: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let digits = whole(argument(arguments, 0)).unwrap_or(0).min(28);
    let digits = u32::try_from(digits).unwrap_or(0);
    Ok(exact(operand(value)?.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str, value: &str, by: &str) -> Result<String, String> {
        let (_, run) = FILTERS.iter().find(|(other, _)| *other == name).unwrap();
        let number = |text: &str| convert::exact(Kind::Number, text);
        let result = run(&number(value), &[ValueCow::Owned(number(by))])?;
        Ok(Sight::of(&result).text().unwrap())
    }

    #[test]
    fn decimals_are_exact_and_overflow_is_an_error() {
        assert_eq!(run("w_plus", "0.1", "0.2").unwrap(), "0.3");
        assert_eq!(run("w_times", "19.99", "3").unwrap(), "59.97");
        assert_eq!(run("w_round", "2.345", "2").unwrap(), "2.35");
        assert_eq!(run("w_round", "-2.5", "0").unwrap(), "-3");
        assert!(run("w_times", "9999999999999999999999999999", "9999").is_err());
    }

    #[test]
    fn division_is_that_of_liquid() {
        assert_eq!(run("w_divided_by", "7", "2").unwrap(), "3");
        assert_eq!(run("w_divided_by", "-7", "2").unwrap(), "-4");
        assert_eq!(run("w_divided_by", "7", "2.0").unwrap(), "3");
        assert_eq!(run("w_divided_by", "7.5", "2").unwrap(), "3.75");
        assert_eq!(run("w_divided_by", "1.1", "3").unwrap(), "0.3666666667");
        assert_eq!(run("w_modulo", "-7", "3").unwrap(), "2");
        assert_eq!(run("w_modulo", "7.5", "2").unwrap(), "1.5");
        assert!(run("w_divided_by", "1", "0").is_err());
    }
}
