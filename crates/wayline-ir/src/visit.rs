//! Walking over all expressions of a program, for analyses (what history is needed, what can change when).

use crate::{
    Arm, Clause, Enter, Expr, Goal, HistoryQuery, Journey, Leave, ListQuery, Program, Query, SendChoice,
    Step, StepId, StepKind, TestAction, TestExpect, TestLine, Trigger, Until,
};

impl Expr {
    /// Calls `f` for each direct part, with how many `where` scopes lie between: 1 for a filter or what is summed, else 0.
    pub fn parts<'a>(&'a self, f: &mut dyn FnMut(&'a Expr, u32)) {
        match self {
            Self::Const(_)
            | Self::Slot(_)
            | Self::Customer(_)
            | Self::Item(_)
            | Self::Now
            | Self::Today
            | Self::InSegment(_)
            | Self::Bucket { .. }
            | Self::HasBeen { .. } => {}
            Self::Field(of, _) | Self::Not(of) | Self::Known(of) => f(of, 0),
            Self::Index(a, b)
            | Self::Compare(_, a, b)
            | Self::Text(_, a, b)
            | Self::Arith(_, a, b)
            | Self::Default(a, b) => {
                f(a, 0);
                f(b, 0);
            }
            Self::And(all) | Self::Or(all) | Self::List(all) | Self::Record(all) => {
                all.iter().for_each(|e| f(e, 0));
            }
            Self::OneOf(value, options) => {
                f(value, 0);
                options.iter().for_each(|e| f(e, 0));
            }
            Self::History(HistoryQuery { query, filter, .. }) => {
                query_parts(query, f);
                filter.iter().for_each(|e| f(e, 1));
            }
            Self::Items(ListQuery { query, list, filter }) => {
                f(list, 0);
                query_parts(query, f);
                filter.iter().for_each(|e| f(e, 1));
            }
        }
    }

    /// Calls `f` for this expression and everything in it, with the number of `where` scopes around it.
    pub fn walk<'a>(&'a self, depth: u32, f: &mut dyn FnMut(&'a Expr, u32)) {
        f(self, depth);
        self.parts(&mut |part, inner| part.walk(depth + inner, f));
    }
}

fn query_parts<'a>(query: &'a Query, f: &mut dyn FnMut(&'a Expr, u32)) {
    if let Query::Sum { of, .. } = query {
        f(of, 1);
    }
}

impl Trigger {
    /// Calls `f` for its expression, if it has one, with 1 when it is asked of an event.
    pub fn exprs<'a>(&'a self, f: &mut dyn FnMut(&'a Expr, u32)) {
        match self {
            Self::Event { filter, .. } => filter.iter().for_each(|e| f(e, 1)),
            Self::When(condition) => f(condition, 0),
        }
    }
}

impl Step {
    /// Calls `f` for each expression of the step, with 1 for those asked of an event.
    pub fn exprs<'a>(&'a self, f: &mut dyn FnMut(&'a Expr, u32)) {
        match &self.kind {
            StepKind::Wait { until: Until::For(duration), .. } => f(duration, 0),
            StepKind::Wait { until: Until::Date { anchor, offset, .. }, .. } => {
                f(anchor, 0);
                offset.iter().for_each(|(e, _)| f(e, 0));
            }
            StepKind::Wait { until: Until::Next { .. }, .. }
            | StepKind::WaitAgain { .. }
            | StepKind::Experiment(_)
            | StepKind::Stop { .. }
            | StepKind::Exit { .. } => {}
            StepKind::WaitFor { limit, arms, .. } => {
                f(limit, 0);
                for Arm { trigger, .. } in arms {
                    trigger.exprs(f);
                }
            }
            StepKind::Collect { filter, duration, quiet_for, .. } => {
                filter.iter().for_each(|e| f(e, 1));
                f(duration, 0);
                quiet_for.iter().for_each(|e| f(e, 0));
            }
            StepKind::Send { choices, .. } => {
                for SendChoice { args, .. } in choices {
                    args.iter().for_each(|e| f(e, 0));
                }
            }
            StepKind::If { branches, .. } => branches.iter().for_each(|(e, _)| f(e, 0)),
            StepKind::Match { value, .. } | StepKind::Set { value, .. } => f(value, 0),
            StepKind::Repeat { until, every, .. } => until.iter().chain(every).for_each(|e| f(e, 0)),
            StepKind::Bind { values, .. } => values.iter().for_each(|(_, e)| f(e, 0)),
            StepKind::Emit { data, .. } => data.iter().for_each(|e| f(e, 0)),
            StepKind::Call(call) => call.request.iter().for_each(|e| f(e, 0)),
            StepKind::Start { args, .. } => args.iter().for_each(|e| f(e, 0)),
        }
    }
}

