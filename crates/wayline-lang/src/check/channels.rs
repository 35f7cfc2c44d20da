//! Topics, calendars and channels.

use wayline_ir::{
    Backlog, Calendar, Channel, ChannelKind, Cost, Expr, QuietHours, ReactionKind, Topic, TopicPolicy, Type,
    Value,
};
use wayline_time::{CalendarDays, DayWindow, WeekdaySet, Window};

use super::Checker;
use super::scope::Scope;
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{self, Consent, Keep, Reaction};

const KINDS: [(&str, ChannelKind); 13] = [
    ("email", ChannelKind::Email),
    ("sms", ChannelKind::Sms),
    ("push", ChannelKind::Push),
    ("in_app", ChannelKind::InApp),
    ("web", ChannelKind::Web),
    ("whatsapp", ChannelKind::Whatsapp),
    ("wechat", ChannelKind::Wechat),
    ("social", ChannelKind::Social),
    ("voice", ChannelKind::Voice),
    ("task", ChannelKind::Task),
    ("print", ChannelKind::Print),
    ("ad_audience", ChannelKind::AdAudience),
    ("webhook", ChannelKind::Webhook),
];

/// The reactions that messages on a kind of channel can have.
pub(crate) fn reactions(kind: ChannelKind) -> &'static [ReactionKind] {
    use ReactionKind::{
        Answered, Bounced, Clicked, Complained, Delivered, Failed, Opened, Replied, Unsubscribed,
    };
    match kind {
        ChannelKind::Email => {
            &[Delivered, Bounced, Opened, Clicked, Replied, Answered, Complained, Unsubscribed, Failed]
        }
        // Operators and handsets may tell that a text message was read.
        ChannelKind::Sms => &[Delivered, Bounced, Opened, Clicked, Replied, Answered, Unsubscribed, Failed],
        ChannelKind::Push => &[Delivered, Opened, Clicked, Unsubscribed, Failed],
        ChannelKind::InApp | ChannelKind::Web => &[Delivered, Opened, Clicked, Answered, Failed],
        ChannelKind::Whatsapp | ChannelKind::Wechat | ChannelKind::Social => {
            &[Delivered, Opened, Clicked, Replied, Answered, Complained, Unsubscribed, Failed]
        }
        ChannelKind::Voice => &[Delivered, Replied, Answered, Complained, Failed],
        ChannelKind::Task => &[Delivered, Answered, Failed],
        ChannelKind::Print => &[Delivered, Bounced, Replied, Failed],
        ChannelKind::AdAudience => &[Delivered, Clicked, Failed],
        ChannelKind::Webhook => &[Delivered, Failed],
    }
}

/// The reaction of the program for a reaction of the text.
pub(crate) const fn reaction_kind(reaction: Reaction) -> ReactionKind {
    match reaction {
        Reaction::Delivered => ReactionKind::Delivered,
        Reaction::Bounced => ReactionKind::Bounced,
        Reaction::Opened => ReactionKind::Opened,
        Reaction::Clicked => ReactionKind::Clicked,
        Reaction::Replied => ReactionKind::Replied,
        Reaction::Answered => ReactionKind::Answered,
        Reaction::Complained => ReactionKind::Complained,
        Reaction::Unsubscribed => ReactionKind::Unsubscribed,
        Reaction::Failed => ReactionKind::Failed,
    }
}

/// The kind of a channel in the words of the language.
pub(crate) fn kind_word(kind: ChannelKind) -> &'static str {
    KINDS.iter().find(|(_, known)| *known == kind).map_or("", |(word, _)| word)
}

pub(crate) const fn backlog(keep: Option<ast::Spanned<Keep>>) -> Backlog {
    match keep {
        Some(ast::Spanned { value: Keep::Latest, .. }) => Backlog::KeepLatest,
        Some(ast::Spanned { value: Keep::OnePerTopic, .. }) => Backlog::KeepOnePerTopic,
        Some(ast::Spanned { value: Keep::All, .. }) | None => Backlog::KeepAll,
    }
}

