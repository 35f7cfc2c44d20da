//! From pieces to nested blocks, with a stack instead of recursion, and whitespace control.

use pest::iterators::Pair;

use super::grammar::Rule as R;
use super::markup::{ForMarkup, Markup};
use super::{MAX_DEPTH, MAX_LOOPS, problems};
use crate::finding::{ENOUGH, Finding, FindingKind, Span};
use crate::tree::{Assign, Branch, Case, Condition, For, If, Node, Operand, When};

/// An open block.
struct Frame {
    kind: Kind,
    /// The opening tag.
    span: Span,
    /// What the open branch holds so far.
    body: Vec<Node>,
    /// Where the `else` stands, once it was seen.
    otherwise: Option<Span>,
    done: Done,
    /// The opening tag, or one of the branches, could not be read: no node is made of it.
    broken: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    If,
    Unless,
    Case,
    For,
}

/// The parts of a block that are complete, and the head of the open branch.
enum Done {
    If { branches: Vec<Branch>, open: Option<(bool, Condition)> },
    Case { subject: Option<Operand>, whens: Vec<When>, open: Option<Vec<Operand>> },
    For { head: Option<ForMarkup>, body: Option<Vec<Node>> },
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::Unless => "unless",
            Self::Case => "case",
            Self::For => "for",
        }
    }

    fn of_end(tag: &str) -> Option<Self> {
        match tag {
            "endif" => Some(Self::If),
            "endunless" => Some(Self::Unless),
            "endcase" => Some(Self::Case),
            "endfor" => Some(Self::For),
            _ => None,
        }
    }
}

