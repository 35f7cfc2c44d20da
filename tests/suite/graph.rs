//! Pictures of journeys: `wayline-report` with the examples. Mermaid and DOT of all examples are sessions in
//! `tests/graph`, beside the two SVG documents that are compared as wholes.

use std::collections::BTreeSet;

use wayline_ir::{JourneyId, Program, StepId, StepKind};
use wayline_report::{Flow, Graph, NodeKind, dot, journey, mermaid, svg, workspace};
use wayline_tests::{Failures, cases, expect_file, repository};

fn programs() -> Vec<(String, Program)> {
    cases("examples")
        .iter()
        .map(|case| (case.name(), case.compile().program.expect("examples have no errors")))
        .collect()
}

/// All pictures of a program, with their names.
fn pictures(program: &Program) -> Vec<(String, Graph)> {
    let journeys = (0..program.journeys.len()).map(|number| {
        let graph = journey(program, JourneyId::at(number)).expect("it is there");
        (program.journeys[number].name.clone(), graph)
    });
    journeys.chain([("the map".to_owned(), workspace(program))]).collect()
}

#[test]
fn every_step_stands_there_once_and_every_way_is_drawn() {
    for (name, program) in programs() {
        for (number, own) in program.journeys.iter().enumerate() {
            let graph = journey(&program, JourneyId::at(number)).expect("it is there");
            let place = format!("{name}, {}", own.name);
            // What a run can reach, found without the crate that draws.
            let mut reached = BTreeSet::new();
            let mut open = vec![StepId(0)];
            while let Some(step) = open.pop() {
                if reached.insert(step) {
                    open.extend(own.steps[step.index()].kind.targets());
                }
            }
            let steps = |id: &StepId| own.steps[id.index()].name.as_str();
            let wanted: Vec<&str> = reached.iter().map(steps).collect();
            let drawn: Vec<&str> =
                graph.nodes.iter().filter(|n| n.kind != NodeKind::Enter).map(|n| n.name.as_str()).collect();
            assert_eq!(drawn, wanted, "{place}: steps");
            let enters: Vec<usize> =
                (0..graph.nodes.len()).filter(|&n| graph.nodes[n].kind == NodeKind::Enter).collect();
            assert_eq!(enters.len(), own.enters.len(), "{place}: ways in");

            let mut ways: BTreeSet<(&str, &str)> = BTreeSet::new();
            for id in &reached {
                let kind = &own.steps[id.index()].kind;
                let never = match kind {
                    StepKind::WaitAgain { at_most: None, spent, .. } => Some(*spent),
                    _ => None,
                };
                ways.extend(
                    kind.targets().iter().filter(|to| Some(**to) != never).map(|to| (steps(id), steps(to))),
                );
            }
            let edges: BTreeSet<(&str, &str)> = graph
                .edges
                .iter()
                .filter(|edge| !enters.contains(&edge.from))
                .map(|edge| (graph.nodes[edge.from].name.as_str(), graph.nodes[edge.to].name.as_str()))
                .collect();
            assert_eq!(edges, ways, "{place}: ways");
            for from in enters {
                let to: Vec<&str> = graph
                    .edges
                    .iter()
                    .filter(|e| e.from == from)
                    .map(|e| graph.nodes[e.to].name.as_str())
                    .collect();
                assert_eq!(to, [own.steps[0].name.as_str()], "{place}: a way in");
            }
            for (from, node) in graph.nodes.iter().enumerate() {
                let labels: Vec<&str> =
                    graph.edges.iter().filter(|e| e.from == from).map(|e| e.label.as_str()).collect();
                let different: BTreeSet<&&str> = labels.iter().collect();
                assert_eq!(
                    labels.len(),
                    different.len(),
                    "{place}: the ways of {} read alike: {labels:?}",
                    node.name
                );
            }
        }
    }
}

#[test]
fn svg_is_well_formed_and_nothing_lies_outside() {
    for (name, program) in programs() {
        for (picture, graph) in pictures(&program) {
            check_svg(&format!("{name}, {picture}"), &graph, &svg(&graph, None));
        }
    }
}

