//! What names mean at a place in the text.

use std::sync::Arc;

use wayline_ir::{Expr, Field, MessageId, Type};

use super::facts::Facts;

/// Names, and what is known, at a place.
#[derive(Clone, Default)]
pub(crate) struct Scope {
    /// Names that were bound, latest last.
    pub(crate) locals: Vec<Local>,
    /// The events or items that the `where`s around ask about, innermost last.
    pub(crate) items: Vec<ItemScope>,
    /// Which values that may be missing are known to be there.
    pub(crate) facts: Facts,
    /// Whether there is a run: `since enter` makes sense.
    pub(crate) in_run: bool,
    /// Whether this is a test: dates with times are moments of the workspace's zone.
    pub(crate) in_test: bool,
}

/// A name that was bound.
#[derive(Clone)]
pub(crate) struct Local {
    pub(crate) name: Arc<str>,
    pub(crate) means: Means,
}

/// What a bound name means.
#[derive(Clone)]
pub(crate) enum Means {
    /// A value.
    Value {
        expr: Expr,
        ty: Arc<Type>,
        /// Whether it may be missing, unless facts say otherwise.
        optional: bool,
    },
    /// A message given to a flow.
    Message(MessageId),
    /// A message that will be given to a flow, which takes these arguments.
    MessageOf(Arc<[Type]>),
}

/// The event or list item that a `where` asks about.
#[derive(Clone)]
pub(crate) struct ItemScope {
    /// Names of the thing as a whole.
    pub(crate) names: Vec<Arc<str>>,
    /// Its type.
    pub(crate) ty: Arc<Type>,
}

impl ItemScope {
    /// Without the names that mean something else already: in `on cart_updated as cart where cart_id is cart.cart_id` the
    /// bare name is of the event that has come, and `cart` is the one that was bound before.
    pub(crate) fn beside(mut self, scope: &Scope) -> Self {
        self.names.retain(|name| scope.local(name).is_none());
        self
    }

    pub(crate) fn fields(&self) -> &[Field] {
        match &*self.ty {
            Type::Record(fields) => fields,
            _ => &[],
        }
    }
}

impl Scope {
    pub(crate) fn local(&self, name: &str) -> Option<&Means> {
        self.locals.iter().rev().find(|local| &*local.name == name).map(|local| &local.means)
    }

    pub(crate) fn bind(&mut self, name: &Arc<str>, means: Means) {
        self.locals.push(Local { name: Arc::clone(name), means });
    }

    /// The names that may begin a path here, for suggestions.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let fields = self.items.iter().flat_map(|item| item.fields().iter().map(|field| field.name.as_str()));
        let items = self.items.iter().flat_map(|item| item.names.iter().map(|name| &**name));
        fields.chain(items).chain(self.locals.iter().map(|local| &*local.name)).chain(["customer"])
    }
}
