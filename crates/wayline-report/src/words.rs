//! The program in the words of the language.

mod expr;
mod header;
mod step;
mod value;

use wayline_ir::{Expr, Field, HistorySource, Journey, Program, ReactionKind, Trigger, Type};

/// What words are looked up in: the program, and the journey that names stand in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) program: &'a Program,
    pub(crate) journey: &'a Journey,
}

impl Words<'_> {
    /// An event or a reaction: `order_placed`, `clicked cart_reminder`.
    pub(crate) fn source(&self, source: &HistorySource) -> String {
        let program = self.program;
        match source {
            HistorySource::Event(event) => {
                program.events.get(event.index()).map_or_else(String::new, |event| event.name.clone())
            }
            HistorySource::MessageReaction(kind, message) => {
                let message = program.messages.get(message.index());
                format!("{} {}", reaction(*kind), message.map_or("", |message| message.name.as_str()))
            }
            HistorySource::ChannelReaction(kind, channel) => {
                let channel = program.channels.get(channel.index());
                format!("{} {}", reaction(*kind), channel.map_or("", |channel| channel.name.as_str()))
            }
        }
    }

    /// The record of an event or reaction, without its fields' names when there is none.
    fn source_type(&self, source: &HistorySource) -> Option<Type> {
        match source {
            HistorySource::Event(event) => {
                self.program.events.get(event.index()).map(|event| Type::Record(event.fields.clone()))
            }
            HistorySource::MessageReaction(_, message) => {
                let answers = self.program.messages.get(message.index())?.answers.clone();
                Some(answer_record(answers.unwrap_or(Type::Text)))
            }
            HistorySource::ChannelReaction(..) => Some(answer_record(Type::Text)),
        }
    }

    /// `order_placed since enter where total > 20 USD`
    fn asked(&self, source: &HistorySource, since: &str, filter: Option<&Expr>) -> String {
        let mut text = self.source(source);
        text.push_str(since);
        if let Some(filter) = filter {
            text.push_str(" where ");
            text.push_str(&self.expr_in(filter, self.source_type(source)));
        }
        text
    }

    /// What is waited for or reacted to, as a line begins: `on clicked cart_reminder`, `when customer.plan is pro`.
    pub(crate) fn trigger(&self, trigger: &Trigger) -> String {
        match trigger {
            Trigger::Event { source, filter, since_enter, .. } => {
                let since = if *since_enter { " since enter" } else { "" };
                format!("on {}", self.asked(source, since, filter.as_ref()))
            }
            Trigger::When(condition) => format!("when {}", self.expr(condition)),
        }
    }
}

/// What an answer carries.
fn answer_record(value: Type) -> Type {
    Type::Record(vec![Field { name: "value".to_owned(), ty: value, optional: false, default: None }])
}

/// The word of a reaction.
const fn reaction(kind: ReactionKind) -> &'static str {
    match kind {
        ReactionKind::Delivered => "delivered",
        ReactionKind::Bounced => "bounced",
        ReactionKind::Opened => "opened",
        ReactionKind::Clicked => "clicked",
        ReactionKind::Replied => "replied",
        ReactionKind::Answered => "answered",
        ReactionKind::Complained => "complained",
        ReactionKind::Unsubscribed => "unsubscribed",
        ReactionKind::Failed => "failed",
    }
}
