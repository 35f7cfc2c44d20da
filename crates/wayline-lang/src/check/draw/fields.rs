//! The fields of a record of drawn values: which are given, and which are missing.

use wayline_ir::{Draw, Field, Value};

use super::DrawScope;
use crate::check::Checker;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{GenEntry, GenRecord};

impl Checker<'_> {
    /// The fields of a record in declared order; `what` is what it is a record of.
    pub(crate) fn drawn_record(
        &mut self,
        at: &mut DrawScope,
        record: &GenRecord,
        fields: &[Field],
        what: &str,
    ) -> Option<Vec<Draw>> {
        let values = self.drawn_fields(at, &record.entries, fields, what);
        let complete = self.complete(&values.given(), fields, record.span, what);
        let values = values.fine()?;
        complete?;
        let default = |field: &Field| Draw::Const(field.default.clone().unwrap_or_default());
        Some(
            values
                .into_iter()
                .zip(fields)
                .map(|(value, field)| match value {
                    Some(Draw::Const(Value::Missing)) | None => default(field),
                    Some(value) => value,
                })
                .collect(),
        )
    }

    /// What is given of the fields of a record.
    pub(crate) fn drawn_fields<'e>(
        &mut self,
        at: &mut DrawScope,
        entries: impl IntoIterator<Item = &'e GenEntry>,
        fields: &[Field],
        what: &str,
    ) -> DrawnFields {
        let mut drawn = DrawnFields { values: vec![Given::No; fields.len()], fine: true };
        for entry in entries {
            let index = fields.iter().position(|field| field.name == entry.name.as_str());
            let Some((index, field)) = index.and_then(|index| Some((index, fields.get(index)?))) else {
                self.unknown_field(&entry.name, fields, what);
                drawn.fine = false;
                continue;
            };
            let value = self.draw(at, entry, field);
            drawn.fine &= value.is_some();
            let Some(given) = drawn.values.get_mut(index) else { continue };
            if !matches!(given, Given::No) {
                let message = format!("`{}` is given twice", field.name);
                self.report(Diagnostic::new(Code::DECLARED_TWICE, message, entry.name.span));
                drawn.fine = false;
                continue;
            }
            *given = value.map_or(Given::Wrong, Given::As);
        }
        drawn
    }

    /// Says so when fields are left out that may not be missing.
    pub(crate) fn complete(
        &mut self,
        given: &[bool],
        fields: &[Field],
        span: Span,
        what: &str,
    ) -> Option<()> {
        let missing = fields.iter().zip(given);
        let missing = missing.filter(|(field, given)| !**given && !field.optional && field.default.is_none());
        let missing: Vec<&str> = missing.map(|(field, _)| field.name.as_str()).collect();
        let Some(first) = missing.first() else { return Some(()) };
        let message = format!("{what} lacks {}", suggest::list(missing.iter().copied()));
        self.report(Diagnostic::new(Code::MISSING_FIELD, message, span).help(format!("add `{first}: …`")));
        None
    }
}

/// What is given of the fields of a record.
pub(crate) struct DrawnFields {
    values: Vec<Given>,
    fine: bool,
}

#[derive(Clone)]
enum Given {
    No,
    Wrong,
    As(Draw),
}

impl DrawnFields {
    /// Which fields are given, rightly or wrongly.
    pub(crate) fn given(&self) -> Vec<bool> {
        self.values.iter().map(|value| !matches!(value, Given::No)).collect()
    }

    /// The values, if nothing was wrong.
    pub(crate) fn fine(self) -> Option<Vec<Option<Draw>>> {
        let value = |value| match value {
            Given::As(draw) => Some(draw),
            Given::No | Given::Wrong => None,
        };
        self.fine.then(|| self.values.into_iter().map(value).collect())
    }
}