impl StepKind {
    /// The steps this one can lead to, as places that may be rewritten.
    pub fn targets_mut(&mut self, f: &mut dyn FnMut(&mut StepId)) {
        match self {
            Self::Wait { until, next } => {
                f(next);
                if let Until::Date { past, missing, .. } = until {
                    f(past);
                    f(missing);
                }
            }
            Self::WaitFor { arms, otherwise, .. } => {
                arms.iter_mut().for_each(|arm| f(&mut arm.then));
                f(otherwise);
            }
            Self::WaitAgain { wait, spent, .. } => {
                f(wait);
                f(spent);
            }
            Self::Collect { next, .. }
            | Self::Bind { next, .. }
            | Self::Set { next, .. }
            | Self::Emit { next, .. }
            | Self::Start { next, .. }
            | Self::Stop { next, .. } => f(next),
            Self::Send { not_sent, next, .. } => {
                not_sent.iter_mut().for_each(|branch| f(&mut branch.then));
                f(next);
            }
            Self::If { branches, otherwise } => {
                branches.iter_mut().for_each(|(_, then)| f(then));
                f(otherwise);
            }
            Self::Match { cases, otherwise, .. } => {
                cases.iter_mut().for_each(|case| f(&mut case.then));
                otherwise.iter_mut().for_each(f);
            }
            Self::Experiment(experiment) => experiment.arms.iter_mut().for_each(|arm| f(&mut arm.then)),
            Self::Repeat { body, next, .. } => {
                f(body);
                f(next);
            }
            Self::Call(call) => {
                call.failed.iter_mut().for_each(&mut *f);
                f(&mut call.next);
            }
            Self::Exit { .. } => {}
        }
    }

    /// The steps this one can lead to, in written order.
    #[must_use]
    pub fn targets(&self) -> Vec<StepId> {
        let mut all = Vec::new();
        self.clone().targets_mut(&mut |target| all.push(*target));
        all
    }
}

impl Journey {
    /// Calls `f` for each expression of the journey, with 1 for those asked of an event.
    pub fn exprs<'a>(&'a self, f: &mut dyn FnMut(&'a Expr, u32)) {
        for enter in &self.enters {
            match enter {
                Enter::Event { filter, .. } => filter.iter().for_each(|e| f(e, 1)),
                Enter::Anniversary { date: e, .. } | Enter::Relative { anchor: e, .. } => f(e, 0),
                Enter::Segment { .. } | Enter::Schedule { .. } | Enter::ByHand => {}
            }
        }
        self.only_if.iter().chain(&self.key).for_each(|e| f(e, 0));
        for Leave { trigger } in &self.leaves {
            trigger.exprs(f);
        }
        for Goal { trigger, .. } in &self.goals {
            trigger.exprs(f);
        }
        for step in &self.steps {
            step.exprs(f);
        }
    }
}

impl Program {
    /// Calls `f` for each expression of the program, with 1 for those asked of an event.
    pub fn exprs<'a>(&'a self, f: &mut dyn FnMut(&'a Expr, u32)) {
        for segment in &self.segments {
            f(&segment.condition, 0);
        }
        for channel in &self.channels {
            f(&channel.to, 0);
        }
        for rule in &self.rules {
            for clause in &rule.clauses {
                match clause {
                    Clause::Between { from_filter, until_filter, .. } => {
                        from_filter.iter().chain(until_filter).for_each(|e| f(e, 1));
                    }
                    Clause::When(condition) => f(condition, 0),
                    Clause::Caps { .. } | Clause::On(_) | Clause::During(_) => {}
                }
            }
        }
        for journey in &self.journeys {
            journey.exprs(f);
        }
    }
}

impl TestLine {
    /// Calls `f` for each expression of the line, with 1 for those asked of an event or a request.
    pub fn exprs<'a>(&'a self, f: &mut dyn FnMut(&'a Expr, u32)) {
        match &self.action {
            TestAction::Expect(TestExpect::That(condition)) => f(condition, 0),
            TestAction::Expect(TestExpect::Send { filter, .. }) => filter.iter().for_each(|e| f(e, 0)),
            TestAction::Expect(TestExpect::Call { filter, .. }) => filter.iter().for_each(|e| f(e, 1)),
            _ => {}
        }
    }
}