/// Reads an SVG document, and looks for all of its boxes, arrows and words inside of the view.
fn check_svg(place: &str, graph: &Graph, text: &str) {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|e| panic!("{place}: {e}"));
    let root = document.root_element();
    let number = |node: &roxmltree::Node<'_, '_>, name: &str| -> i64 {
        node.attribute(name).unwrap_or("0").parse().unwrap_or_else(|_| panic!("{place}: {name}"))
    };
    let (width, height) = (number(&root, "width"), number(&root, "height"));
    assert_eq!(root.attribute("viewBox"), Some(format!("0 0 {width} {height}").as_str()));
    let with = |class: &str| {
        let class = class.to_owned();
        root.descendants()
            .filter(move |n| n.attribute("class").is_some_and(|all| all.split(' ').any(|c| c == class)))
            .collect::<Vec<_>>()
    };
    assert_eq!(with("node").len(), graph.nodes.len(), "{place}: boxes");
    assert_eq!(with("way").len(), graph.edges.len(), "{place}: arrows");
    for rect in root.descendants().filter(|n| n.has_tag_name(("http://www.w3.org/2000/svg", "rect"))) {
        let (x, y) = (number(&rect, "x"), number(&rect, "y"));
        assert!(x >= 0 && x + number(&rect, "width") <= width, "{place}: {rect:?}");
        assert!(y >= 0 && y + number(&rect, "height") <= height, "{place}: {rect:?}");
    }
    for words in root.descendants().filter(|n| n.has_tag_name(("http://www.w3.org/2000/svg", "text"))) {
        let (x, y) = (number(&words, "x"), number(&words, "y"));
        assert!((0..width).contains(&x) && (0..height).contains(&y), "{place}: {words:?}");
    }
    for line in with("line").iter().chain(&with("tip")) {
        let numbers = line
            .attribute("d")
            .expect("a line has a path")
            .split(|c: char| !(c.is_ascii_digit() || c == '-'));
        let numbers: Vec<i64> =
            numbers.filter(|n| !n.is_empty()).map(|n| n.parse().expect("a number")).collect();
        assert!(numbers.iter().all(|n| (0..=width.max(height)).contains(n)), "{place}: {line:?}");
    }
    let titles: Vec<&str> = with("node").iter().filter_map(|n| n.first_element_child()?.text()).collect();
    assert_eq!(titles.len(), graph.nodes.len(), "{place}: every box has a title");
}

/// Signs that mean something to one of the languages, and some that no file should hold.
const ODD: &str = "a<b>&\"c'`d` ]]> -- %% #1; \\N \u{1}\u{202E}\n- style:#x; 提醒 🛒 é {|}[(";

#[test]
fn odd_names_break_no_picture() {
    for (name, mut program) in programs() {
        program.workspace.name.push_str(ODD);
        program.messages.iter_mut().for_each(|message| message.name.push_str(ODD));
        program.events.iter_mut().for_each(|event| event.name.push_str(ODD));
        for journey in &mut program.journeys {
            journey.title = Some(ODD.to_owned());
            journey.description = Some(ODD.to_owned());
            journey.stages.iter_mut().for_each(|stage| stage.title = ODD.to_owned());
            for step in &mut journey.steps {
                step.name.push_str(ODD);
                if let StepKind::Exit { reason } = &mut step.kind {
                    *reason = Some(ODD.to_owned());
                }
            }
        }
        for (picture, graph) in pictures(&program) {
            let place = format!("{name}, {picture}");
            let drawn = svg(&graph, None);
            check_svg(&place, &graph, &drawn);
            for text in [drawn, mermaid(&graph), dot(&graph)] {
                let is_odd = |c: char| c.is_control() && c != '\n' || c == '\u{202E}';
                assert!(!text.contains(is_odd), "{place}: a sign that nobody sees");
                assert!(text.contains("提醒"), "{place}: names stay");
            }
            check_mermaid(&place, &mermaid(&graph));
            check_dot(&place, &dot(&graph));
        }
    }
}

