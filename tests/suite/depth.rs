//! Nesting: what is accepted fits a stack of 1 MiB in every phase, also in a build without optimisation, which is half of
//! what a thread gets; and what nests deeper is a finding, however deep it is.

use std::sync::Arc;

use wayline_engine::{Input as EngineInput, Machine, Shared};
use wayline_ir::{EventId, JourneyId, Program, Value};
use wayline_lang::format::format;
use wayline_lang::source::{FileId, Source};
use wayline_lang::{Compiled, Input, NoFiles, compile, syntax};
use wayline_tests::MANIFEST;
use wayline_time::Moment;

const STACK: usize = 1024 * 1024;

/// A form of the language that nests: a text in which it nests `n` deep, and how deep it may.
struct Form {
    name: &'static str,
    deepest: usize,
    text: fn(usize) -> String,
}

/// Deep enough for a form without a limit.
const ENDLESS: usize = 400;

const WORLD: &str = r#"
customer { a number = 1  o? number  b yes or no = yes  tags list of text = [] }
event e { n number }
topic t { always allowed }
channel c { kind email  to "x" }
message m on c { topic t  subject "s"  body "b" }
"#;

fn world(rest: &str) -> String {
    format!("{WORLD}\n{rest}\n")
}

/// A condition, asked in a segment.
fn condition(condition: &str) -> String {
    world(&format!("segment s: {condition}\njourney j {{ enter on e  if customer in s {{ send m }} }}"))
}

/// A template.
fn template(text: &str) -> String {
    world(&format!("message q on c {{ topic t  subject \"s\"  body \"\"\"{text}\"\"\" }}"))
}

fn steps(steps: &str) -> String {
    world(&format!("journey j {{ enter on e as it  {steps} }}"))
}

/// `open open … inner … close close`
fn nested(open: &str, inner: &str, close: &str, n: usize) -> String {
    format!("{}{inner}{}", open.repeat(n), close.repeat(n))
}

/// Declarations of which each uses the one before.
fn chain(n: usize, declaration: impl Fn(usize) -> String) -> String {
    (1..n).map(declaration).collect()
}

fn record_type(n: usize) -> String {
    nested("{ x ", "text", " }", n)
}