/// Builds the tree piece by piece.
pub(super) struct Blocks<'a> {
    source: &'a str,
    top: Vec<Node>,
    stack: Vec<Frame>,
    findings: Vec<Finding>,
    /// Text that is not in the tree yet: the next tag may trim its end.
    text: Option<Span>,
    /// The last tag trims the text behind it.
    trim_next: bool,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self {
            source,
            top: Vec::new(),
            stack: Vec::new(),
            findings: Vec::new(),
            text: None,
            trim_next: false,
        }
    }

    pub(super) fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Takes the next piece; `false` when it makes no sense to go on.
    pub(super) fn piece(&mut self, pair: Pair<'a, R>) -> bool {
        if self.findings.len() >= ENOUGH {
            return false;
        }
        let span = pair.as_span().start()..pair.as_span().end();
        match pair.as_rule() {
            R::text => self.add_text(span),
            R::output => {
                let markup = self.delimit(&pair);
                if let Some(chain) = self.markup(markup).output() {
                    self.add(Node::Output(chain));
                }
            }
            R::tag => return self.tag(pair, span),
            R::raw_block | R::comment_block => self.verbatim(pair, span),
            R::crossed_output => {
                self.delimit(&pair);
                self.crossed(span, "{{", "%}", "}}");
            }
            R::crossed_tag => {
                self.delimit(&pair);
                self.crossed(span, "{%", "}}", "%}");
            }
            R::unclosed_output => {
                self.delimit(&pair);
                self.unclosed(span.start, "{{", "}}");
            }
            R::unclosed_tag => {
                self.delimit(&pair);
                if self.source.get(span.clone()).is_some_and(|text| text.ends_with("%}")) {
                    self.report(
                        Finding::new(FindingKind::Syntax, span, "a tag without a name", "what should it do?")
                            .help("write the name first: `{% if … %}`; print a value with `{{ … }}`"),
                    );
                } else {
                    self.unclosed(span.start, "{%", "%}");
                }
            }
            _ => {}
        }
        true
    }

    /// The rest of the source is not looked at: nothing can be said about blocks that are open.
    pub(super) fn abandon(&mut self) {
        self.stack.clear();
    }

    /// The tree and what was found.
    pub(super) fn finish(mut self) -> (Vec<Node>, Vec<Finding>) {
        self.flush();
        while let Some(frame) = self.stack.pop() {
            self.never_ended(&frame);
        }
        (self.top, self.findings)
    }

    fn markup(&mut self, span: Span) -> Markup<'_> {
        Markup { source: self.source, span, findings: &mut self.findings }
    }

    /// Applies the whitespace control of a delimited piece and returns the bytes of its markup.
    fn delimit(&mut self, pair: &Pair<'a, R>) -> Span {
        let start = pair.as_span().start();
        let mut markup = start..start;
        let (mut before, mut after) = (false, false);
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                R::trim if part.as_span().start() == start + 2 => before = true,
                R::trim => after = true,
                R::markup => markup = part.as_span().start()..part.as_span().end(),
                _ => {}
            }
        }
        if before {
            self.trim_text_end();
        }
        self.flush();
        self.trim_next = after;
        markup
    }

    fn add_text(&mut self, mut span: Span) {
        if std::mem::take(&mut self.trim_next) {
            let text = self.source.get(span.clone()).unwrap_or_default();
            span.start += text.len() - text.trim_start().len();
        }
        self.flush();
        self.text = Some(span);
    }

    fn trim_text_end(&mut self) {
        if let Some(span) = &mut self.text {
            let text = self.source.get(span.clone()).unwrap_or_default();
            span.end = span.start + text.trim_end().len();
        }
    }

    fn flush(&mut self) {
        if let Some(span) = self.text.take()
            && !span.is_empty()
        {
            self.add(Node::Text(span));
        }
    }

    fn add(&mut self, node: Node) {
        match self.stack.last_mut() {
            Some(frame) => frame.body.push(node),
            None => self.top.push(node),
        }
    }

    /// `raw` and `comment`: their text is not looked into.
    fn verbatim(&mut self, pair: Pair<'a, R>, span: Span) {
        let is_raw = pair.as_rule() == R::raw_block;
        let mut open = span.clone();
        for part in pair.into_inner() {
            let bytes = part.as_span().start()..part.as_span().end();
            match part.as_rule() {
                R::raw_open | R::comment_open | R::raw_close | R::comment_close => {
                    if part.as_rule() == R::raw_open || part.as_rule() == R::comment_open {
                        open = bytes;
                    }
                    self.delimit(&part);
                }
                R::raw_text if !bytes.is_empty() => self.add_text(bytes),
                R::missing_close => {
                    let name = if is_raw { "raw" } else { "comment" };
                    self.report(
                        Finding::new(
                            FindingKind::Syntax,
                            open.clone(),
                            format!("`{name}` is never ended"),
                            "everything behind it belongs to it",
                        )
                        .help(format!("add `{{% end{name} %}}`")),
                    );
                }
                _ => {}
            }
        }
    }

    fn crossed(&mut self, span: Span, open: &str, wrong: &str, right: &str) {
        let end = span.end;
        self.report(
            Finding::new(
                FindingKind::Syntax,
                span,
                format!("`{open}` is closed by `{wrong}`"),
                format!("should end with `{right}`"),
            )
            .help(format!("`{open}` belongs to `{right}`"))
            .suggest(end.saturating_sub(2)..end, right),
        );
    }

    fn unclosed(&mut self, start: usize, open: &str, close: &str) {
        self.report(
            Finding::new(
                FindingKind::Syntax,
                start..start + 2,
                format!("`{open}` is never closed"),
                format!("`{close}` is missing"),
            )
            .help(format!(
                "add `{close}`; to print `{open}` itself put it between `{{% raw %}}` and `{{% endraw %}}`"
            )),
        );
    }

    fn tag(&mut self, pair: Pair<'a, R>, span: Span) -> bool {
        let name_pair = pair.clone().into_inner().find(|part| part.as_rule() == R::tag_name);
        let Some(name_pair) = name_pair else { return true };
        let name = name_pair.as_str();
        let name_span = name_pair.as_span().start()..name_pair.as_span().end();
        let markup = self.delimit(&pair);
        match name {
            "if" | "unless" => {
                let condition = self.markup(markup).condition(name);
                let broken = condition.is_none();
                let open = condition.map(|condition| (name == "unless", condition));
                let kind = if name == "if" { Kind::If } else { Kind::Unless };
                return self.open(kind, span, Done::If { branches: Vec::new(), open }, broken);
            }
            "case" => {
                let subject = self.markup(markup).case();
                let broken = subject.is_none();
                return self.open(
                    Kind::Case,
                    span,
                    Done::Case { subject, whens: Vec::new(), open: None },
                    broken,
                );
            }
            "for" => {
                let head = self.markup(markup).for_loop();
                let broken = head.is_none();
                return self.open(Kind::For, span, Done::For { head, body: None }, broken);
            }
            "elsif" => {
                let condition = self.markup(markup).condition(name);
                self.elsif(condition, span);
            }
            "when" => {
                let values = self.markup(markup).when();
                self.when(values, span);
            }
            "else" => {
                let text = self.source.get(markup.clone()).unwrap_or_default().trim_start();
                if text.starts_with("if") {
                    let end = markup.start + (markup.len() - text.len()) + 2;
                    self.report(
                        Finding::new(
                            FindingKind::Syntax,
                            name_span.start..end,
                            "`else if` is written `elsif`",
                            "two words",
                        )
                        .help("write `elsif`")
                        .suggest(name_span.start..end, "elsif"),
                    );
                    self.break_open();
                } else {
                    self.markup(markup).bare(name);
                    self.otherwise(span);
                }
            }
            "assign" => {
                if let Some((name, value)) = self.markup(markup).assign() {
                    self.add(Node::Assign(Assign { name, value }));
                }
            }
            "endraw" | "endcomment" => self.nothing_to_end(name, span),
            "raw" | "comment" => self.markup(markup).bare(name),
            _ => match Kind::of_end(name) {
                Some(kind) => {
                    self.markup(markup).bare(name);
                    self.close(kind, name, span);
                }
                None => return self.unknown_tag(name, name_span, span),
            },
        }
        true
    }

    /// Reports it, and acts as the tag that was meant would: its end must not be reported, too.
    fn unknown_tag(&mut self, name: &str, name_span: Span, span: Span) -> bool {
        let Some((finding, meant)) = problems::unknown_tag(name, name_span) else { return true };
        self.report(finding);
        let if_block = || Done::If { branches: Vec::new(), open: None };
        match meant {
            Some("if") => self.open(Kind::If, span, if_block(), true),
            Some("unless") => self.open(Kind::Unless, span, if_block(), true),
            Some("case") => {
                self.open(Kind::Case, span, Done::Case { subject: None, whens: Vec::new(), open: None }, true)
            }
            Some("for") => self.open(Kind::For, span, Done::For { head: None, body: None }, true),
            Some(end) => {
                // Only the end of the innermost block: any other guess could lead to more findings.
                let kind = Kind::of_end(end);
                if kind.is_some() && self.stack.last().map(|frame| frame.kind) == kind {
                    self.stack.pop();
                }
                true
            }
            None => true,
        }
    }

    fn open(&mut self, kind: Kind, span: Span, done: Done, broken: bool) -> bool {
        if self.stack.len() >= MAX_DEPTH {
            self.report(
                Finding::new(
                    FindingKind::TooLarge,
                    span,
                    format!("blocks nest deeper than {MAX_DEPTH}"),
                    "one too many",
                )
                .help("end blocks earlier, or compute the choice in the journey"),
            );
            return false;
        }
        let loops = self.stack.iter().filter(|frame| frame.kind == Kind::For).count();
        if kind == Kind::For && loops >= MAX_LOOPS {
            self.report(
                Finding::new(
                    FindingKind::TooLarge,
                    span.clone(),
                    format!("loops nest deeper than {MAX_LOOPS}"),
                    "the work is the product of all lists",
                )
                .help("send the data in a flatter shape"),
            );
        }
        self.stack.push(Frame { kind, span, body: Vec::new(), otherwise: None, done, broken });
        true
    }

    /// The open branch cannot be told from the next one: nothing is made of this block, follow-up findings neither.
    fn break_open(&mut self) {
        if let Some(frame) = self.stack.last_mut() {
            frame.broken = true;
        }
    }

    fn elsif(&mut self, condition: Option<Condition>, span: Span) {
        let Some(frame) = self.stack.last_mut() else { return self.stray("elsif", "if", span) };
        if frame.kind == Kind::Unless {
            self.report(
                Finding::new(FindingKind::Unsupported, span, "`elsif` in an `unless`", "hard to read aloud")
                    .help("write `{% if %}` with the opposite condition"),
            );
            return self.break_open();
        }
        if frame.kind != Kind::If {
            return self.stray("elsif", "if", span);
        }
        if frame.otherwise.is_some() {
            return self.behind_else("elsif", span);
        }
        frame.finish_branch();
        frame.broken |= condition.is_none();
        if let Done::If { open, .. } = &mut frame.done {
            *open = condition.map(|condition| (false, condition));
        }
    }

    fn when(&mut self, values: Option<Vec<Operand>>, span: Span) {
        let Some(frame) = self.stack.last_mut().filter(|frame| frame.kind == Kind::Case) else {
            return self.stray("when", "case", span);
        };
        if frame.otherwise.is_some() {
            return self.behind_else("when", span);
        }
        frame.finish_branch();
        frame.broken |= values.is_none();
        if let Done::Case { open, .. } = &mut frame.done {
            *open = values;
        }
    }

    fn otherwise(&mut self, span: Span) {
        let Some(frame) = self.stack.last_mut() else { return self.stray("else", "if", span) };
        if frame.otherwise.is_some() {
            return self.behind_else("else", span);
        }
        frame.finish_branch();
        frame.otherwise = Some(span);
    }

    fn behind_else(&mut self, name: &str, span: Span) {
        self.report(
            Finding::new(FindingKind::Syntax, span, format!("`{name}` behind `else`"), "never reached")
                .help("`else` comes last, and once"),
        );
        self.break_open();
    }

    fn stray(&mut self, name: &str, block: &str, span: Span) {
        self.report(
            Finding::new(
                FindingKind::Syntax,
                span,
                format!("`{name}` without `{block}`"),
                "belongs to no open block",
            )
            .help(format!("it stands between `{{% {block} … %}}` and `{{% end{block} %}}`")),
        );
    }

    fn nothing_to_end(&mut self, name: &str, span: Span) {
        let block = name.trim_start_matches("end").to_owned();
        self.report(
            Finding::new(
                FindingKind::Syntax,
                span,
                format!("`{name}` ends nothing"),
                format!("no `{block}` is open here"),
            )
            .help(format!("remove it, or open the block with `{{% {block} … %}}`")),
        );
    }

    fn never_ended(&mut self, frame: &Frame) {
        let name = frame.kind.name();
        self.report(
            Finding::new(
                FindingKind::Syntax,
                frame.span.clone(),
                format!("`{name}` is never ended"),
                "opened here",
            )
            .help(format!("add `{{% end{name} %}}`")),
        );
    }

    fn close(&mut self, kind: Kind, name: &str, span: Span) {
        let Some(depth) = self.stack.iter().rposition(|frame| frame.kind == kind) else {
            return self.nothing_to_end(name, span);
        };
        while self.stack.len() > depth + 1 {
            if let Some(frame) = self.stack.pop() {
                self.never_ended(&frame);
            }
        }
        if let Some(mut frame) = self.stack.pop() {
            frame.finish_branch();
            if let Some(node) = frame.into_node() {
                self.add(node);
            }
        }
    }
}

