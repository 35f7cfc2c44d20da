//! Declarations of what is known and said.

use wayline_time as time;

use super::{Builder, Firsts};
use crate::syntax::ast::{
    Action, Calendar, Cap, CapPeriod, Channel, Consent, Customer, Event, Flow, Keep, Locale, Message, Moved,
    Name, OpenHours, Part, PartKind, Quiet, Retry, Segment, Service, Spanned, Suppress, SuppressClause,
    SuppressElse, SuppressFrom, Target, Topic, TypeExpr,
};
use crate::syntax::grammar::Rule as R;
use crate::syntax::tree::Node;

impl<'t> Builder<'t, '_> {
    pub(super) fn customer(&mut self, node: Node<'t>) -> Option<Customer> {
        Some(Customer { keyword: node.child(R::k_customer)?.span(), fields: self.fields(node) })
    }

    pub(super) fn event(&mut self, node: Node<'t>) -> Option<Event> {
        let (mut rate, mut firsts) = (None, Firsts::default());
        for n in node.children().filter(|n| n.kind() == R::rate) {
            let value = self.rate(n);
            self.once(&mut rate, value, n, &mut firsts);
        }
        Some(Event { name: self.name_in(node)?, fields: self.fields(node), rate })
    }

    pub(super) fn topic(&mut self, node: Node<'t>) -> Option<Topic> {
        let mut topic = Topic { name: self.name_in(node)?, consent: None, ignores_quiet_hours: None };
        let mut firsts = Firsts::default();
        for n in node.children() {
            let consent = match n.kind() {
                R::topic_consent => Consent::Needed,
                R::topic_confirmed => Consent::Confirmed,
                R::topic_always => Consent::AlwaysAllowed,
                R::topic_ignores => {
                    self.once(&mut topic.ignores_quiet_hours, Some(n.span()), n, &mut firsts);
                    continue;
                }
                _ => continue,
            };
            self.once(&mut topic.consent, Some(Spanned { value: consent, span: n.span() }), n, &mut firsts);
        }
        Some(topic)
    }

    pub(super) fn channel(&mut self, node: Node<'t>) -> Option<Channel> {
        let mut channel = Channel {
            name: self.name_in(node)?,
            kind: None,
            to: None,
            cost: None,
            quiet: Vec::new(),
            open: Vec::new(),
            rates: Vec::new(),
        };
        let mut firsts = Firsts::default();
        for n in node.children() {
            match n.kind() {
                R::channel_kind => {
                    let value = n.child(R::word).map(|w| self.name(w));
                    self.once(&mut channel.kind, value, n, &mut firsts);
                }
                R::channel_to => {
                    let value = n
                        .children()
                        .find(|n| matches!(n.kind(), R::text | R::operand))
                        .map(|n| self.operand(n));
                    self.once(&mut channel.to, value, n, &mut firsts);
                }
                R::channel_cost => {
                    let value = self.money_in(n);
                    self.once(&mut channel.cost, value, n, &mut firsts);
                }
                R::channel_quiet => channel.quiet.extend(self.quiet(n)),
                R::channel_open => {
                    let hours = n.children().filter(|n| n.kind() == R::open_hours);
                    channel.open.extend(hours.filter_map(|n| {
                        Some(OpenHours { days: self.days(n), window: self.window(n)?, span: n.span() })
                    }));
                }
                R::rate => channel.rates.extend(self.rate(n)),
                _ => {}
            }
        }
        Some(channel)
    }

    fn quiet(&mut self, node: Node<'t>) -> Option<Quiet> {
        Some(Quiet {
            window: self.window(node)?,
            days: self.days(node),
            release: node.child(R::release).and_then(|n| self.duration_in(n)),
            keep: self.keep(node),
            span: node.span(),
        })
    }

    fn keep(&self, node: Node<'t>) -> Option<Spanned<Keep>> {
        let node = node.child(R::keep)?;
        let value = match node.children().nth(1)?.kind() {
            R::k_latest => Keep::Latest,
            R::k_all => Keep::All,
            _ => Keep::OnePerTopic,
        };
        Some(Spanned { value, span: node.span() })
    }

    pub(super) fn calendar(&mut self, node: Node<'t>) -> Option<Calendar> {
        let mut calendar = Calendar { name: self.name_in(node)?, dates: Vec::new(), yearly: Vec::new() };
        for n in node.children() {
            match n.kind() {
                R::calendar_dates => {
                    let mut ends = n.children().filter(|n| n.kind() == R::date);
                    let from = self.date(ends.next()?).value;
                    let to = ends.next().map_or(from, |n| self.date(n).value);
                    calendar.dates.push(Spanned { value: time::DateRange { from, to }, span: n.span() });
                }
                R::calendar_year => {
                    let ends: Vec<_> = n
                        .children()
                        .filter(|n| n.kind() == R::month_day)
                        .filter_map(|n| self.month_day(n))
                        .collect();
                    if let (Some(from), Some(to)) = (ends.first().copied(), ends.last().copied()) {
                        calendar
                            .yearly
                            .push(Spanned { value: time::YearlyRange { from, to }, span: n.span() });
                    }
                }
                _ => {}
            }
        }
        Some(calendar)
    }

    pub(super) fn message(&mut self, node: Node<'t>) -> Option<Message> {
        let mut names = node.children().filter(|n| n.kind() == R::name);
        let (name, channel) = (self.name(names.next()?), self.name(names.next()?));
        let mut message = Message {
            name,
            params: self.params(node),
            channel,
            topic: None,
            owner: None,
            title: None,
            answers: None,
            cost: None,
            expires: None,
            parts: self.parts(node),
            locales: Vec::new(),
        };
        let mut firsts = Firsts::default();
        for n in node.children() {
            match n.kind() {
                R::message_topic => {
                    let value = self.name_in(n);
                    self.once(&mut message.topic, value, n, &mut firsts);
                }
                R::owner => {
                    let value = self.text_in(n);
                    self.once(&mut message.owner, value, n, &mut firsts);
                }
                R::title => {
                    let value = self.text_in(n);
                    self.once(&mut message.title, value, n, &mut firsts);
                }
                R::message_answers => {
                    let value = n
                        .children()
                        .nth(1)
                        .and_then(|ty| Some(TypeExpr { kind: self.type_kind(ty)?, span: ty.span() }));
                    self.once(&mut message.answers, value, n, &mut firsts);
                }
                R::message_cost => {
                    let value = self.money_in(n);
                    self.once(&mut message.cost, value, n, &mut firsts);
                }
                R::message_expires => {
                    let value = self.duration_in(n);
                    self.once(&mut message.expires, value, n, &mut firsts);
                }
                R::locale => {
                    let mut texts = n.children().filter(|n| n.kind() == R::text);
                    let Some(tag) = texts.next().map(|t| self.text(t)) else { continue };
                    let falls_back_to = texts.next().map(|t| self.text(t));
                    let parts = self.parts(n);
                    message.locales.push(Locale { tag, parts, falls_back_to, span: n.span() });
                }
                _ => {}
            }
        }
        Some(message)
    }

    fn parts(&mut self, node: Node<'t>) -> Vec<Part> {
        node.children()
            .filter(|n| n.kind() == R::part)
            .filter_map(|n| {
                let kind = n.child(R::part_name)?;
                let value = PartKind::from_word(self.slice(kind))?;
                Some(Part {
                    kind: Spanned { value, span: kind.span() },
                    text: self.text_in(n)?,
                    is_file: n.has(R::k_file),
                    span: n.span(),
                })
            })
            .collect()
    }

    pub(super) fn segment(&mut self, node: Node<'t>) -> Option<Segment> {
        Some(Segment { name: self.name_in(node)?, condition: self.expr_in(node)? })
    }

    pub(super) fn service(&mut self, node: Node<'t>) -> Option<Service> {
        let mut service = Service { name: self.name_in(node)?, url: None, token: None, actions: Vec::new() };
        let mut firsts = Firsts::default();
        for n in node.children() {
            match n.kind() {
                R::service_url => {
                    let value = self.text_in(n);
                    self.once(&mut service.url, value, n, &mut firsts);
                }
                R::service_token => {
                    let value = self.text_in(n);
                    self.once(&mut service.token, value, n, &mut firsts);
                }
                R::action => service.actions.extend(self.action(n)),
                _ => {}
            }
        }
        Some(service)
    }

    fn action(&mut self, node: Node<'t>) -> Option<Action> {
        let mut action = Action {
            name: self.name_in(node)?,
            method: None,
            path: None,
            request: None,
            response: None,
            retry: None,
            time_limit: None,
            span: node.span(),
        };
        let mut firsts = Firsts::default();
        for n in node.children() {
            match n.kind() {
                R::action_method => {
                    let method = n.child(R::http_method).map(|m| self.name(m));
                    self.once(&mut action.method, method, n, &mut firsts);
                    action.path = action.path.or_else(|| self.text_in(n));
                }
                R::action_request => {
                    let value = self.record_type(n);
                    self.once(&mut action.request, value, n, &mut firsts);
                }
                R::action_response => {
                    let value = self.record_type(n);
                    self.once(&mut action.response, value, n, &mut firsts);
                }
                R::action_retry => {
                    let value = self.int_in(n).map(|times| Retry {
                        times,
                        over: self.duration_in(n),
                        span: n.span(),
                    });
                    self.once(&mut action.retry, value, n, &mut firsts);
                }
                R::action_limit => {
                    let value = self.duration_in(n);
                    self.once(&mut action.time_limit, value, n, &mut firsts);
                }
                _ => {}
            }
        }
        Some(action)
    }

    fn record_type(&mut self, node: Node<'t>) -> Option<TypeExpr> {
        let node = node.child(R::type_record)?;
        Some(TypeExpr { kind: self.type_kind(node)?, span: node.span() })
    }

    pub(super) fn flow(&mut self, node: Node<'t>) -> Option<Flow> {
        Some(Flow { name: self.name_in(node)?, params: self.params(node), body: self.steps_of(node) })
    }

    pub(super) fn suppress(&mut self, node: Node<'t>) -> Option<Suppress> {
        let mut rule = Suppress {
            name: self.name_in(node)?,
            targets: Vec::new(),
            everything: None,
            on: Vec::new(),
            clauses: Vec::new(),
            otherwise: None,
        };
        let mut firsts = Firsts::default();
        for n in node.children() {
            match n.kind() {
                R::suppress_for => {
                    rule.everything = rule.everything.or_else(|| n.child(R::k_everything).map(Node::span));
                    let targets = n.children().filter(|n| n.kind() == R::target);
                    rule.targets.extend(targets.filter_map(|n| self.target(n)));
                }
                R::suppress_on => rule.on.extend(self.names_in(n)),
                R::suppress_caps => {
                    let caps = n.children().filter(|n| n.kind() == R::cap);
                    let caps = caps.filter_map(|n| self.cap(n)).collect();
                    rule.clauses.push(SuppressClause::Caps {
                        caps,
                        across: self.names_in(n),
                        span: n.span(),
                    });
                }
                R::suppress_from => rule.clauses.extend(self.suppress_from(n)),
                R::suppress_during => {
                    let Some(window) = self.window(n) else { continue };
                    let days = self.days(n);
                    rule.clauses.push(SuppressClause::During { window, days, span: n.span() });
                }
                R::suppress_when => rule.clauses.extend(self.expr_in(n).map(SuppressClause::When)),
                R::suppress_else => {
                    let value = self.suppress_else(n);
                    self.once(&mut rule.otherwise, value, n, &mut firsts);
                }
                _ => {}
            }
        }
        Some(rule)
    }

    fn target(&self, node: Node<'t>) -> Option<Target> {
        let name: Name = self.name_in(node)?;
        Some(match node.first()?.kind() {
            R::k_message => Target::Message(name),
            R::k_journey => Target::Journey(name),
            _ => Target::Topic(name),
        })
    }

    fn cap(&mut self, node: Node<'t>) -> Option<Cap> {
        let count = self.int_in(node)?;
        let per = match node.children().last()?.kind() {
            R::k_day => CapPeriod::CalendarDay,
            R::k_week => CapPeriod::CalendarWeek,
            R::k_month => CapPeriod::CalendarMonth,
            _ => CapPeriod::Rolling(self.duration_in(node)?),
        };
        Some(Cap { count, per, span: node.span() })
    }

    fn suppress_from(&mut self, node: Node<'t>) -> Option<SuppressClause> {
        let mut events = Vec::new();
        for n in node.children() {
            match n.kind() {
                R::event_ref => events.push((self.event_ref(n)?, None)),
                R::where_clause => {
                    let filter = self.expr_in(n);
                    if let Some((_, slot)) = events.last_mut() {
                        *slot = filter;
                    }
                }
                _ => {}
            }
        }
        let mut events = events.into_iter();
        let ((from, from_where), (until, until_where)) = (events.next()?, events.next()?);
        let at_most = self.duration_in(node);
        Some(SuppressClause::From(Box::new(SuppressFrom {
            from,
            from_where,
            until,
            until_where,
            at_most,
            span: node.span(),
        })))
    }

    fn suppress_else(&mut self, node: Node<'t>) -> Option<Spanned<SuppressElse>> {
        let value = match node.child(R::suppress_hold) {
            Some(n) => SuppressElse::Hold { up_to: self.duration_in(n)?, keep: self.keep(n) },
            None => SuppressElse::Drop,
        };
        Some(Spanned { value, span: node.span() })
    }

    /// `moved new from old`: names, or texts for identities that are no names.
    pub(super) fn moved(&mut self, node: Node<'t>) -> Option<Moved> {
        let mut names = node.children().filter_map(|n| match n.kind() {
            R::name => Some(self.name(n)),
            R::text => {
                let text = self.text(n);
                Some(Name { text: text.value, span: text.span })
            }
            _ => None,
        });
        let (new, old) = (names.next()?, names.next()?);
        Some(Moved { new, old, span: node.span() })
    }
}