impl Checker<'_> {
    pub(crate) fn topics(&mut self) {
        let names = self.names;
        for decl in &names.topics {
            let ast = decl.ast;
            let policy = match ast.consent.map(|consent| consent.value) {
                Some(Consent::Needed) => TopicPolicy::Consent,
                Some(Consent::Confirmed) => TopicPolicy::ConfirmedConsent,
                Some(Consent::AlwaysAllowed) => TopicPolicy::Always,
                None => {
                    self.lacks(
                        decl.item,
                        ast.name.span,
                        &format!("topic `{}` does not say what consent it needs", ast.name.text),
                        "write `needs consent`, `needs confirmed consent` or `always allowed`",
                    );
                    TopicPolicy::Consent
                }
            };
            self.program.topics.push(Topic {
                name: ast.name.text.to_string(),
                policy,
                ignores_quiet_hours: ast.ignores_quiet_hours.is_some(),
            });
        }
    }

    pub(crate) fn calendars(&mut self) {
        let names = self.names;
        for decl in &names.calendars {
            let ast = decl.ast;
            for dates in &ast.dates {
                if dates.value.from > dates.value.to {
                    self.report(
                        Diagnostic::new(
                            Code::EMPTY_WINDOW,
                            "this range has no day: it ends before it begins",
                            dates.span,
                        )
                        .help(format!("write `{} to {}`", dates.value.to, dates.value.from)),
                    );
                }
            }
            if ast.dates.is_empty() && ast.yearly.is_empty() {
                self.lacks(
                    decl.item,
                    ast.name.span,
                    &format!("calendar `{}` has no days", ast.name.text),
                    "list days, such as `2026-12-24 to 2026-12-26` or `every year 12-24 to 12-26`",
                );
            }
            let days = CalendarDays {
                dates: ast.dates.iter().map(|dates| dates.value).collect(),
                yearly: ast.yearly.iter().map(|yearly| yearly.value).collect(),
            };
            self.program.calendars.push(Calendar { name: ast.name.text.to_string(), days });
        }
    }

    pub(crate) fn channels(&mut self) {
        let names = self.names;
        for decl in &names.channels {
            let ast = decl.ast;
            let kind = self.channel_kind(decl.item, ast);
            let to = match &ast.to {
                Some(to) => self.address(to),
                None => {
                    self.lacks(
                        decl.item,
                        ast.name.span,
                        &format!("channel `{}` does not say where messages go", ast.name.text),
                        "add `to customer.email`, or a text such as `to \"store associates\"`",
                    );
                    None
                }
            };
            if let Some(second) = ast.quiet.get(1) {
                self.twice(ast.quiet.first().map(|q| q.span), second.span, "quiet");
            }
            if let Some(second) = ast.rates.get(1) {
                self.twice(ast.rates.first().map(|r| r.span), second.span, "at most");
            }
            let quiet = ast.quiet.first().and_then(|quiet| self.quiet(quiet));
            let open: Vec<DayWindow> =
                ast.open.iter().filter_map(|open| self.day_window(open.window, open.days)).collect();
            self.ever_open(ast, quiet.as_ref(), &open);
            let cost = ast.cost.as_ref().and_then(|cost| self.cost(cost));
            let rate = ast.rates.first().and_then(|rate| self.rate(rate));
            self.program.channels.push(Channel {
                name: ast.name.text.to_string(),
                kind: kind.unwrap_or(ChannelKind::Webhook),
                to: to.unwrap_or(Expr::Const(Value::Missing)),
                cost,
                quiet,
                open,
                rate,
            });
        }
    }

    fn twice(&mut self, first: Option<Span>, second: Span, what: &str) {
        let mut finding = Diagnostic::new(Code::DUPLICATE_CLAUSE, format!("`{what}` is given twice"), second);
        if let Some(first) = first {
            finding = finding.also(first, "first given here");
        }
        self.report(finding);
    }

    fn channel_kind(&mut self, item: &ast::Item, ast: &ast::Channel) -> Option<ChannelKind> {
        let words = || KINDS.iter().map(|(word, _)| *word);
        let Some(name) = &ast.kind else {
            let help = format!("add `kind email`; the kinds are {}", suggest::list(words()));
            self.lacks(item, ast.name.span, &format!("channel `{}` has no kind", ast.name.text), &help);
            return None;
        };
        if let Some((_, kind)) = KINDS.iter().find(|(word, _)| *word == name.as_str()) {
            return Some(*kind);
        }
        let meant = match name.as_str() {
            "call" | "phone" | "ivr" => Some("voice"),
            "mail" | "letter" => Some("print"),
            "notification" => Some("push"),
            "http" => Some("webhook"),
            other => suggest::closest(other, words()),
        };
        let mut finding = Diagnostic::new(
            Code::UNKNOWN_CHANNEL_KIND,
            format!("there is no kind of channel `{}`", name.text),
            name.span,
        );
        finding = match meant {
            Some(near) => finding.help(format!("did you mean `{near}`?")).replace(
                Applicability::Safe,
                name.span,
                near,
                format!("write `{near}`"),
            ),
            None => finding.help(format!("the kinds are {}", words().collect::<Vec<_>>().join(", "))),
        };
        self.report(finding);
        None
    }

    /// An address may be missing: such a customer cannot be reached.
    fn address(&mut self, to: &ast::Expr) -> Option<Expr> {
        let typed = self.infer(&mut Scope::default(), to, Some(&Type::Text))?;
        self.fitting(typed, to.span, &Type::Text).map(|typed| typed.expr)
    }

    fn quiet(&mut self, quiet: &ast::Quiet) -> Option<QuietHours> {
        if let Some(release) = &quiet.release {
            self.some_time(release)?;
            if !release.value.is_exact() {
                self.report(
                    Diagnostic::new(
                        Code::OUT_OF_RANGE,
                        "a release is spread over hours or minutes",
                        release.span,
                    )
                    .help("write `release over 90 minutes`"),
                );
            }
        }
        let window = self.day_window(quiet.window, quiet.days)?;
        Some(QuietHours {
            windows: vec![window],
            release_over: quiet.release.map(|release| release.value),
            backlog: backlog(quiet.keep),
        })
    }

    /// A window on days; on all days when none are named.
    pub(crate) fn day_window(&mut self, window: ast::Window, days: Option<ast::Days>) -> Option<DayWindow> {
        let days = match days {
            Some(days) => self.some_days(days.value, days.span)?,
            None => WeekdaySet::all(),
        };
        Some(DayWindow { days, window: window.value })
    }

    /// Says so when a channel can never send: quiet all day and all week, or quiet whenever it is open.
    fn ever_open(&mut self, ast: &ast::Channel, quiet: Option<&QuietHours>, open: &[DayWindow]) {
        let Some(quiet) = quiet else { return };
        // A week of minutes in UTC, where every local time exists once.
        let zone = wayline_time::Zone::utc();
        let opens = (0..7 * 24 * 60_i64).map(|minute| wayline_time::Moment(minute * 60_000)).any(|moment| {
            !wayline_time::any_contains(zone, moment, &quiet.windows)
                && (open.is_empty() || wayline_time::any_contains(zone, moment, open))
        });
        if !opens {
            let span = ast.quiet.first().map_or(ast.name.span, |quiet| quiet.span);
            let mut finding = Diagnostic::new(
                Code::EMPTY_WINDOW,
                format!(
                    "channel `{}` is never open: no minute of the week is free of quiet hours",
                    ast.name.text
                ),
                span,
            )
            .help("shorten the quiet hours, or widen the open hours");
            if let Some(open) = ast.open.first() {
                finding = finding.also(open.span, "open only here");
            } else if same_time(ast.quiet.first().map(|quiet| quiet.window.value)) {
                finding = finding.note("a window that ends when it begins is the whole day");
            }
            self.report(finding);
        }
    }

    pub(crate) fn cost(&mut self, money: &ast::Money) -> Option<Cost> {
        let currency = self.currency(&money.currency)?;
        Some(Cost { amount: money.amount, currency })
    }
}

fn same_time(window: Option<Window>) -> bool {
    window.is_some_and(|window| window.from == window.to)
}
