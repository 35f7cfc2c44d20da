//! Guarantees: what is promised, for provers.

use wayline_ir::{ChannelId, Guarantee, JourneyId, MessageId, Promise, Said, TopicId};

use super::Checker;
use super::scope::Scope;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Kind;
use crate::syntax::ast::{self, PromiseKind, SubjectKind};

impl Checker<'_> {
    pub(crate) fn guarantees(&mut self) {
        let names = self.names;
        for decl in &names.guarantees {
            let ast = decl.ast;
            if ast.promises.is_empty() {
                self.lacks(
                    decl.item,
                    ast.name.span,
                    &format!("guarantee `{}` promises nothing", ast.name.text),
                    "add a promise, such as `never more than 2 sms in any 7 days`",
                );
            }
            let promises = ast.promises.iter().filter_map(|promise| self.promise(promise)).collect();
            self.program.guarantees.push(Guarantee { name: ast.name.text.to_string(), promises });
        }
    }

    fn promise(&mut self, promise: &ast::Promise) -> Option<Promise> {
        match &promise.kind {
            PromiseKind::NeverMore { count, subject, within } => {
                let of = self.said(subject);
                self.some_time(within)?;
                Some(Promise::AtMost { count: count.value, of: of?, per: within.value })
            }
            PromiseKind::OnlyBetween { subject, from, to } => {
                let of = self.said(subject);
                if from.value == to.value {
                    self.report(
                        Diagnostic::new(
                            Code::EMPTY_WINDOW,
                            "this is the whole day, so nothing is promised",
                            promise.span,
                        )
                        .help("write two different times: `only between 09:00 and 21:00`"),
                    );
                    return None;
                }
                Some(Promise::OnlyBetween { of: of?, from: from.value, to: to.value })
            }
            PromiseKind::Ends { journey, within } => {
                let journey = self.named(Kind::Journey, journey).map(JourneyId::at);
                self.some_time(within)?;
                Some(Promise::Ends { journey: journey?, within: within.value })
            }
            PromiseKind::NoneAfter { subject, within, after, filter } => {
                let of = self.said(subject);
                let after = self.event_ref(after);
                let after = after.and_then(|(source, item)| {
                    Some((source, self.filter(&mut Scope::default(), item, filter.as_ref())?))
                });
                self.some_time(within)?;
                let (source, filter) = after?;
                Some(Promise::NotAfter { of: of?, within: within.value, source, filter })
            }
        }
    }

    /// Channels, topics and messages share one set of names, so that the kind need not be written.
    fn said(&mut self, subject: &ast::Subject) -> Option<Said> {
        let name = &subject.name;
        let said = match subject.kind {
            Some(SubjectKind::Channel) => Said::Channel(ChannelId::at(self.named(Kind::Channel, name)?)),
            Some(SubjectKind::Topic) => Said::Topic(TopicId::at(self.named(Kind::Topic, name)?)),
            Some(SubjectKind::Message) => Said::Message(MessageId::at(self.named(Kind::Message, name)?)),
            None => {
                let found = |kind| self.names.get(kind, name.as_str());
                let said = found(Kind::Channel).map(|index| Said::Channel(ChannelId::at(index)));
                let said = said.or_else(|| found(Kind::Topic).map(|index| Said::Topic(TopicId::at(index))));
                let said =
                    said.or_else(|| found(Kind::Message).map(|index| Said::Message(MessageId::at(index))));
                if said.is_none() {
                    let finding = self.names.unknown_of(&[Kind::Channel, Kind::Topic, Kind::Message], name);
                    self.report(finding);
                }
                said?
            }
        };
        Some(said)
    }
}
