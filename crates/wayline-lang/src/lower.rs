//! What only the whole program can tell: loops without a wait, journeys that start each other, the history that is needed,
//! and the version of each journey.

pub(crate) mod graph;
mod loops;
mod retention;

use wayline_ir::{JourneyId, Program, StepId, TestSuite};

use crate::check::{Checked, JourneySpans};
use crate::codes::Code;
use crate::compile::Sources;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Completes the program, and the one that the tests run on: it also keeps the history that they ask about.
pub(crate) fn lower(checked: Checked, sources: &Sources, out: &mut Diagnostics) -> (Program, TestSuite) {
    let Checked { mut program, journeys, tests } = checked;
    endless(&program, &journeys, out);
    for (journey, spans) in program.journeys.iter_mut().zip(&journeys) {
        journey.version = version(spans, sources);
    }
    program.source_map.files = sources.all().iter().map(|source| source.path.clone()).collect();
    let mut tested = program.clone();
    retention::analyse(&mut program, &[]);
    retention::analyse(&mut tested, &tests);
    (program, TestSuite { program: tested, tests })
}

fn endless(program: &Program, spans: &[JourneySpans], out: &mut Diagnostics) {
    let step_span = |journey: usize, step: StepId| {
        spans.get(journey).and_then(|spans| spans.steps.get(step.index())).copied().unwrap_or_default()
    };
    for (index, journey) in program.journeys.iter().enumerate() {
        for step in loops::repeats_without_wait(journey) {
            out.push(
                Diagnostic::new(
                    Code::LOOP_WITHOUT_WAIT,
                    "a pass of this loop may take no time at all",
                    step_span(index, step),
                )
                .note("all passes would then happen at one moment")
                .help("wait in the loop, or write `repeat up to N times every 1 day { … }`"),
            );
        }
    }
    let name = |id: JourneyId| program.journeys.get(id.index()).map_or("", |journey| journey.name.as_str());
    for circle in loops::circles(program) {
        let Some((first, step)) = circle.first().copied() else { continue };
        let names: Vec<String> = circle.iter().map(|(id, _)| format!("`{}`", name(*id))).collect();
        let message = match circle.as_slice() {
            [_] => format!("journey `{}` starts itself without any time passing", name(first)),
            _ => format!(
                "{} start each other without any time passing",
                crate::suggest::list(circle.iter().map(|(id, _)| name(*id)))
            ),
        };
        let mut finding = Diagnostic::new(Code::JOURNEYS_IN_CIRCLE, message, step_span(first.index(), step))
            .label("starts the next one")
            .note(format!("the circle is {}", names.join(" → ")))
            .help("wait before one of them starts the next, or stop the circle with a condition");
        for (journey, step) in circle.iter().skip(1) {
            finding = finding.also(step_span(journey.index(), *step), "starts the next one");
        }
        out.push(finding);
    }
}

/// The first 12 hexadecimal digits of a BLAKE3 hash of the words of a journey and of the flows it uses.
fn version(spans: &JourneySpans, sources: &Sources) -> String {
    let mut hasher = blake3::Hasher::new();
    for span in &spans.texts {
        if let Some(source) = sources.get(span.file) {
            words(source.slice(*span), &mut |word| {
                hasher.update(word.as_bytes());
                hasher.update(b"\n");
            });
        }
    }
    hasher.finalize().to_hex().chars().take(12).collect()
}

/// The tokens of a text without comments and layout.
fn words(text: &str, f: &mut dyn FnMut(&str)) {
    for token in crate::syntax::lex(text) {
        if !token.kind.is_trivia() {
            f(text.get(token.start as usize..token.end as usize).unwrap_or_default());
        }
    }
}