impl Frame {
    /// The body so far belongs to the open branch; a new one begins.
    fn finish_branch(&mut self) {
        if self.otherwise.is_some() {
            return;
        }
        let body = std::mem::take(&mut self.body);
        match &mut self.done {
            Done::If { branches, open } => {
                if let Some((negated, condition)) = open.take() {
                    branches.push(Branch { negated, condition, body });
                }
            }
            // What stands between `case` and the first `when` is never printed.
            Done::Case { whens, open, .. } => {
                if let Some(values) = open.take() {
                    whens.push(When { values, body });
                }
            }
            Done::For { body: done, .. } => *done = Some(body),
        }
    }

    fn into_node(self) -> Option<Node> {
        if self.broken {
            return None;
        }
        let otherwise = self.otherwise.map(|_| self.body);
        match self.done {
            Done::If { branches, .. } => Some(Node::If(If { branches, otherwise })),
            Done::Case { subject, whens, .. } => {
                Some(Node::Case(Case { subject: subject?, whens, otherwise }))
            }
            Done::For { head, body } => {
                let ForMarkup { variable, list, limit, offset, reversed } = head?;
                let body = body.unwrap_or_default();
                Some(Node::For(For { variable, list, limit, offset, reversed, body, otherwise }))
            }
        }
    }
}
