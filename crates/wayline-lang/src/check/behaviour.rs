//! What personas do by themselves and about messages.

use rust_decimal::Decimal;
use wayline_ir::{
    Act, Behaviour, ChannelId, Draw, Expr, Field, Happening, MessageId, ReactionKind, ReactsTo, Recurrence,
    Repetition, SlotId, Type, Value,
};
use wayline_time::Span as TimeSpan;

use super::Checker;
use super::channels::reaction_kind;
use super::draw::{ALL, DrawScope};
use super::facts::Facts;
use super::scope::{Means, Scope};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Kind;
use crate::source::Span;
use crate::syntax::ast::{self, BehaviourKind, DoesTiming, GenRecord, Reaction};

/// What behaviours are about.
enum About {
    /// Nothing: the persona acts by itself.
    Itself,
    Message(MessageId),
    Channel(ChannelId),
}

/// Where a behaviour stands.
struct Setting {
    about: About,
    at: DrawScope,
}

impl Checker<'_> {
    pub(crate) fn happening(&mut self, does: &ast::Does, facts: &Facts) -> Option<Happening> {
        let mut setting = Setting { about: About::Itself, at: DrawScope::behaviour(facts) };
        let behaviour = self.behaviours(&mut setting, &does.what);
        let (recurrence, starting_after) = match &does.timing {
            DoesTiming::Once { within } => {
                if let Some(within) = within {
                    self.some_time(within)?;
                }
                (Recurrence::Once { within: within.map_or(TimeSpan::ZERO, |within| within.value) }, None)
            }
            DoesTiming::Every { exactly, gap, by_hour, by_weekday, starting_after } => {
                let hours = by_hour
                    .as_ref()
                    .map_or(Some(Vec::new()), |list| self.weights(list, 24, "hour", does.span));
                let days = by_weekday
                    .as_ref()
                    .map_or(Some(Vec::new()), |list| self.weights(list, 7, "weekday", does.span));
                if let (true, Some(first)) = (*exactly, by_hour.iter().chain(by_weekday).flatten().next()) {
                    self.report(
                        Diagnostic::new(
                            Code::WEIGHTS,
                            "a fixed gap has no hours or weekdays of its own",
                            first.span,
                        )
                        .help("leave out `exactly`, or the weights"),
                    );
                }
                let after = starting_after.as_ref().map(|event| self.event(event));
                self.some_time(gap)?;
                let repetition =
                    Repetition { gap: gap.value, exactly: *exactly, by_hour: hours?, by_weekday: days? };
                (Recurrence::Every(repetition), after)
            }
        };
        let starting_after = match starting_after {
            Some(event) => Some(event?),
            None => None,
        };
        Some(Happening { recurrence, starting_after, behaviour })
    }

    /// Weights of the hours or weekdays.
    fn weights(&mut self, list: &[ast::Expr], count: usize, what: &str, does: Span) -> Option<Vec<Decimal>> {
        let span = list.first().zip(list.last()).map_or(does, |(first, last)| first.span.to(last.span));
        if list.len() != count {
            self.report(Diagnostic::new(
                Code::WEIGHTS,
                format!("{count} weights are wanted, one for each {what}, but there are {}", list.len()),
                span,
            ));
            return None;
        }
        let weights: Vec<Option<Decimal>> = list.iter().map(|weight| self.weight(weight)).collect();
        let weights: Vec<Decimal> = weights.into_iter().collect::<Option<_>>()?;
        if weights.iter().all(Decimal::is_zero) {
            self.report(
                Diagnostic::new(Code::WEIGHTS, format!("no {what} has any weight"), span)
                    .help("write at least one weight above zero"),
            );
            return None;
        }
        Some(weights)
    }

    fn weight(&mut self, weight: &ast::Expr) -> Option<Decimal> {
        let number = Type::Number { from: None, to: None };
        match self.expect(&mut Scope::default(), weight, &number)? {
            Expr::Const(Value::Number(number)) if number.is_zero() || number.is_sign_positive() => {
                Some(number)
            }
            Expr::Const(_) => {
                self.report(Diagnostic::new(Code::OUT_OF_RANGE, "a weight is not negative", weight.span));
                None
            }
            _ => {
                self.report(Diagnostic::new(
                    Code::NOT_CONSTANT,
                    "a fixed number is wanted here",
                    weight.span,
                ));
                None
            }
        }
    }

    pub(crate) fn reacts_to(&mut self, reacts: &ast::Reacts, facts: &Facts) -> Option<ReactsTo> {
        let name = &reacts.to;
        let message = self.names.get(Kind::Message, name.as_str()).map(MessageId::at);
        let channel = self.names.get(Kind::Channel, name.as_str()).map(ChannelId::at);
        let about = match (message, channel) {
            (Some(message), _) => About::Message(message),
            (None, Some(channel)) => About::Channel(channel),
            (None, None) => {
                let finding = self.names.unknown_of(&[Kind::Message, Kind::Channel], name);
                self.report(finding);
                return None;
            }
        };
        let mut at = DrawScope::behaviour(facts);
        if let Some(message) = message {
            let params = self.message_params.get(message.index()).cloned().unwrap_or_else(|| [].into());
            for (index, (name, ty)) in (0..).zip(params.iter()) {
                let (expr, ty) = (Expr::Slot(SlotId(index)), std::sync::Arc::new(ty.clone()));
                at.scope.bind(name, Means::Value { expr, ty, optional: false });
            }
        }
        let behaviour = self.behaviours(&mut Setting { about, at }, &reacts.behaviours);
        Some(ReactsTo { message, channel, behaviour })
    }

    fn behaviours(&mut self, setting: &mut Setting, behaviours: &[ast::Behaviour]) -> Vec<Behaviour> {
        behaviours.iter().filter_map(|behaviour| self.behaviour(setting, behaviour)).collect()
    }

    fn behaviour(&mut self, setting: &mut Setting, behaviour: &ast::Behaviour) -> Option<Behaviour> {
        let chance = behaviour.share.as_ref().map_or(Some(ALL), |share| self.share(share));
        let delay = self.delay(behaviour.after.as_ref());
        let mut otherwise = Vec::new();
        let act = match &behaviour.kind {
            BehaviourKind::Chance { otherwise: instead } => {
                otherwise = self.behaviours(setting, instead);
                Some(Act::Nothing)
            }
            BehaviourKind::React(reaction) => {
                let span = self.first_word(behaviour.span);
                self.react(setting, *reaction, span).map(|()| Act::React(reaction_kind(*reaction), None))
            }
            BehaviourKind::Answer(value) => self.answer(setting, value),
            BehaviourKind::Event { name, payload } => self.event_act(setting, name, payload.as_ref()),
        };
        let then = self.behaviours(setting, &behaviour.then);
        Some(Behaviour { chance: chance?, delay: delay?, act: act?, then, otherwise })
    }

    fn event_act(
        &mut self,
        setting: &mut Setting,
        name: &ast::Name,
        payload: Option<&GenRecord>,
    ) -> Option<Act> {
        let event = self.event(name)?;
        let fields =
            self.program.events.get(event.index()).map(|event| event.fields.clone()).unwrap_or_default();
        let nothing = GenRecord { entries: Vec::new(), span: name.span };
        let what = format!("event `{}`", name.text);
        let values = self.drawn_record(&mut setting.at, payload.unwrap_or(&nothing), &fields, &what)?;
        Some(Act::Event(event, values))
    }

    fn react(&mut self, setting: &Setting, reaction: Reaction, span: Span) -> Option<()> {
        match setting.about {
            About::Itself => {
                self.report(
                    Diagnostic::new(Code::IMPOSSIBLE_REACTION, "there is no message to react to here", span)
                        .help("write it in `reacts to MESSAGE { … }` or `reacts to CHANNEL { … }`"),
                );
                None
            }
            About::Message(message) => self.possible_reaction(message, reaction, span),
            About::Channel(channel) => {
                self.possible(reaction_kind(reaction), channel.index(), reaction.word(), span)
            }
        }
    }

    fn answer(&mut self, setting: &mut Setting, value: &ast::Expr) -> Option<Act> {
        self.react(setting, Reaction::Answered, value.span)?;
        let About::Message(message) = setting.about else {
            self.report(
                Diagnostic::new(
                    Code::IMPOSSIBLE_REACTION,
                    "an answer is an answer to one message",
                    value.span,
                )
                .note("each message says by `answers` what can be answered")
                .help("write it in `reacts to MESSAGE { … }`"),
            );
            return None;
        };
        let field = self.answer_field(message);
        let draw: Draw = self.drawn_value(&mut setting.at, value, &field)?;
        Some(Act::React(ReactionKind::Answered, Some(draw)))
    }

    /// The value of an answer to a message.
    pub(crate) fn answer_field(&self, message: MessageId) -> Field {
        let answers = self.program.messages.get(message.index()).and_then(|message| message.answers.clone());
        Field {
            name: "the answer".to_owned(),
            ty: answers.unwrap_or(Type::Text),
            optional: false,
            default: None,
        }
    }

    /// Says so when a message cannot have a reaction.
    pub(crate) fn possible_reaction(
        &mut self,
        message: MessageId,
        reaction: Reaction,
        span: Span,
    ) -> Option<()> {
        let channel = self.program.messages.get(message.index())?.channel;
        self.possible(reaction_kind(reaction), channel.index(), reaction.word(), span)
    }

    /// The verb at the beginning of a behaviour.
    fn first_word(&self, span: Span) -> Span {
        let letters = self.text(span).bytes().take_while(u8::is_ascii_alphabetic).count();
        Span { end: span.start.saturating_add(u32::try_from(letters).unwrap_or_default()), ..span }
    }
}