#[rustfmt::skip]
const FORMS: &[Form] = &[
    // Operators in a row, and other things that nest without brackets.
    Form { name: "+", deepest: 30, text: |n| condition(&format!("1{} > 3", " + 1".repeat(n))) },
    Form { name: "*", deepest: 30, text: |n| condition(&format!("1{} > 3", " * 1".repeat(n))) },
    Form { name: "default", deepest: 29, text: |n| condition(&format!("{} 1 > 3", "customer.o default ".repeat(n))) },
    Form { name: "not", deepest: 30, text: |n| condition(&nested("not ", "customer.b", "", n)) },
    Form { name: "-", deepest: 29, text: |n| condition(&format!("{} > 3", nested("- ", "customer.a", "", n))) },
    Form { name: "where", deepest: 30, text: |n| {
        let events: String = (0..n).map(|i| format!("event e{i} {{ n number }}\n")).collect();
        let asked: String = (0..n).map(|i| format!("any e{i} ever where ")).collect();
        condition(&format!("{asked} customer.b\n{events}"))
    } },
    Form { name: "where of a list", deepest: 30, text: |n| condition(&nested("any customer.tags where ", "customer.b", "", n)) },
    Form { name: "field of a field", deepest: 29, text: |n| world(&format!(
        "event f {{ x {} }}\njourney j {{ enter on f as k  if k.x{} is \"a\" {{ send m }} }}", record_type(n), ".x".repeat(n))) },
    Form { name: "and", deepest: ENDLESS, text: |n| condition(&format!("customer.b{}", " and customer.b".repeat(n))) },
    Form { name: "or", deepest: ENDLESS, text: |n| condition(&format!("customer.b{}", " or customer.b".repeat(n))) },
    Form { name: "comparisons", deepest: ENDLESS, text: |n| condition(&format!("customer.a > 1{}", " or customer.a > 1 and customer.b".repeat(n))) },
    // Brackets in conditions.
    Form { name: "( )", deepest: 30, text: |n| condition(&nested("(", "customer.b", ")", n)) },
    Form { name: "( and )", deepest: 15, text: |n| condition(&nested("(customer.b and ", "customer.b", ")", n)) },
    Form { name: "( + )", deepest: 14, text: |n| condition(&format!("{} > 3", nested("(1 + ", "customer.a", ")", n))) },
    Form { name: "( ) +", deepest: 5, text: |n| condition(&format!("{} > 3", nested("(", "customer.a", " + 1 + 1 + 1 + 1)", n))) },
    Form { name: "not ( )", deepest: 15, text: |n| condition(&nested("not (", "customer.b", ")", n)) },
    Form { name: "[ ]", deepest: 29, text: |n| condition(&format!("[{0}] contains {0}", nested("[", "1", "]", n))) },
    Form { name: "[index]", deepest: 7, text: |n| condition(&format!("{} is 1", nested("([1][", "0", "] default 0)", n))) },
    Form { name: "{ }", deepest: 30, text: |n| world(&format!(
        "event f {{ x {} }}\njourney j {{ enter on e  emit f {{ x: {} }} }}", record_type(n), nested("{ x: ", "\"a\"", " }", n))) },
    // Blocks.
    Form { name: "if", deepest: 31, text: |n| steps(&nested("if customer.b { ", "send m", " }", n)) },
    Form { name: "if +", deepest: 30, text: |n| steps(&nested("if customer.b { ", &format!("if 1{} > 3 {{ send m }}", " + 1".repeat(n)), " }", n)) },
    Form { name: "else", deepest: 31, text: |n| steps(&nested("if customer.b { send m } else { ", "send m", " }", n)) },
    Form { name: "else if", deepest: ENDLESS, text: |n| steps(&format!("if customer.b {{ send m }} {}", "else if customer.b { send m }".repeat(n))) },
    Form { name: "match", deepest: 15, text: |n| steps(&nested("match customer.b { yes { send m } no { ", "send m", " } }", n)) },
    Form { name: "wait on", deepest: 15, text: |n| steps(&nested("wait up to 1 day { otherwise { send m } on e { ", "send m", " } }", n)) },
    Form { name: "wait when", deepest: 15, text: |n| steps(&nested("wait up to 1 day { otherwise { send m } when customer.b { ", "send m", " } }", n)) },
    Form { name: "wait otherwise", deepest: 15, text: |n| steps(&nested("wait up to 1 day { on e { send m } otherwise { ", "send m", " } }", n)) },
    Form { name: "if past", deepest: 31, text: |n| steps(&nested("wait until 2026-03-01 if past { ", "send m", " }", n)) },
    Form { name: "stage", deepest: 31, text: |n| steps(&nested("stage \"x\" { ", "send m", " }", n)) },
    Form { name: "repeat", deepest: 31, text: |n| steps(&nested("repeat up to 2 times every 1 day { ", "send m", " }", n)) },
    Form { name: "experiment", deepest: 15, text: |n| {
        let outer: String = (0..n).map(|i| format!("experiment x{i} {{ 50% a {{ send m }} 50% b {{ ")).collect();
        steps(&format!("{outer} send m {}", " } }".repeat(n)))
    } },
    Form { name: "if not sent", deepest: 31, text: |n| steps(&nested("send m if not sent { ", "send m", " }", n)) },
    Form { name: "steps", deepest: ENDLESS, text: |n| steps(&"send m ".repeat(n)) },
    // Declarations that use each other.
    Form { name: "flows", deepest: 31, text: |n| world(&format!(
        "flow f0 {{ send m }}\n{}journey j {{ enter on e  do f{} }}", chain(n, |i| format!("flow f{i} {{ do f{} }}\n", i - 1)), n - 1)) },
    Form { name: "flows of blocks", deepest: 7, text: |n| world(&format!(
        "flow f0 {{ send m }}\n{}journey j {{ enter on e  do f{} }}",
        chain(n, |i| format!("flow f{i} {{ {} }}\n", nested("stage \"x\" { ", &format!("do f{}", i - 1), " }", 4))), n - 1)) },
    Form { name: "segments", deepest: 100, text: |n| world(&format!(
        "segment s0: customer.b\n{}journey j {{ enter when customer joins s{}  send m }}",
        chain(n, |i| format!("segment s{i}: customer in s{}\n", i - 1)), n - 1)) },
    Form { name: "segments of conditions", deepest: 3, text: |n| world(&format!(
        "segment s0: {0} customer.b\n{1}journey j {{ enter when customer joins s{2}  send m }}",
        "not ".repeat(30), chain(n, |i| format!("segment s{i}: {} customer in s{}\n", "not ".repeat(30), i - 1)), n - 1)) },
    Form { name: "journeys", deepest: ENDLESS, text: |n| world(&format!(
        "journey j0 {{ enter by hand  send m }}\n{}", chain(n, |i| format!("journey j{i} {{ enter by hand  start j{} }}\n", i - 1)))) },
    // Types.
    Form { name: "list of", deepest: 8, text: |n| world(&format!("event f {{ x {} text }}", "list of ".repeat(n))) },
    Form { name: "record", deepest: 31, text: |n| world(&format!("event f {{ x {} }}", record_type(n))) },
    Form { name: "list of record", deepest: 15, text: |n| world(&format!("event f {{ x {} }}", nested("list of { x ", "text", " }", n))) },
    Form { name: "lists of record", deepest: 3, text: |n| world(&format!("event f {{ x {} }}", nested(&format!("{}{{ x ", "list of ".repeat(8)), "text", " }", n))) },
    Form { name: "response", deepest: 29, text: |n| world(&format!(
        "service v {{ url \"https://x.example\"  action a {{ get \"/\"  response {{ x {} }} }} }}", record_type(n))) },
    // Personas.
    Form { name: "opens", deepest: 30, text: |n| world(&format!("persona p {{ share 100%  customer {{ }}  reacts to c {{ {} }} }}", nested("opens 50% { ", "clicks 10%", " }", n))) },
    Form { name: "chance", deepest: 29, text: |n| world(&format!("persona p {{ share 100%  customer {{ }}  does {{ {} }} every 1 day }}", nested("chance 50% { ", "e { n: 1 }", " }", n))) },
    // Tests.
    Form { name: "value of a case", deepest: 8, text: |n| world(&format!(
        "test \"t\" {{ cases {{ \"a\": {{ x: {} }} }}  customer {{ }}  at 2026-03-01 10:00 expect {} }}\njourney j {{ enter on e  send m }}",
        nested("[", "1", "]", n), nested("(", "[x] contains x", ")", 25))) },
    Form { name: "value in a test", deepest: 30, text: |n| world(&format!(
        "event f {{ x {} }}\ntest \"t\" {{ customer {{ }}  at 2026-03-01 10:00 f {{ x: {} }}  expect no sends }}\njourney j {{ enter on e  send m }}",
        record_type(n), nested("{ x: ", "\"a\"", " }", n))) },
    // Templates.
    Form { name: "{% if %}", deepest: 64, text: |n| template(&nested("{% if customer.b %}", "x", "{% endif %}", n)) },
    Form { name: "{% and %}", deepest: ENDLESS, text: |n| template(&format!("{{% if customer.b{} %}}x{{% endif %}}", " and customer.b".repeat(n))) },
    Form { name: "{% elsif %}", deepest: ENDLESS, text: |n| template(&format!("{{% if customer.b %}}x{}{{% endif %}}", "{% elsif customer.b %}y".repeat(n))) },
    Form { name: "{{ | }}", deepest: ENDLESS, text: |n| template(&format!("{{{{ customer.a{} }}}}", " | plus: 1".repeat(n))) },
];

