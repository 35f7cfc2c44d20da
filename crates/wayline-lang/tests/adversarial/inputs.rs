//! Texts made to be as slow as can be: each is a function of a size, and work on it has to grow no faster than the size.
//!
//! Read by the test, which asks what is found in each, and by the bench, which measures how the time grows.

use wayline_lang::{Compiled, Input, NoFiles, compile};

/// A text of any size.
pub(crate) struct Form {
    /// What is much in it.
    pub(crate) name: &'static str,
    /// The size at which the bench begins.
    pub(crate) size: usize,
    /// The text of a size.
    pub(crate) text: fn(usize) -> String,
    /// The findings in it: code and number, by size.
    pub(crate) findings: fn(usize) -> Vec<(&'static str, usize)>,
}

const WORLD: &str = r#"
customer { a number = 1  o? number  b yes or no = yes  tags list of text = []  phone? text }
event e { n number }
topic t { always allowed }
channel c { kind email  to "x" }
message m on c { topic t  subject "s"  body "b" }
"#;

fn world(rest: &str) -> String {
    format!("{WORLD}\n{rest}\n")
}

fn steps(steps: &str) -> String {
    world(&format!("journey j {{ enter on e as it  {steps} }}"))
}

fn each(n: usize, one: impl Fn(usize) -> String) -> String {
    (0..n).map(one).collect()
}

fn listed(n: usize, one: impl Fn(usize) -> String) -> String {
    (0..n).map(one).collect::<Vec<_>>().join(", ")
}

fn none(_: usize) -> Vec<(&'static str, usize)> {
    Vec::new()
}

/// Every form. Where it does not matter, all of it stands on one line.
#[rustfmt::skip]
pub(crate) const FORMS: &[Form] = &[
    // What is right, and much.
    Form { name: "else if", size: 1500, findings: none,
        text: |n| steps(&format!("if customer.a is 0 {{ send m }} {}", each(n, |i| format!("else if customer.a is {i} {{ send m }} ")))) },
    Form { name: "else if, each knows more", size: 1500, findings: none,
        text: |n| format!("{}\ncustomer {{ {} }}", steps(&format!("if customer.f0 is missing {{ send m }} {}", each(n, |i| format!("else if customer.f{i} is missing {{ send m }} ")))).replacen("customer {", "event unused {", 1), each(n, |i| format!("f{i}? text\n"))) },
    Form { name: "and, each knows more", size: 1500, findings: none,
        text: |n| format!("{}\ncustomer {{ {} }}", steps(&format!("if customer.f0 is known {} {{ send m }}", each(n, |i| format!("and customer.f{i} is known ")))).replacen("customer {", "event unused {", 1), each(n, |i| format!("f{i}? text\n"))) },
    Form { name: "match numbers", size: 1500, findings: none,
        text: |n| steps(&format!("match customer.a {{ {} else {{ }} }}", each(n, |i| format!("{i} {{ send m }} ")))) },
    Form { name: "match ranges", size: 1500, findings: none,
        text: |n| steps(&format!("match customer.a {{ under 0 {{ }} {} {n} and over {{ }} }}", each(n, |i| format!("{i} to under {} {{ send m }} ", i + 1)))) },
    Form { name: "match words", size: 1500, findings: none,
        text: |n| world(&format!("event f {{ w one of {} }}\njourney j {{ enter on f as it  match it.w {{ {} }} }}", listed(n, |i| format!("w{i}")), each(n, |i| format!("w{i} {{ send m }} ")))) },
    Form { name: "match words in one case", size: 1500, findings: none,
        text: |n| world(&format!("event f {{ w one of {0} }}\njourney j {{ enter on f as it  match it.w {{ {0} {{ }} }} }}", listed(n, |i| format!("w{i}")))) },
    Form { name: "one of words in a condition", size: 1500, findings: none,
        text: |n| world(&format!("event f {{ w one of {0} }}\njourney j {{ enter on f as it  if it.w is one of {0} {{ }} }}", listed(n, |i| format!("w{i}")))) },
    Form { name: "one of texts", size: 1500, findings: none,
        text: |n| steps(&format!("if customer.tags contains \"x\" or customer.phone is one of {} {{ }}", listed(n, |i| format!("\"w{i}\"")))) },
    Form { name: "arms of a wait", size: 1500, findings: none,
        text: |n| steps(&format!("wait up to 1 day {{ {} otherwise {{ }} }}", each(n, |i| format!("on e as x{i} where n is {i} {{ send m }} ")))) },
    Form { name: "arms of a wait that begins anew", size: 1500, findings: none,
        text: |n| steps(&format!("wait up to 1 day {{ {} otherwise {{ }} }}", each(n, |i| format!("on e as x{i} where n is {i} {{ wait again }} ")))) },
    Form { name: "conditions of a wait", size: 1500, findings: none,
        text: |n| steps(&format!("wait up to 1 day {{ {} otherwise {{ }} }}", each(n, |i| format!("when customer.a is {i} {{ send m }} ")))) },
    Form { name: "variants", size: 1500, findings: none,
        text: |n| steps(&format!("experiment x {{ 100% all {{ }} {} }}", each(n, |i| format!("0% v{i} {{ send m }} ")))) },
    Form { name: "steps", size: 1500, findings: none,
        text: |n| steps(&each(n, |_| "send m ".to_owned())) },
    Form { name: "steps with names", size: 1500, findings: none,
        text: |n| steps(&each(n, |i| format!("s{i}: send m "))) },
    Form { name: "steps that bind", size: 1500, findings: none,
        text: |n| steps(&each(n, |i| format!("collect e for 1 day as x{i} "))) },
    Form { name: "repeats", size: 1500, findings: none,
        text: |n| steps(&each(n, |_| "repeat up to 2 times { wait 1 day } ".to_owned())) },
    Form { name: "repeats after each other at once", size: 750, findings: |n| vec![("WL3007", n)],
        text: |n| steps(&each(n, |_| "repeat up to 2 times { send m } ".to_owned())) },
    Form { name: "stages", size: 1500, findings: none,
        text: |n| steps(&each(n, |i| format!("stage \"s{i}\" {{ send m }} "))) },
    Form { name: "waits", size: 1500, findings: none,
        text: |n| steps(&each(n, |_| "wait 1 day ".to_owned())) },
    Form { name: "flows used", size: 1500, findings: none,
        text: |n| format!("{}\nflow f(x: number) {{ send m }}", steps(&each(n, |_| "do f(it.n) ".to_owned()))) },
    Form { name: "flows", size: 1500, findings: none,
        text: |n| format!("{}\n{}", steps(&each(n, |i| format!("do f{i} "))), each(n, |i| format!("flow f{i} {{ send m }} "))) },
    Form { name: "fields of a record", size: 1500, findings: none,
        text: |n| world(&format!("event f {{ r {{ {} }} }}\njourney j {{ enter on e  emit f {{ r: {{ {} }} }} }}", each(n, |i| format!("x{i} number ")), listed(n, |i| format!("x{i}: {i}")))) },
    Form { name: "fields of an event", size: 1500, findings: none,
        text: |n| world(&format!("event f {{ {} }}\njourney j {{ enter on e  emit f {{ {} }} }}", each(n, |i| format!("x{i} number ")), listed(n, |i| format!("x{i}: {i}")))) },
    Form { name: "fields of the customer", size: 1500, findings: none,
        text: |n| format!("{} customer {{ {} }}", steps(&each(n, |i| format!("set customer.f{i} = {i} "))).replacen("customer {", "event unused {", 1), each(n, |i| format!("f{i} number = 1 "))) },
    Form { name: "items of a list", size: 1500, findings: none,
        text: |n| world(&format!("event f {{ l list of number }}\njourney j {{ enter on e  emit f {{ l: [{}] }} }}", listed(n, |i| format!("{i}")))) },
    Form { name: "items of a list with what is asked", size: 1500, findings: none,
        text: |n| steps(&format!("if [{}] contains 3 {{ }}", listed(n, |_| "customer.a".to_owned()))) },
    Form { name: "parameters", size: 1500, findings: none,
        text: |n| format!("{}\nflow f({}) {{ send m }}", steps(&format!("do f({})", listed(n, |i| format!("{i}")))), listed(n, |i| format!("x{i}: number"))) },
    Form { name: "journeys", size: 1500, findings: none,
        text: |n| world(&each(n, |i| format!("journey j{i} {{ enter on e  send m }} "))) },
    Form { name: "journeys that start each other", size: 750, findings: none,
        text: |n| world(&format!("journey j0 {{ enter by hand  send m }} {}", each(n, |i| format!("journey j{} {{ enter by hand  start j{i} }} ", i + 1)))) },
    Form { name: "segments", size: 1500, findings: none,
        text: |n| world(&each(n, |i| format!("segment s{i}: customer.a > {i} "))) },
    Form { name: "messages", size: 1500, findings: none,
        text: |n| world(&each(n, |i| format!("message m{i} on c {{ topic t  subject \"s\"  body \"b\" }} "))) },
    Form { name: "moved", size: 1500, findings: none,
        text: |n| steps(&format!("MOVED {}", each(n, |i| format!("s{i}: send m ")))).replace("MOVED", &each(n, |i| format!("moved s{i} from t{i} "))) },
    Form { name: "cases of a test", size: 500, findings: none,
        text: |n| world(&format!("journey j {{ enter on e  send m }} test \"t\" {{ cases {{ {} }} customer {{ }} at 2026-03-01 10:00 e {{ n: x }} expect send m }}", each(n, |i| format!("\"c{i}\": {{ x: {i} }} ")))) },
    Form { name: "lines of a test", size: 1500, findings: none,
        text: |n| world(&format!("journey j {{ enter on e  send m }} test \"t\" {{ customer {{ }} at 2026-03-01 10:00 e {{ n: 1 }} {} }}", each(n, |_| "expect send m ".to_owned()))) },
    Form { name: "and", size: 1500, findings: none,
        text: |n| steps(&format!("if customer.b {} {{ }}", each(n, |_| "and customer.b ".to_owned()))) },
    Form { name: "a long text", size: 100_000, findings: none,
        text: |n| world(&format!("message q on c {{ topic t  subject \"s\"  body \"{}\" }}", "é".repeat(n))) },
    Form { name: "blanks and comments", size: 3000, findings: none,
        text: |n| steps(&each(n, |i| format!("# {i}\n   \t  send m # x\n\n"))) },
    Form { name: "documentation", size: 3000, findings: none,
        text: |n| world(&format!("{}journey j {{ enter on e  send m }}", each(n, |i| format!("## {i}\n")))) },
    Form { name: "a text with many values", size: 1500, findings: none,
        text: |n| world(&format!("message q on c {{ topic t  subject \"s\"  body \"{}\" }}", "é{{ customer.a }}".repeat(n))) },
    Form { name: "or, each asks for what is known", size: 1500, findings: none,
        text: |n| steps(&format!("if customer.phone is missing {} {{ }}", each(n, |i| format!("or customer.phone is \"{i}\" ")))) },
    Form { name: "the same words in another order", size: 1500, findings: none,
        text: |n| world(&format!("event f {{ w one of {} }}\nevent g {{ w one of {} }}\njourney j {{ enter on f as it  {} }}",
            listed(n, |i| format!("w{i}")), listed(n, |i| format!("w{}", n - 1 - i)), "emit g { w: it.w } ".repeat(20))) },
    Form { name: "tests", size: 500, findings: none,
        text: |n| world(&format!("journey j {{ enter on e  send m }} {}", each(n, |i| format!("test \"t{i}\" {{ customer {{ }} at 2026-03-01 10:00 e {{ n: 1 }} expect send m }} ")))) },
    Form { name: "rules", size: 750, findings: none,
        text: |n| world(&format!("journey j {{ enter on e  send m }} {}", each(n, |i| format!("suppress s{i} {{ for message m  at most 1 per calendar day  else drop }} ")))) },
    // What is wrong, and much.
    Form { name: "flows that double", size: 31, findings: |_| vec![("WL3011", 1)],
        text: |n| format!("{}\nflow f0 {{ send m }} {}", steps(&format!("do f{n}")), each(n, |i| format!("flow f{} {{ do f{i}  do f{i} }} ", i + 1))) },
    Form { name: "empty flows that double", size: 31, findings: |_| vec![("WL3011", 1)],
        text: |n| format!("{}\nflow f0 {{ }} {}", steps(&format!("do f{n}")), each(n, |i| format!("flow f{} {{ do f{i}  do f{i} }} ", i + 1))) },
    Form { name: "a long flow used often", size: 1000, findings: |_| vec![("WL3011", 1)],
        text: |n| format!("{}\nflow f {{ if customer.a is one of {} {{ }} }}", steps(&each(3 * n, |_| "do f ".to_owned())), listed(n, |i| format!("{i}"))) },
    // What no run comes to counts too, and is not written out.
    Form { name: "journeys that use a long flow", size: 300, findings: |n| vec![("WL3010", n), ("WL3011", 1)],
        text: |n| world(&format!("flow f {{ {} }} {}", "send m ".repeat(5000), each(n, |i| format!("journey j{i} {{ enter on e  exit  do f }} ")))) },
    Form { name: "events that double", size: 31, findings: |_| vec![("WL3011", 1)],
        text: |n| world(&format!("event e0 {{ n number }} {}", each(n, |i| format!("event e{} {{ a e{i}  b e{i} }} ", i + 1)))) },
    Form { name: "events in events", size: 1500, findings: |_| vec![("WL0008", 1)],
        text: |n| world(&format!("event e0 {{ n number }} {}", each(n, |i| format!("event e{} {{ a e{i} }} ", i + 1)))) },
    Form { name: "names that are unknown among many", size: 500, findings: |n| vec![("WL1004", n)],
        text: |n| format!("{} {}", steps(&each(n, |i| format!("send nobody_at_all_{i} "))), each(n, |i| format!("message m{i} on c {{ topic t  subject \"s\"  body \"b\" }} "))) },
    Form { name: "lines of nothing", size: 1500, findings: |_| vec![("WL0003", 1)],
        text: |n| world(&each(n, |_| "nothing at all\n".to_owned())) },
    Form { name: "journeys that are not closed", size: 500, findings: |_| vec![("WL0008", 1)],
        text: |n| world(&each(n, |i| format!("journey j{i} {{\n enter on e\n send m\n"))) },
    Form { name: "misspelt steps", size: 300, findings: |n| vec![("WL0004", n)],
        text: |n| steps(&each(n, |_| "\nsned m".to_owned())) },
    Form { name: "names that are unknown", size: 300, findings: |n| vec![("WL1004", n)],
        text: |n| steps(&each(n, |i| format!("send nobody{i} "))) },
    Form { name: "fields that are unknown", size: 300, findings: |n| vec![("WL1013", n)],
        text: |n| steps(&each(n, |i| format!("set customer.nothing{i} = 1 "))) },
    Form { name: "declared twice", size: 1500, findings: |n| vec![("WL1001", n)],
        text: |n| world(&each(n, |_| "event e { n number } ".to_owned())) },
    Form { name: "cases twice", size: 1500, findings: |n| vec![("WL3002", n - 1)],
        text: |n| steps(&format!("match customer.a {{ {} else {{ }} }}", each(n, |_| "1 { send m } ".to_owned()))) },
    Form { name: "steps after the end", size: 1500, findings: |_| vec![("WL3010", 1)],
        text: |n| steps(&format!("exit {}", each(n, |_| "send m ".to_owned()))) },
    Form { name: "semicolons", size: 1500, findings: |n| vec![("WL0013", n)],
        text: |n| steps(&each(n, |_| "send m; ".to_owned())) },
    Form { name: "open braces", size: 1000, findings: |_| vec![("WL0008", 1)],
        text: |n| steps(&"{".repeat(n)) },
    Form { name: "if if", size: 500, findings: |_| vec![("WL0008", 1)],
        text: |n| steps(&"if ".repeat(n)) },
    Form { name: "if without braces", size: 500, findings: |_| vec![("WL0008", 1)],
        text: |n| steps(&"if customer.b ".repeat(n)) },
    Form { name: "else without braces", size: 500, findings: |_| vec![("WL0003", 1), ("WL0005", 1)],
        text: |n| steps(&"if customer.b { } else ".repeat(n)) },
    Form { name: "repeat without braces", size: 500, findings: |_| vec![("WL0008", 1)],
        text: |n| steps(&"repeat up to 2 times ".repeat(n)) },
    Form { name: "stage without braces", size: 500, findings: |_| vec![("WL0008", 1)],
        text: |n| steps(&"stage \"x\" ".repeat(n)) },
    Form { name: "stage stage", size: 500, findings: |n| vec![("WL0003", n / 2)],
        text: |n| steps(&"stage ".repeat(n)) },
];

/// Reads and checks a text.
pub(crate) fn compiled(text: &str) -> Compiled {
    let file = |path: &str, text: &str| Input { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
    let settings = file("wayline.toml", "name = \"x\"\nzone = \"UTC\"\n");
    compile(Some(settings), vec![file("x.journey", text)], &NoFiles)
}
