//! Typed Liquid templates: a small checked subset, its references, and rendering.
//!
//! [`parse`] reads the subset with a grammar of its own, [`check`] holds it against a [`Schema`], and [`Renderer`] renders
//! what passed through the `liquid` crate, which offers no look into a parsed template.
//!
//! ```
//! use wayline_template::{Escape, Field, FindingKind, Renderer, Schema, Ty, Value, check, parse};
//!
//! let customer = Ty::Record(vec![Field::optional("first_name", Ty::Text)]);
//! let schema = Schema { roots: vec![Field::required("customer", customer)] };
//!
//! let findings = check(&parse("Hi {{ customer.first_name }}").unwrap(), &schema);
//! assert_eq!(findings[0].kind, FindingKind::PossiblyMissing);
//!
//! let template = parse("Hi {{ customer.first_name | default: 'you' }}").unwrap();
//! assert!(check(&template, &schema).is_empty());
//! let renderer = Renderer::new(&template, Escape::Html).unwrap();
//! let ana = Value::Record(vec![("first_name".into(), Value::Text("Ana".into()))]);
//! assert_eq!(renderer.render(&Value::Record(vec![("customer".into(), ana)])).unwrap(), "Hi Ana");
//! ```
//!
//! # The subset
//!
//! - Outputs `{{ value | filter: argument, … }}`, whitespace control `{{-` `-}}` `{%-` `-%}`.
//! - Values: paths `a.b[0].c` with `.first`, `.last`, `[-1]`, `.size`; texts in either quote, decimal numbers, `true`,
//!   `false`; `nil`, `empty` and `blank` in comparisons.
//! - Tags: `if` `elsif` `else`, `unless` `else`, `case` `when` `else`, `for` (`limit:`, `offset:`, `reversed`, `else`,
//!   `forloop`), `assign`, `comment`, `raw`.
//! - Conditions: `==` `!=` `<` `>` `<=` `>=` `contains`, joined by `and` or by `or`, never by both.
//! - Filters: those of the table in `filters.rs`; an unknown one is refused with the list.
//!
//! All else of Liquid is refused by [`parse`] with what to do instead.
//!
//! # Where the meaning is stricter or more exact than that of the `liquid` crate
//!
//! - Numbers are exact decimals; money prints as it was given and is not counted with.
//! - Texts are counted in characters, not in bytes; whitespace control takes tabs, too.
//! - A missing value goes through filters that only change how a text looks, so that a `default` behind them works.
//! - `default` never replaces a yes or no that is there.
//! - A list loop sees `offset:` first, then `limit:`, then `reversed`.
//! - No value is the clock: `date` takes dates and moments, never a text such as `now`.

mod check;
mod dates;
mod filters;
mod finding;
mod names;
mod parse;
mod references;
mod render;
mod schema;
mod tree;
mod value;

pub use check::check;
pub use finding::{Finding, FindingKind, Span};
pub use parse::{Template, parse};
pub use render::{Escape, RenderError, Renderer};
pub use schema::{Field, Schema, Ty};
pub use tree::{Path, Segment, Step};
pub use value::Value;
