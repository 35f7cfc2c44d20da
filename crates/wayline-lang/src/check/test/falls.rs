//! On which side of a division the customers of a test fall.

use wayline_ir::{Experiment, Expr, Falls, JourneyId, StepKind};

use super::Story;
use crate::check::Checker;
use crate::check::draw::{ALL, percent};
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::resolve::Kind;
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{self, Name};

/// What has been said of a customer and a division.
pub(super) struct Fallen {
    customer: Option<usize>,
    division: Division,
    /// The places that are left: the first, included, and the last, excluded.
    places: (u32, u32),
    /// The line that said so last.
    span: Span,
}

/// What divides customers.
#[derive(PartialEq)]
enum Division {
    Experiment(String),
    Holdout(JourneyId),
    Bucket(String),
}

impl Checker<'_> {
    pub(super) fn falls(&mut self, story: &mut Story<'_>, falls: &ast::Falls, line: Span) -> Option<Falls> {
        let (division, places, falls) = match falls {
            ast::Falls::Arm { arm, experiment } => {
                let places = self.arm(arm, experiment)?;
                let experiment = experiment.text.to_string();
                let falls = Falls::Experiment { experiment: experiment.clone(), places };
                (Division::Experiment(experiment), places, falls)
            }
            ast::Falls::Holdout(journey) => {
                let id = JourneyId::at(self.named(Kind::Journey, journey)?);
                let share = self.program.journeys.get(id.index())?.holdout;
                (Division::Holdout(id), (0, share), Falls::Holdout(id))
            }
            ast::Falls::Bucket { inside, share, name } => {
                let share = self.bucket(share, name)?;
                let places = if *inside { (0, share) } else { (share, ALL) };
                let name = name.value.to_string();
                let falls = Falls::Bucket { name: name.clone(), share, inside: *inside };
                (Division::Bucket(name), places, falls)
            }
        };
        if places.0 >= places.1 {
            self.report(
                Diagnostic::new(Code::OUT_OF_RANGE, "nobody falls there", line)
                    .note("this side has no share of the customers"),
            );
            return None;
        }
        let customer = story.current;
        let told = story.fallen.iter_mut();
        let told = told.into_iter().find(|told| told.customer == customer && told.division == division);
        let Some(told) = told else {
            story.fallen.push(Fallen { customer, division, places, span: line });
            return Some(falls);
        };
        // Shares of one bucket may be said to lie on either side of a place, as long as a place is left.
        let left = (told.places.0.max(places.0), told.places.1.min(places.1));
        let again = told.places == places || !matches!(division, Division::Bucket(_));
        let before = std::mem::replace(&mut told.span, line);
        told.places = left;
        if again || left.0 >= left.1 {
            let message = if again {
                "this has been said of the customer already"
            } else {
                "no customer falls on both sides"
            };
            self.report(
                Diagnostic::new(Code::DUPLICATE_CLAUSE, message, line)
                    .also(before, "said here first")
                    .help("keep one of them"),
            );
            return None;
        }
        Some(falls)
    }

    /// The places of an arm: arms have consecutive stretches in written order.
    fn arm(&mut self, arm: &Name, experiment: &Name) -> Option<(u32, u32)> {
        let all = self.experiments();
        let named: Vec<&Experiment> = all.iter().filter(|e| e.name == experiment.as_str()).collect();
        if named.is_empty() {
            let names = all.iter().map(|experiment| experiment.name.as_str());
            self.no_division("experiment", experiment, experiment.as_str(), names);
            return None;
        }
        for experiment in &named {
            let mut from = 0_u32;
            for known in &experiment.arms {
                let to = from.saturating_add(known.share);
                if known.name == arm.as_str() {
                    return Some((from, to));
                }
                from = to;
            }
        }
        let arms = named.iter().flat_map(|experiment| &experiment.arms).map(|arm| arm.name.as_str());
        self.no_division(&format!("arm of experiment `{}`", experiment.text), arm, arm.as_str(), arms);
        None
    }

    fn experiments(&self) -> Vec<Experiment> {
        let steps = self.program.journeys.iter().flat_map(|journey| &journey.steps);
        let experiments = steps.filter_map(|step| match &step.kind {
            StepKind::Experiment(experiment) => Some(experiment.clone()),
            _ => None,
        });
        experiments.collect()
    }

    /// The share of a bucket that the workspace asks about.
    fn bucket(&mut self, share: &ast::Percent, name: &ast::Text) -> Option<u32> {
        let wanted = self.share(share)?;
        let mut asked: Vec<(String, u32)> = Vec::new();
        self.program.exprs(&mut |root, _| {
            root.walk(0, &mut |expr, _| {
                if let Expr::Bucket { name, share } = expr {
                    asked.push((name.clone(), *share));
                }
            });
        });
        let shares: Vec<u32> =
            asked.iter().filter(|(known, _)| known == name.as_str()).map(|(_, share)| *share).collect();
        if shares.contains(&wanted) {
            return Some(wanted);
        }
        if shares.is_empty() {
            let word = Name { text: name.value.clone(), span: name.span };
            let names = asked.iter().map(|(name, _)| name.as_str());
            self.no_division("bucket", &word, &format!("\"{}\"", name.value), names);
            return None;
        }
        let mut known: Vec<String> =
            shares.iter().map(|share| format!("{} %", percent(u64::from(*share)))).collect();
        known.sort();
        known.dedup();
        self.report(
            Diagnostic::new(
                Code::UNKNOWN_DIVISION,
                format!("nothing asks for {} % of \"{}\"", share.value.normalize(), name.value),
                share.span,
            )
            .help(format!("conditions ask for {}", known.join(", "))),
        );
        None
    }

    fn no_division<'n>(
        &mut self,
        what: &str,
        name: &Name,
        shown: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        let quoted = shown.starts_with('"');
        let shown = if quoted { shown.to_owned() } else { format!("`{shown}`") };
        let finding =
            Diagnostic::new(Code::UNKNOWN_DIVISION, format!("there is no {what} {shown}"), name.span);
        let mut all: Vec<&str> = known.clone().collect();
        all.sort_unstable();
        all.dedup();
        let finding = match suggest::closest(name.as_str(), known) {
            Some(near) => {
                let near = if quoted { format!("\"{near}\"") } else { near.to_owned() };
                finding.help(format!("did you mean `{near}`?")).replace(
                    Applicability::Safe,
                    name.span,
                    near.clone(),
                    format!("write `{near}`"),
                )
            }
            None => finding.help(format!("known are {}", suggest::list(all))),
        };
        self.report(finding);
    }
}
