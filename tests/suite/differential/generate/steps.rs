//! Steps.

use super::{Bound, EVENTS, Gen, MESSAGES, Of, Piece};

impl Gen {
    /// Some steps, in braces of their own where they stand.
    pub(super) fn block(&mut self, depth: usize, most: usize) -> Piece {
        let scope = self.scope.clone();
        let steps = self.steps(depth, most);
        self.scope = scope;
        Piece::from("{\n").then(steps).then("}")
    }

    pub(super) fn steps(&mut self, depth: usize, most: usize) -> Piece {
        // A journey itself does something.
        let least = usize::from(most > 4) * 2;
        let count = least + self.random.below(most + 1 - least);
        let all: Vec<Piece> = (0..count).map(|_| self.step(depth).then("\n").maybe()).collect();
        Piece::all(all)
    }

    fn step(&mut self, depth: usize) -> Piece {
        let deep = depth > 0;
        match self.random.below(24) {
            0 | 1 => self.wait(),
            2 => self.wait_date(depth.min(1)),
            3..6 if deep => self.wait_for(depth - 1),
            6 => self.collect(),
            7..12 => self.send(depth),
            12 | 13 if deep => self.branch(depth - 1),
            14 if deep => self.match_(depth - 1),
            15 if deep => {
                let (a, b) = (self.block(depth - 1, 2), self.block(depth - 1, 2));
                let name = self.random.pick(&["red", "blue"]);
                Piece::from(format!("experiment {name} {{ 30% a ")).then(a).then(" 70% b ").then(b).then(" }")
            }
            16 if deep => {
                let until = if self.random.chance(40) {
                    Piece::from(" until ").then(self.condition(1)).maybe()
                } else {
                    Piece::default()
                };
                let count = 1 + self.random.below(3);
                let every = self.length();
                Piece::from(format!("repeat up to {count} times every {every}"))
                    .then(until)
                    .then(" ")
                    .then(self.block(depth - 1, 3))
            }
            17 | 18 => self.set(),
            19 => self.emit(),
            20 => self.call(depth),
            21 => self.other_journeys(),
            22 => {
                let message = self.random.pick(&["letter", "short", "visit"]);
                let gap = self.length();
                if self.random.chance(50) {
                    format!("do nudge({message}, {gap})").into()
                } else {
                    format!("do nudge({message}, customer.rest default {gap})").into()
                }
            }
            23 if self.random.chance(30) => Piece::from("if customer.vip { exit \"is important\" }"),
            _ => self.wait(),
        }
    }

    fn wait(&mut self) -> Piece {
        match self.random.below(6) {
            0 => format!("wait until {}", self.time()).into(),
            1 => format!("wait until {} on {}", self.time(), self.days()).into(),
            2 => format!("wait (customer.rest default {})", self.length()).into(),
            _ => format!("wait {}", self.length()).into(),
        }
    }

    fn wait_date(&mut self, depth: usize) -> Piece {
        let alt = |this: &mut Self| -> Piece {
            match this.random.below(3) {
                0 => "go on".into(),
                1 => "exit \"too late\"".into(),
                _ => this.block(depth.saturating_sub(1), 2),
            }
        };
        let (past, missing) = (alt(self), alt(self));
        let mut text = String::from("wait until ");
        if self.random.chance(50) {
            text += &format!("{} {} ", self.length(), self.random.pick(&["before", "after"]));
        }
        let anchor = self.random.pick(&["customer.born", "customer.meet", ""]);
        let fixed = anchor.is_empty();
        if fixed {
            text += &self.date();
        } else {
            text += anchor;
        }
        if self.random.chance(50) {
            text += &format!(" at {}", self.time());
        }
        let text = Piece::from(text).then(" if past ").then(past);
        if fixed { text } else { text.then(" if missing ").then(missing) }
    }

    fn wait_for(&mut self, depth: usize) -> Piece {
        let mut text = Piece::from(format!("wait up to {} {{\n", self.length()));
        for _ in 0..=self.random.below(3) {
            let scope = self.scope.clone();
            let mut arm = Piece::default();
            let mut again = self.random.chance(25);
            match self.random.below(6) {
                0 | 1 => {
                    arm = arm.then("when ").then(self.condition(1));
                    again = false;
                }
                2 => {
                    let source = self.random.pick(&[
                        "clicked letter",
                        "opened email",
                        "delivered sms",
                        "replied short",
                        "answered survey where value > 4",
                        "failed letter",
                        "unsubscribed letter",
                    ]);
                    let since =
                        if source.contains("where") || self.random.chance(60) { "" } else { " since enter" };
                    arm = arm.then(format!("on {source}{since}"));
                }
                _ => {
                    let event = self.random.below(4);
                    let name = self.name("w");
                    let since = if self.random.chance(30) { " since enter" } else { "" };
                    arm = arm
                        .then(format!("on {} as {name}{since}", EVENTS[event]))
                        .then(self.filter(event).maybe());
                    self.scope.push(Bound { name, of: Of::Event(event) });
                }
            }
            arm = arm.then(" {\n").then(self.steps(depth, 2));
            if again {
                let most = if self.random.chance(50) {
                    format!(" at most {} times", 1 + self.random.below(3))
                } else {
                    String::new()
                };
                arm = arm.then(Piece::from(format!("wait again{most}\n")).maybe());
            }
            text = text.then(arm.then("}\n").maybe());
            self.scope = scope;
        }
        let mut otherwise = self.steps(depth, 2);
        if self.random.chance(15) {
            otherwise = otherwise.then(
                Piece::from(format!("wait again at most {} times\n", 1 + self.random.below(3))).maybe(),
            );
        }
        text.then("otherwise {\n").then(otherwise).then("}\n}")
    }

