//! Questions about a customer that change nothing, for tests and for people.

use std::borrow::Cow;

use wayline_ir::{Expr, Value};
use wayline_time::Moment;

use super::Machine;
use crate::eval::{Eval, Item, Items, Vars};
use crate::state::Customer;

impl Machine {
    /// Whether a condition of the program holds for the customer at `now`. `slots` are the values of [`Expr::Slot`],
    /// `item` that of [`Expr::Item`] 0.
    ///
    /// History is answered as far as the program keeps it: a condition from elsewhere may ask for more than there is.
    ///
    /// # Errors
    /// In words, when it cannot be computed: a division by zero, a result beyond 28 digits, a value of another type.
    pub fn holds(
        &self,
        customer: &Customer,
        condition: &Expr,
        slots: &[Value],
        item: Option<&Value>,
        now: Moment,
    ) -> Result<bool, String> {
        let vars = Vars { slots, bound: None, origin: None };
        let items = item.map(|item| Items { item: Item::Whole(item), outer: None });
        self.asked(customer, vars, now).holds(condition, items.as_ref()).map_err(|fault| fault.to_string())
    }

    /// The value of an expression, as [`Machine::holds`] computes it.
    ///
    /// # Errors
    /// As [`Machine::holds`].
    pub fn value(
        &self,
        customer: &Customer,
        expr: &Expr,
        slots: &[Value],
        now: Moment,
    ) -> Result<Value, String> {
        let vars = Vars { slots, bound: None, origin: None };
        let eval = self.asked(customer, vars, now);
        eval.value(expr, None).map(Cow::into_owned).map_err(|fault| fault.to_string())
    }

    fn asked<'a>(&'a self, customer: &'a Customer, vars: Vars<'a>, now: Moment) -> Eval<'a> {
        Eval { program: &self.program, index: &self.index, customer, now: now.max(customer.now), vars }
    }
}