fn compiled(text: &str) -> Compiled {
    let manifest = Input { path: "wayline.toml".to_owned(), bytes: MANIFEST.into() };
    let file = Input { path: "deep.journey".to_owned(), bytes: text.as_bytes().to_vec() };
    compile(Some(manifest), vec![file], &NoFiles)
}

/// Everything that is done with a text. Says whether it is accepted; if not, that is because it is too deep.
fn accepted(text: &str) -> Result<bool, String> {
    let source = Source::new(FileId(0), "deep.journey", text);
    let parsed = syntax::parse(&source);
    let laid_out = format(&source, &parsed);
    let Compiled { program, diagnostics, .. } = compiled(text);
    let Some(program) = program else {
        let other = diagnostics
            .iter()
            .find(|d| !["WL0008", "WL0027", "WL3011", "WL4010"].contains(&d.code.to_string().as_str()));
        return other.map_or(Ok(false), |other| Err(format!("{}: {}", other.code, other.message)));
    };
    laid_out.map_err(|e| e.to_string())?;
    let json = program.to_json().map_err(|e| e.to_string())?;
    let again = Program::from_json(&json).map_err(|e| e.to_string())?;
    if again != program || again.hash() != program.hash() {
        return Err("the program does not survive being written and read".to_owned());
    }
    let machine = Machine::new(Arc::new(again)).map_err(|e| e.to_string())?;
    let (mut customer, mut shared, mut effects) = (machine.new_customer("c"), Shared::default(), Vec::new());
    let now = Moment(1_772_323_200_000);
    let data = Value::Record(Arc::from([Value::Number(1.into())]));
    let event = EngineInput::Event { event: EventId(0), id: None, at: now, data };
    let enter = EngineInput::Enter { journey: JourneyId(0), args: Vec::new() };
    for input in [EngineInput::Due, event, enter] {
        machine.step(&mut customer, &mut shared, input, now, &mut effects);
    }
    Ok(true)
}