    fn collect(&mut self) -> Piece {
        let event = self.random.below(3);
        let name = self.name("xs");
        let mut text = Piece::from(format!("collect {}", EVENTS[event]));
        if self.random.chance(30) {
            text = text.then(self.filter(event).maybe());
        }
        text = text.then(format!(" for {} as {name}", self.length()));
        if self.random.chance(50) {
            text = text.then(Piece::from(format!(", or {} of them", 1 + self.random.below(3))).maybe());
        }
        if self.random.chance(50) {
            text = text.then(Piece::from(format!(", quiet for {}", self.length())).maybe());
        }
        self.scope.push(Bound { name, of: Of::List(event) });
        text
    }

    /// A message with its arguments.
    fn message(&mut self) -> String {
        let bought = self.scope.iter().find(|bound| bound.of == Of::Event(0)).map(|bound| bound.name.clone());
        let (name, _, param) = MESSAGES[self.random.below(MESSAGES.len())];
        match (param, bought) {
            ("bought", Some(bound)) => format!("{name}({bound})"),
            ("bought", None) => ["letter", "survey", "short"][self.random.below(3)].to_owned(),
            ("number", _) => format!("{name}(customer.score + {})", self.random.below(3)),
            _ => name.to_owned(),
        }
    }

    fn send(&mut self, depth: usize) -> Piece {
        let mut text = match self.random.below(5) {
            0..3 => format!("send {}", self.message()),
            word => {
                let count = 2 + self.random.below(2);
                let all: Vec<String> = (0..count).map(|_| self.message()).collect();
                format!("send {} of {}", ["first", "best"][word - 3], all.join(", "))
            }
        }
        .into();
        if self.random.chance(15) {
            let hours = 2 + i64::try_from(self.random.below(22)).unwrap();
            let within = self.exact(60 * hours);
            text = Piece::then(text, Piece::from(format!(" at best hour within {within}")).maybe());
        }
        if self.random.chance(30) {
            let block = self.block(depth.saturating_sub(1), 2);
            let block = if self.random.chance(50) {
                let why = self.name("why");
                let inner = self.block(depth.saturating_sub(1), 2);
                Piece::from(format!(" if not sent as {why} {{\nmatch {why} {{ no_consent, capped, replaced "))
                    .then(inner)
                    .then(" else { } }\n}")
            } else {
                Piece::from(" if not sent ").then(block)
            };
            text = text.then(block.maybe());
        }
        text
    }

    fn branch(&mut self, depth: usize) -> Piece {
        let mut text = Piece::from("if ").then(self.condition(2)).then(" ").then(self.block(depth, 3));
        if self.random.chance(30) {
            let more = Piece::from(" else if ").then(self.condition(1)).then(" ").then(self.block(depth, 2));
            text = text.then(more.maybe());
        }
        if self.random.chance(50) {
            text = text.then(Piece::from(" else ").then(self.block(depth, 2)).maybe());
        }
        text
    }

    fn match_(&mut self, depth: usize) -> Piece {
        let (a, b) = (self.block(depth, 2), self.block(depth, 2));
        let (head, first, second) = match self.random.below(5) {
            0 => ("customer.plan", "free", "pro, business"),
            1 => ("customer.score", "under 4", "4 and over"),
            2 => ("customer.name", "missing", "else"),
            3 => ("customer.vip", "yes", "no"),
            _ => ("customer.score", "5 to under 20", "else"),
        };
        Piece::from(format!("match {head} {{\n{first} "))
            .then(a)
            .then(format!("\n{second} "))
            .then(b)
            .then("\n}")
    }

    fn set(&mut self) -> Piece {
        let n = self.random.below(10);
        match self.random.below(11) {
            0 => "set customer.score = customer.score + 1".to_owned(),
            1 => format!("set customer.score = {n}"),
            2 => format!("set customer.vip = {}", self.random.pick(&["yes", "no"])),
            3 => format!("set customer.plan = {}", self.random.pick(&["free", "pro", "business"])),
            4 => "set customer.name = \"ann\"".to_owned(),
            5 => format!("set customer.spent = customer.spent + {n} USD"),
            6 => format!("set customer.meet = now + {}", self.length()),
            7 => format!("set customer.born = today + {n} days"),
            8 => format!("set customer.home = \"{}\"", self.zones[self.random.below(self.zones.len())]),
            9 => "set customer.score = 10 / customer.score".to_owned(),
            _ => "set customer.tags = [\"a\"]".to_owned(),
        }
        .into()
    }

    fn emit(&mut self) -> Piece {
        let n = self.random.below(6);
        match self.random.below(4) {
            0 => format!("emit bought {{ n: {n}, total: {n} USD, key: \"k{}\" }}", n % 3),
            1 => format!("emit seen {{ n: customer.score, key: \"k{}\" }}", n % 3),
            2 => format!("emit rang {{ due: now + {} }}", self.length()),
            _ => "emit gone { }".to_owned(),
        }
        .into()
    }

    fn call(&mut self, depth: usize) -> Piece {
        let mut text = Piece::from(if self.random.chance(60) {
            "call desk_api.look { n: customer.score }"
        } else {
            "call desk_api.poke { }"
        });
        if self.random.chance(70) {
            text = text.then(Piece::from(" if failed ").then(self.block(depth.saturating_sub(1), 2)).maybe());
        }
        text
    }

    fn other_journeys(&mut self) -> Piece {
        let later: Vec<usize> =
            (self.journey + 1..self.journeys).filter(|number| self.by_hand[*number]).collect();
        if self.random.chance(40) || later.is_empty() {
            return format!("stop j{}", self.random.below(self.journeys)).into();
        }
        let number = later[self.random.below(later.len())];
        format!("start j{number}{}", if self.params[number] { "(2)" } else { "" }).into()
    }
}
