//! Indices into the tables of a [`Program`](crate::Program). They are plain numbers: small, ordered, hashable.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in its table.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of a position. Tables are far smaller than `u32::MAX`; larger positions saturate.
            #[must_use]
            pub fn at(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    )*};
}

ids! {
    /// A field of the customer profile or of a record.
    FieldId;
    /// A declared event.
    EventId;
    /// A topic that customers consent to.
    TopicId;
    /// A channel messages leave by.
    ChannelId;
    /// A calendar of days.
    CalendarId;
    /// A message.
    MessageId;
    /// A segment.
    SegmentId;
    /// A journey.
    JourneyId;
    /// A service with actions.
    ServiceId;
    /// An action within its service.
    ActionId;
    /// A suppression rule, in the order rules are asked.
    RuleId;
    /// A persona.
    PersonaId;
    /// A step within its journey.
    StepId;
    /// A stage within its journey.
    StageId;
    /// A variable of a run.
    SlotId;
    /// A loop counter of a run.
    CounterId;
    /// A value of some `one of` type, interned once for the whole program.
    Symbol;
}