/// Each line of Mermaid is of a known form, with text only between quotes.
fn check_mermaid(place: &str, text: &str) {
    let body = text.splitn(3, "---\n").nth(2).expect("it has a head");
    for line in body.lines().skip(1) {
        let quotes: Vec<&str> = line.split('"').collect();
        assert!(quotes.len() == 1 || quotes.len() == 3, "{place}: {line}");
        if let [_, inside, _] = quotes.as_slice() {
            let marks: String = inside.replace("<br>", "");
            assert!(!marks.contains(['<', '>', '`', '*', '\\', '&']), "{place}: {line}");
            // A sign `#` begins a number and nothing else.
            for mark in marks.split('#').skip(1) {
                let digits = mark.chars().take_while(char::is_ascii_digit).count();
                assert!(digits > 0 && mark[digits..].starts_with(';'), "{place}: {line}");
            }
        }
        let outside = format!("{} {}", quotes[0], quotes.last().expect("there is one"));
        let plain = |c: char| c.is_ascii_alphanumeric() || " _-.|<>=([{}])~:#,".contains(c);
        assert!(outside.chars().all(plain), "{place}: {line}");
    }
}

/// A small reader of DOT: statements, attributes and quoted texts, with brackets that match.
fn check_dot(place: &str, text: &str) {
    let mut open = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => loop {
                match rest.next() {
                    Some('"') => break,
                    Some('\\') => {
                        let next = rest.next().unwrap_or('\0');
                        assert!("\\\"nl".contains(next), "{place}: an escape {next:?}");
                    }
                    Some('\n') | None => panic!("{place}: a text that does not end"),
                    Some(_) => {}
                }
            },
            '{' | '[' => open.push(c),
            '}' => assert_eq!(open.pop(), Some('{'), "{place}"),
            ']' => assert_eq!(open.pop(), Some('['), "{place}"),
            c => assert!(
                c.is_ascii_alphanumeric() || " \n_->=,".contains(c),
                "{place}: {c:?} outside of a text"
            ),
        }
    }
    assert!(open.is_empty(), "{place}: all brackets are closed");
}

#[test]
fn dot_and_mermaid_of_all_examples_can_be_read() {
    for (name, program) in programs() {
        for (picture, graph) in pictures(&program) {
            check_mermaid(&format!("{name}, {picture}"), &mermaid(&graph));
            check_dot(&format!("{name}, {picture}"), &dot(&graph));
        }
    }
}

#[test]
fn arrows_are_as_wide_as_what_was_counted() {
    let (_, program) = programs().into_iter().find(|(name, _)| name.ends_with("cdnow")).expect("it is there");
    let graph = journey(&program, JourneyId(0)).expect("it is there");
    let flow = Flow {
        nodes: vec![None, Some(28_374), Some(28_374), Some(25_315)],
        edges: vec![Some(28_374), Some(28_374), Some(14_187)],
    };
    let text = svg(&graph, Some(&flow));
    check_svg("with numbers", &graph, &text);
    let widths: Vec<&str> =
        text.split("stroke-width=\"").skip(1).map(|rest| rest.split('"').next().expect("it ends")).collect();
    assert_eq!(widths, ["15", "15", "8"]);
    assert_eq!(text.matches(">28,374<").count(), 4);
    assert_eq!(text.matches(">25,315<").count(), 1);
}

#[test]
fn two_pictures_are_as_they_were() {
    let programs = programs();
    let of = |name: &str| &programs.iter().find(|(n, _)| n.ends_with(name)).expect("it is there").1;
    let cart = of("abandoned_cart");
    let number = cart.journeys.iter().position(|j| j.name == "abandoned_cart").expect("it is there");
    let graph = journey(cart, JourneyId::at(number)).expect("it is there");
    let map = workspace(of("leads"));
    let mut failures = Failures::default();
    for (name, graph) in [("abandoned_cart.svg", graph), ("leads.svg", map)] {
        failures.case(name, expect_file(&repository().join("tests/graph").join(name), &svg(&graph, None)));
    }
    failures.finish(2);
}