/// On a thread with little stack. A stack that overflows ends the process, and says the name of the thread.
fn on_a_small_stack(form: &'static Form, n: usize) -> Result<bool, String> {
    let thread = std::thread::Builder::new().name(format!("{} {n}", form.name)).stack_size(STACK);
    let running = thread.spawn(move || accepted(&(form.text)(n))).expect("threads can be made");
    running.join().unwrap_or_else(|_| panic!("{} panics, nested {n} deep", form.name))
}

/// Forms that are never right: they nest without the brackets that are counted.
#[rustfmt::skip]
const BROKEN: &[Form] = &[
    Form { name: "if", deepest: 0, text: |n| steps(&"if ".repeat(n)) },
    Form { name: "if without braces", deepest: 0, text: |n| steps(&"if customer.b ".repeat(n)) },
    Form { name: "else without braces", deepest: 0, text: |n| steps(&"if customer.b { } else ".repeat(n)) },
    Form { name: "wait without braces", deepest: 0, text: |n| steps(&"wait up to 1 day otherwise ".repeat(n)) },
    Form { name: "match without braces", deepest: 0, text: |n| steps(&"match customer.b yes ".repeat(n)) },
    Form { name: "repeat without braces", deepest: 0, text: |n| steps(&"repeat up to 2 times ".repeat(n)) },
    Form { name: "stage without braces", deepest: 0, text: |n| steps(&"stage \"x\" ".repeat(n)) },
    Form { name: "if not sent without braces", deepest: 0, text: |n| steps(&"send m if not sent ".repeat(n)) },
    Form { name: "experiment without braces", deepest: 0, text: |n| steps(&"experiment x 100% a ".repeat(n)) },
    Form { name: "if past without braces", deepest: 0, text: |n| steps(&"wait until 2026-03-01 if past ".repeat(n)) },
    Form { name: "service without braces", deepest: 0, text: |n| world(&"service s action a ".repeat(n)) },
    Form { name: "chance without braces", deepest: 0, text: |n| world(&format!("persona p {{ does {{ {}", "chance 50% ".repeat(n))) },
    Form { name: "persona records", deepest: 0, text: |n| world(&format!("persona p {{ customer {{ {}", "a: one of ".repeat(n))) },
    Form { name: "message of message", deepest: 0, text: |n| world(&format!("flow f(x: {}) {{ send m }}", nested("message(x: ", "text", ")", n))) },
    Form { name: "- of a value", deepest: 0, text: |n| world(&format!("event f {{ x number = {}1 }}", "-".repeat(n))) },
    Form { name: "` in a text", deepest: 0, text: |n| template(&"{{ customer.tags[".repeat(n)) },
];

#[test]
fn what_is_broken_fits_the_stack_too() {
    for form in BROKEN {
        for n in [32, 60, 160] {
            // What is said of it is not asked here.
            let _ = on_a_small_stack(form, n);
        }
    }
}

#[test]
fn everything_that_nests_has_a_limit_that_fits_the_stack() {
    let mut failures = wayline_tests::Failures::default();
    for form in FORMS {
        let at = |n| on_a_small_stack(form, n);
        let holds = || {
            if form.deepest == ENDLESS {
                return if at(ENDLESS)? { Ok(()) } else { Err("is refused".to_owned()) };
            }
            if !at(form.deepest)? {
                return Err(format!("{} is refused as too deep", form.deepest));
            }
            match [form.deepest + 1, 10 * form.deepest, 3000].into_iter().find(|n| at(*n) != Ok(false)) {
                Some(n) => Err(format!("{n} is not refused as too deep: {:?}", at(n))),
                None => Ok(()),
            }
        };
        failures.case(form.name, holds());
    }
    failures.finish(40);
}
