//! A former version of a journey in the tables of the new program.

use wayline_ir::{
    Arm, Call, Case, Enter, Expr, FieldId, Goal, Journey, JourneyId, Leave, Pattern, Reentry, SendChoice,
    Slot, SlotId, Step, StepKind, Trigger, Type, Until, Value,
};

use super::carry::Carry;
use super::names::{Names, fits, stands_for};
use super::rewrite::Pair;

/// A field or parameter that is given: name, type, what stands for it when it is not given.
type Given<'g> = (&'g str, &'g Type, Option<Value>);

impl Carry<'_> {
    /// The journey with its steps, entered by nobody.
    pub(super) fn body(&mut self, journey: &Journey, name: &str) -> Journey {
        let held = self.held(journey, name);
        let leaves = journey.leaves.iter();
        let leaves = leaves.map(|leave| Leave { trigger: self.trigger(&leave.trigger) }).collect();
        let goals = journey.goals.iter().map(|goal| self.goal(goal)).collect();
        let steps = journey.steps.iter();
        let steps = steps.map(|step| Step { kind: self.step(&step.kind), ..step.clone() }).collect();
        Journey { leaves, goals, steps, ..held }
    }

    /// The journey with nothing but its goals. When one of them cannot be reached any more, none is watched.
    pub(super) fn goals_of(&mut self, journey: &Journey, name: &str) -> Journey {
        let kept = self.problems.len();
        let held = self.held(journey, name);
        let goals = journey.goals.iter().map(|goal| self.goal(goal)).collect();
        let all = self.problems.len() == kept;
        self.problems.truncate(kept);
        if all { Journey { goals, ..held } } else { husk(journey, name) }
    }

    fn goal(&mut self, goal: &Goal) -> Goal {
        Goal { trigger: self.trigger(&goal.trigger), ..goal.clone() }
    }

    /// The journey with nothing but what its runs hold.
    fn held(&mut self, journey: &Journey, name: &str) -> Journey {
        self.slots = self.slot_types(journey);
        let bound = |enter: &Enter| matches!(enter, Enter::Event { bind: Some(_), .. });
        let mut enters = Vec::new();
        for enter in journey.enters.iter().filter(|enter| bound(enter)) {
            let Enter::Event { source, bind, .. } = enter else { continue };
            // An event that is gone comes no more; what the slot holds stays as it is.
            let kept = self.problems.len();
            let source = self.source(*source).0;
            if self.problems.len() == kept {
                enters.push(Enter::Event { source, filter: None, bind: *bind });
            }
            self.problems.truncate(kept);
        }
        let slots = journey.slots.iter().zip(&self.slots).map(|(slot, pair)| Slot {
            name: slot.name.clone(),
            ty: pair.as_ref().map_or_else(|| self.names.ty(&slot.ty), |pair| pair.new.clone()),
        });
        let slots = slots.collect();
        Journey { enters, slots, ..husk(journey, name) }
    }

    /// What the slots of a journey hold, by where they are bound; others hold what they are declared to hold.
    pub(super) fn slot_types(&mut self, journey: &Journey) -> Vec<Option<Pair>> {
        let kept = (self.problems.len(), self.slots.len());
        self.slots = vec![None; journey.slots.len()];
        // Arguments of flows may be slots that are bound further down.
        for _ in 0..=journey.slots.len() {
            let before = self.slots.clone();
            for enter in &journey.enters {
                if let Enter::Event { source, bind, .. } = enter {
                    let pair = self.source(*source).1;
                    self.binds(*bind, pair);
                }
            }
            for step in &journey.steps {
                self.binds_of(&step.kind);
            }
            if self.slots == before {
                break;
            }
        }
        self.problems.truncate(kept.0);
        std::mem::take(&mut self.slots)
    }

    fn binds(&mut self, slot: Option<SlotId>, pair: Option<Pair>) {
        let place = slot.and_then(|slot| self.slots.get_mut(slot.index()));
        if let (Some(place @ None), Some(pair)) = (place, pair) {
            *place = Some(pair);
        }
    }

    fn binds_of(&mut self, kind: &StepKind) {
        match kind {
            StepKind::WaitFor { arms, .. } => {
                for arm in arms {
                    if let Trigger::Event { source, bind, .. } = &arm.trigger {
                        let pair = self.source(*source).1;
                        self.binds(*bind, pair);
                    }
                }
            }
            StepKind::Collect { source, bind, .. } => {
                let pair = self.source(*source).1;
                self.binds(Some(*bind), pair.map(|pair| pair.list()));
            }
            StepKind::Bind { values, .. } => {
                for (slot, value) in values {
                    let pair = self.expr(value, &mut Vec::new()).1;
                    self.binds(Some(*slot), pair);
                }
            }
            StepKind::Call(call) => {
                let pair = self.response(call);
                self.binds(call.bind, pair);
            }
            _ => {}
        }
    }

    /// A slot that holds what comes from here has the same layout wherever it is bound.
    fn bound(&mut self, slot: Option<SlotId>, pair: Option<&Pair>) {
        let known = slot.and_then(|slot| self.slots.get(slot.index())).cloned().flatten();
        if let (Some(known), Some(pair)) = (known, pair)
            && !stands_for(&pair.new, &known.new)
        {
            let reason =
                format!("runs keep it where they keep {}, and both have other fields now", known.what);
            self.problem(&pair.what, &reason, "keep the fields of both as they were");
        }
    }

    pub(super) fn trigger(&mut self, trigger: &Trigger) -> Trigger {
        match trigger {
            Trigger::Event { source, filter, bind, since_enter } => {
                if *since_enter && let wayline_ir::HistorySource::Event(event) = source {
                    self.asked.insert(*event);
                }
                let (source, item) = self.source(*source);
                self.bound(*bind, item.as_ref());
                let filter = filter.as_ref().map(|filter| self.filter(filter, item, &mut Vec::new()));
                Trigger::Event { source, filter, bind: *bind, since_enter: *since_enter }
            }
            Trigger::When(condition) => Trigger::When(self.plain(condition)),
        }
    }

    fn plain(&mut self, expr: &Expr) -> Expr {
        self.expr(expr, &mut Vec::new()).0
    }

    fn response(&mut self, call: &Call) -> Option<Pair> {
        let (service, action) = (call.service.index(), call.action.index());
        let old = self.old.services.get(service)?.actions.get(action)?;
        let new = Names::get(&self.names.services, service)?;
        let new_action = Names::get(self.names.actions.get(service)?, action)?;
        let new = self.new.services.get(new.index())?.actions.get(new_action.index())?;
        let what = format!("the response of {}", old.name);
        Some(Pair { what, old: Type::Record(old.response.clone()), new: Type::Record(new.response.clone()) })
    }

    fn step(&mut self, kind: &StepKind) -> StepKind {
        let mut kind = kind.clone();
        match &mut kind {
            StepKind::Wait { until: Until::For(duration), .. } => *duration = self.plain(duration),
            StepKind::Wait { until: Until::Date { anchor, offset, .. }, .. } => {
                *anchor = self.plain(anchor);
                offset.iter_mut().for_each(|(offset, _)| *offset = self.plain(offset));
            }
            StepKind::Wait { until: Until::Next { .. }, .. }
            | StepKind::WaitAgain { .. }
            | StepKind::Experiment(_)
            | StepKind::Exit { .. } => {}
            StepKind::WaitFor { limit, arms, .. } => {
                *limit = self.plain(limit);
                for Arm { trigger, .. } in arms {
                    *trigger = self.trigger(trigger);
                }
            }
            StepKind::Collect { source, filter, duration, bind, quiet_for, .. } => {
                let (of, item) = self.source(*source);
                *source = of;
                self.bound(Some(*bind), item.as_ref().map(Pair::list).as_ref());
                *filter = filter.as_ref().map(|filter| self.filter(filter, item, &mut Vec::new()));
                *duration = self.plain(duration);
                *quiet_for = quiet_for.as_ref().map(|quiet| self.plain(quiet));
            }
            StepKind::Send { choices, .. } => {
                for choice in choices {
                    self.choice(choice);
                }
            }
            StepKind::If { branches, .. } => {
                branches.iter_mut().for_each(|(condition, _)| *condition = self.plain(condition));
            }
            StepKind::Match { value, cases, otherwise } => {
                self.cases(value, cases, otherwise.is_some());
            }
            StepKind::Repeat { until, every, .. } => {
                for expr in until.iter_mut().chain(every) {
                    *expr = self.plain(expr);
                }
            }
            StepKind::Bind { values, .. } => {
                for (slot, value) in values {
                    let (carried, pair) = self.expr(value, &mut Vec::new());
                    self.bound(Some(*slot), pair.as_ref());
                    *value = carried;
                }
            }
            StepKind::Set { field, value, .. } => self.set(field, value),
            StepKind::Emit { event, data, .. } => {
                if let Some((new, pair)) = self.event(*event)
                    && let (Type::Record(old), Type::Record(now)) = (&pair.old, &pair.new)
                {
                    let given = |field: &wayline_ir::Field| {
                        field.default.clone().or_else(|| field.optional.then_some(Value::Missing))
                    };
                    let old: Vec<Given<'_>> = old.iter().map(|f| (f.name.as_str(), &f.ty, None)).collect();
                    let now: Vec<Given<'_>> =
                        now.iter().map(|f| (f.name.as_str(), &f.ty, given(f))).collect();
                    *data = self.given(&pair.what, data, &old, &now);
                    *event = new;
                }
            }
            StepKind::Call(call) => self.call_step(call),
            StepKind::Start { journey, args, .. } => {
                let params = |journey: Option<&Journey>| -> Vec<(String, Type, bool)> {
                    let params = journey.map(|journey| journey.params.clone()).unwrap_or_default();
                    params.into_iter().map(|param| (param.name, param.ty, param.optional)).collect()
                };
                let old = params(self.old.journeys.get(journey.index()));
                let (what, root) = self.root(*journey);
                let new = match self.new.journeys.get(root.index()) {
                    Some(known) => params(Some(known)),
                    // A former version is entered by nobody, whatever is given.
                    None => old.clone(),
                };
                *args = self.params(&what, args, &old, &new);
                *journey = root;
            }
            StepKind::Stop { journey, .. } => *journey = self.root(*journey).1,
        }
        kind
    }

    fn set(&mut self, field: &mut FieldId, value: &mut Expr) {
        let (new, pair) = self.profile(*field);
        *field = new;
        *value = match pair {
            Some(pair) => self.value_for(&pair.what, value, &pair.old, &pair.new),
            None => self.plain(value),
        };
    }

    fn cases(&mut self, value: &mut Expr, cases: &mut [Case], otherwise: bool) {
        let (carried, pair) = self.expr(value, &mut Vec::new());
        *value = carried;
        if let Some(Pair { what, old: Type::OneOf(old), new: Type::OneOf(new) }) = &pair
            && !otherwise
        {
            let known =
                |word| old.iter().any(|old| Names::get(&self.names.symbols, old.index()) == Some(word));
            if let Some(word) = new.iter().find(|word| !known(**word)) {
                let reason = format!("its `match` does not know the new value {}", self.new.word(*word));
                self.problem(what, &reason, "add the value when the runs are over");
            }
        }
        for pattern in cases.iter_mut().flat_map(|case| &mut case.patterns) {
            match pattern {
                Pattern::Value(value) => *value = self.names.value(value),
                Pattern::Range { .. } | Pattern::Missing => {}
            }
        }
    }

    fn choice(&mut self, choice: &mut SendChoice) {
        let params = |message: Option<&wayline_ir::Message>| -> Vec<(String, Type, bool)> {
            let params = message.map(|message| message.params.clone()).unwrap_or_default();
            params.into_iter().map(|param| (param.name, param.ty, param.optional)).collect()
        };
        let old = self.old.messages.get(choice.message.index());
        let Some(new) = self.message(choice.message) else { return };
        let what = format!("message {}", old.map_or("", |message| &message.name));
        let (old, new_params) = (params(old), params(self.new.messages.get(new.index())));
        choice.args = self.params(&what, &choice.args, &old, &new_params);
        choice.message = new;
    }

    fn params(
        &mut self,
        what: &str,
        args: &[Expr],
        old: &[(String, Type, bool)],
        new: &[(String, Type, bool)],
    ) -> Vec<Expr> {
        let given = |(name, ty, optional): &'_ (String, Type, bool)| (name.clone(), ty.clone(), *optional);
        let (old, new): (Vec<_>, Vec<_>) = (old.iter().map(given).collect(), new.iter().map(given).collect());
        let old: Vec<Given<'_>> = old.iter().map(|(name, ty, _)| (name.as_str(), ty, None)).collect();
        let new: Vec<Given<'_>> = new
            .iter()
            .map(|(name, ty, optional)| (name.as_str(), ty, optional.then_some(Value::Missing)))
            .collect();
        self.given(what, args, &old, &new)
    }

    fn call_step(&mut self, call: &mut Call) {
        let (service, action) = (call.service.index(), call.action.index());
        let known =
            self.old.services.get(service).and_then(|known| Some((known, known.actions.get(action)?)));
        let Some((of, known)) = known else { return };
        let what = format!("action {}.{}", of.name, known.name);
        let new = Names::get(&self.names.services, service)
            .zip(self.names.actions.get(service).and_then(|actions| Names::get(actions, action)));
        let Some((service, action)) = new else { return self.gone(&what) };
        let request =
            self.new.services.get(service.index()).and_then(|known| known.actions.get(action.index()));
        let request = request.map(|action| action.request.clone()).unwrap_or_default();
        let old: Vec<Given<'_>> = known.request.iter().map(|f| (f.name.as_str(), &f.ty, None)).collect();
        let new: Vec<Given<'_>> = request
            .iter()
            .map(|f| {
                (f.name.as_str(), &f.ty, f.default.clone().or_else(|| f.optional.then_some(Value::Missing)))
            })
            .collect();
        call.request = self.given(&what, &call.request, &old, &new);
        let pair = self.response(call);
        self.bound(call.bind, pair.as_ref());
        (call.service, call.action) = (service, action);
    }

    /// What is given to a message, journey, event or action, in the order in which it is wanted now.
    fn given(&mut self, what: &str, args: &[Expr], old: &[Given<'_>], new: &[Given<'_>]) -> Vec<Expr> {
        let mut all = Vec::new();
        for (name, ty, without) in new {
            let known = old.iter().zip(args).find(|((known, ..), _)| known == name);
            match (known, without) {
                (Some(((_, was, _), arg)), _) => {
                    let of = format!("{what}, {name}");
                    all.push(self.value_for(&of, arg, was, ty));
                }
                (None, Some(value)) => all.push(Expr::Const(value.clone())),
                (None, None) => {
                    let reason = format!("it wants {name} now");
                    self.problem(what, &reason, "let it be missing, or give it another name");
                    all.push(Expr::Const(Value::Missing));
                }
            }
        }
        all
    }

    /// A value that is given where one of this type is wanted.
    fn value_for(&mut self, what: &str, value: &Expr, old: &Type, new: &Type) -> Expr {
        match (value, old, new) {
            (Expr::Record(parts), Type::Record(was), Type::Record(wanted)) => {
                let without = |f: &wayline_ir::Field| f.optional.then_some(Value::Missing);
                let old: Vec<Given<'_>> = was.iter().map(|f| (f.name.as_str(), &f.ty, None)).collect();
                let new: Vec<Given<'_>> =
                    wanted.iter().map(|f| (f.name.as_str(), &f.ty, without(f))).collect();
                Expr::Record(self.given(what, parts, &old, &new))
            }
            (Expr::List(parts), Type::List(old), Type::List(new)) => {
                Expr::List(parts.iter().map(|part| self.value_for(what, part, old, new)).collect())
            }
            (Expr::Const(value), ..) if fits(old, new) => Expr::Const(self.names.convert(value, old, new)),
            _ => {
                let (value, pair) = self.expr(value, &mut Vec::new());
                let stands = match &pair {
                    Some(pair) => stands_for(&pair.new, new),
                    None => stands_for(&self.names.ty(old), new),
                };
                if !stands {
                    self.problem(what, "it has another type now", "keep its type, or give it another name");
                }
                value
            }
        }
    }
}

/// A former version of which only names are needed: its steps are no more than that.
pub(super) fn husk(journey: &Journey, name: &str) -> Journey {
    let exit = |step: &Step| Step { kind: StepKind::Exit { reason: None }, ..step.clone() };
    Journey {
        name: name.to_owned(),
        retired: true,
        formerly: Vec::new(),
        slots: Vec::new(),
        params: Vec::new(),
        enters: Vec::new(),
        only_if: None,
        key: None,
        reentry: Reentry::AnyTime,
        daily_limit: None,
        leaves: Vec::new(),
        goals: Vec::new(),
        holdout: 0,
        steps: journey.steps.iter().map(exit).collect(),
        moved: Vec::new(),
        ..journey.clone()
    }
}

impl Carry<'_> {
    /// What stands for a journey that is started or stopped: its present version, else a former one.
    fn root(&self, id: JourneyId) -> (String, JourneyId) {
        let name = self.old.journeys.get(id.index()).map_or("", |journey| &journey.name);
        let root = self.roots.get(id.index()).copied().flatten().unwrap_or(id);
        (format!("journey {name}"), root)
    }
}
