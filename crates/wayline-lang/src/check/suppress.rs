//! Suppression rules: what must never happen.

use wayline_ir::{
    CalendarId, Cap, CapWindow, ChannelId, Clause, JourneyId, MessageId, Otherwise, SendSet, SuppressRule,
    Target, TopicId,
};
use wayline_time::{DayWindow, Moment, Zone};

use super::Checker;
use super::channels::backlog;
use super::scope::Scope;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::{Decl, Kind};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{self, CapPeriod, Name, SuppressClause, SuppressElse};

impl Checker<'_> {
    /// All rules, in the order they are asked.
    pub(crate) fn rules(&mut self) {
        let names = self.names;
        for decl in &names.rules {
            let rule = self.rule(decl);
            let place = self.place(decl.ast.name.span);
            self.program.source_map.rules.push(place);
            self.program.rules.push(rule);
        }
    }

    fn rule(&mut self, decl: &Decl<'_, ast::Suppress>) -> SuppressRule {
        let ast = decl.ast;
        let (channels, mut clauses) = self.on(&ast.on);
        let targets = self.targets(decl);
        self.reaches_its_messages(ast, &channels);
        clauses.extend(ast.clauses.iter().filter_map(|clause| self.clause(clause)));
        self.ever_silent(ast, &clauses);
        if ast.clauses.is_empty()
            && ast.on.iter().all(|name| self.names.get(Kind::Channel, name.as_str()).is_some())
        {
            self.lacks(
                decl.item,
                ast.name.span,
                &format!("rule `{}` does not say when it forbids a message", ast.name.text),
                "add a clause: `at most 3 in any 7 days`, `from … until …`, `on CALENDAR`, `during 21:00 to 09:00` or `when …`",
            );
        }
        SuppressRule {
            name: ast.name.text.to_string(),
            sends: SendSet { targets, channels },
            clauses,
            otherwise: self.rule_otherwise(decl),
        }
    }

    fn targets(&mut self, decl: &Decl<'_, ast::Suppress>) -> Vec<Target> {
        let ast = decl.ast;
        if ast.everything.is_some() {
            return vec![Target::Everything];
        }
        if ast.targets.is_empty() {
            self.lacks(
                decl.item,
                ast.name.span,
                &format!("rule `{}` does not say what it is for", ast.name.text),
                "add `for everything`, or `for` with topics, `message …` or `journey …`",
            );
        }
        ast.targets.iter().filter_map(|target| self.target(target)).collect()
    }

    fn target(&mut self, target: &ast::Target) -> Option<Target> {
        Some(match target {
            ast::Target::Topic(name) => Target::Topic(TopicId::at(self.named(Kind::Topic, name)?)),
            ast::Target::Message(name) => Target::Message(MessageId::at(self.named(Kind::Message, name)?)),
            ast::Target::Journey(name) => Target::Journey(JourneyId::at(self.named(Kind::Journey, name)?)),
        })
    }

    /// The names after `on`: channels narrow the rule, calendars are when it forbids.
    fn on(&mut self, on: &[Name]) -> (Vec<ChannelId>, Vec<Clause>) {
        let (mut channels, mut clauses) = (Vec::new(), Vec::new());
        for name in on {
            if let Some(index) = self.names.get(Kind::Calendar, name.as_str()) {
                clauses.push(Clause::On(CalendarId::at(index)));
            } else if let Some(index) = self.names.get(Kind::Channel, name.as_str()) {
                channels.push(ChannelId::at(index));
            } else {
                let finding = self
                    .names
                    .unknown_of(&[Kind::Channel, Kind::Calendar], name)
                    .note("`on` names the channels that a rule is about, or the days on which it forbids");
                self.report(finding);
            }
        }
        (channels, clauses)
    }

    /// Says so when a message is never sent on the channels that the rule is about.
    fn reaches_its_messages(&mut self, ast: &ast::Suppress, channels: &[ChannelId]) {
        if channels.is_empty() {
            return;
        }
        for target in &ast.targets {
            let ast::Target::Message(name) = target else { continue };
            let message =
                self.names.get(Kind::Message, name.as_str()).and_then(|index| self.names.messages.get(index));
            let Some(message) = message.map(|decl| decl.ast) else { continue };
            let Some(channel) = self.names.get(Kind::Channel, message.channel.as_str()) else { continue };
            if !channels.contains(&ChannelId::at(channel)) {
                let narrowed =
                    ast.on.iter().filter(|name| self.names.get(Kind::Channel, name.as_str()).is_some());
                let narrowed = suggest::list(narrowed.map(Name::as_str));
                let finding = Diagnostic::new(
                    Code::NEVER_APPLIES,
                    format!(
                        "rule `{}` is for {narrowed}, where `{}` is never sent",
                        ast.name.text, name.text
                    ),
                    name.span,
                )
                .also(message.channel.span, format!("`{}` is sent on `{}`", name.text, message.channel.text))
                .help(format!("name `{}` after `on`, or leave the message out", message.channel.text));
                self.report(finding);
            }
        }
    }

    fn clause(&mut self, clause: &SuppressClause) -> Option<Clause> {
        match clause {
            SuppressClause::Caps { caps, across, .. } => {
                let caps: Vec<Option<Cap>> = caps.iter().map(|cap| self.cap(cap)).collect();
                let across: Vec<Option<usize>> =
                    across.iter().map(|name| self.named(Kind::Channel, name)).collect();
                let across: Option<Vec<usize>> = across.into_iter().collect();
                Some(Clause::Caps {
                    caps: caps.into_iter().collect::<Option<_>>()?,
                    across: across?.into_iter().map(ChannelId::at).collect(),
                })
            }
            SuppressClause::From(from) => self.between(from),
            SuppressClause::During { window, days, .. } => {
                Some(Clause::During(vec![self.day_window(*window, *days)?]))
            }
            SuppressClause::When(condition) => {
                Some(Clause::When(self.condition(&mut Scope::default(), condition)?))
            }
        }
    }

    fn between(&mut self, ast: &ast::SuppressFrom) -> Option<Clause> {
        let begin = self.event_ref(&ast.from);
        let begin = begin.and_then(|(source, item)| {
            Some((source, self.filter(&mut Scope::default(), item, ast.from_where.as_ref())?))
        });
        let end = self.event_ref(&ast.until);
        let end = end.and_then(|(source, item)| {
            Some((source, self.filter(&mut Scope::default(), item, ast.until_where.as_ref())?))
        });
        if let Some(longest) = &ast.at_most {
            self.some_time(longest)?;
        }
        let ((from, from_filter), (until, until_filter)) = (begin?, end?);
        if from == until && from_filter == until_filter {
            self.report(
                Diagnostic::new(Code::NEVER_APPLIES, "what begins this also ends it at once", ast.span)
                    .help("name another event after `until`, or write `when any … in last …`"),
            );
        }
        let or_after = ast.at_most.as_ref().map(|longest| longest.value);
        Some(Clause::Between { from, from_filter, until, until_filter, or_after })
    }

    fn cap(&mut self, cap: &ast::Cap) -> Option<Cap> {
        self.at_least_one(&cap.count)?;
        let window = match &cap.per {
            CapPeriod::CalendarDay => CapWindow::CalendarDay,
            CapPeriod::CalendarWeek => CapWindow::CalendarWeek,
            CapPeriod::CalendarMonth => CapWindow::CalendarMonth,
            CapPeriod::Rolling(span) => {
                self.some_time(span)?;
                CapWindow::Rolling(span.value)
            }
        };
        Some(Cap { count: cap.count.value, window })
    }

    /// Says so when the windows of a rule leave no moment of the week in which it allows a message.
    fn ever_silent(&mut self, ast: &ast::Suppress, clauses: &[Clause]) {
        let windows: Vec<DayWindow> = clauses
            .iter()
            .filter_map(|clause| match clause {
                Clause::During(windows) => Some(windows.as_slice()),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        // In UTC every local time exists once.
        if windows.is_empty() || wayline_time::next_close(Zone::utc(), Moment(0), &windows).is_some() {
            return;
        }
        let mut spans = ast.clauses.iter().filter_map(|clause| match clause {
            SuppressClause::During { span, .. } => Some(*span),
            _ => None,
        });
        let first = spans.next().unwrap_or(ast.name.span);
        let others: Vec<Span> = spans.collect();
        let mut finding = Diagnostic::new(
            Code::EMPTY_WINDOW,
            format!("rule `{}` never allows a message: its hours are all day, every day", ast.name.text),
            first,
        );
        for other in &others {
            finding = finding.also(*other, "and the rest of the week here");
        }
        if windows.iter().any(|window| window.window.is_whole_day()) {
            finding = finding.note("a window that ends when it begins is the whole day");
        }
        self.report(finding.help("shorten the hours, or name the days: `on Sat, Sun`"));
    }

    fn rule_otherwise(&mut self, decl: &Decl<'_, ast::Suppress>) -> Otherwise {
        match decl.ast.otherwise.as_ref().map(|otherwise| &otherwise.value) {
            Some(SuppressElse::Drop) => Otherwise::Drop,
            Some(SuppressElse::Hold { up_to, keep }) => {
                let _ = self.some_time(up_to);
                Otherwise::Hold { up_to: up_to.value, backlog: backlog(*keep) }
            }
            None => {
                self.lacks(
                    decl.item,
                    decl.ast.name.span,
                    &format!(
                        "rule `{}` does not say what becomes of a message it forbids",
                        decl.ast.name.text
                    ),
                    "add `else drop`, or `else hold up to 2 days`",
                );
                Otherwise::Drop
            }
        }
    }
}
