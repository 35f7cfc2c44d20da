//! Journeys: how customers come in, how often, and how they leave.

use super::{Bound, EVENTS, Gen, Of, Piece};

impl Gen {
    pub(super) fn journeys(&mut self) -> Piece {
        self.journeys = 1 + self.random.below(4);
        self.by_hand = (0..self.journeys).map(|number| number > 0 && self.random.chance(35)).collect();
        self.params = self.by_hand.clone().iter().map(|by_hand| *by_hand && self.random.chance(60)).collect();
        let all: Vec<Piece> = (0..self.journeys).map(|number| self.journey_of(number).maybe()).collect();
        Piece::all(all)
    }

    fn journey_of(&mut self, number: usize) -> Piece {
        self.journey = number;
        self.scope.clear();
        self.in_run = false;
        let mut head = Vec::new();
        let params = self.params[number];
        if self.by_hand[number] && params {
            head.push(Piece::from("  enter by hand\n"));
        } else {
            if self.by_hand[number] {
                head.push(Piece::from("  enter by hand\n"));
            }
            let lines = if self.by_hand[number] { self.random.below(2) } else { 1 + self.random.below(2) };
            for line in 0..lines {
                let enter = self.enter(lines == 1 && !self.by_hand[number]);
                head.push(if line == 0 && lines == 1 && !self.by_hand[number] {
                    enter
                } else {
                    enter.maybe()
                });
            }
        }
        let title =
            if params { format!("journey j{number}(n: number)") } else { format!("journey j{number}") };
        if self.random.chance(35) {
            head.push(Piece::from(format!("  priority {}\n", 10 * self.random.below(10))).maybe());
        }
        if self.random.chance(15) {
            head.push(Piece::from("  only if ").then(self.condition(1)).then("\n").maybe());
        }
        head.push(self.how_often().maybe());
        if self.random.chance(12) {
            head.push(Piece::from(format!("  at most {} per day\n", 1 + self.random.below(3))).maybe());
        }
        self.in_run = true;
        for _ in 0..self.random.below(3) {
            head.push(self.leave().maybe());
        }
        for _ in 0..self.random.below(3) {
            head.push(self.goal().maybe());
        }
        if self.random.chance(15) {
            head.push(Piece::from(format!("  holdout {}%\n", 20 + self.random.below(60))).maybe());
        }
        let steps = self.steps(2, 5);
        Piece::from(format!("{title} {{\n")).then(Piece::all(head)).then(steps).then("}\n")
    }

    fn enter(&mut self, alone: bool) -> Piece {
        let of = |this: &mut Self| {
            let some = this.segments > 0 && this.random.chance(40);
            if some { format!(" for s{}", this.random.below(this.segments)) } else { String::new() }
        };
        match self.random.below(16) {
            0..7 => {
                let event = self.random.below(4);
                let filter =
                    if self.random.chance(35) { self.filter(event).maybe() } else { Piece::default() };
                let name = self.name("e");
                if alone {
                    self.scope.push(Bound { name: name.clone(), of: Of::Event(event) });
                }
                Piece::from(format!("  enter on {} as {name}", EVENTS[event])).then(filter).then("\n")
            }
            7 => {
                let source = self.random.pick(&[
                    "clicked letter",
                    "opened email",
                    "unsubscribed email",
                    "failed short",
                    "replied sms",
                ]);
                format!("  enter on {source}\n").into()
            }
            8..10 if self.segments > 0 => {
                let word = self.random.pick(&["joins", "leaves"]);
                format!("  enter when customer {word} s{}\n", self.random.below(self.segments)).into()
            }
            8 => format!("  enter every {} at {}{}\n", self.days(), self.time(), of(self)).into(),
            9 | 10 => {
                let days = self.random.pick(&["day", "Mon to Fri", "Sun", "Sat, Sun"]);
                format!("  enter every {days} at {}{}\n", self.time(), of(self)).into()
            }
            11 => {
                let day = [1, 8, 28, 29, 30, 31][self.random.below(6)];
                format!("  enter every month on {day} at {}{}\n", self.time(), of(self)).into()
            }
            12 => {
                let time = self.time();
                let (hour, minute) = (time[..2].parse::<u8>().unwrap(), time[3..].parse::<u8>().unwrap());
                let hours = if self.tick > 60 {
                    format!("{hour}")
                } else {
                    ["*/6", "2", "1-3", "9,17"][self.random.below(4)].to_owned()
                };
                let hours = if self.random.chance(50) { format!("{hour}") } else { hours };
                let days = self.random.pick(&["*", "*", "MON-FRI", "SUN", "SAT,SUN"]);
                let of_month = if days == "*" { self.random.pick(&["*", "1-10", "*/2"]) } else { "*" };
                format!("  enter on cron \"0 {minute} {hours} {of_month} * {days}\"{}\n", of(self)).into()
            }
            13 => format!("  enter every year on customer.born at {}\n", self.time()).into(),
            14 => {
                let (days, word) = (self.random.below(4), self.random.pick(&["before", "after"]));
                let length = if days == 0 { self.length() } else { format!("{days} days") };
                let (anchor, at) = match self.random.below(3) {
                    0 => ("customer.meet", String::new()),
                    1 => ("customer.meet", format!(" at {}", self.time())),
                    _ => ("customer.born", format!(" at {}", self.time())),
                };
                let length = if at.is_empty() || days > 0 { length } else { "2 days".to_owned() };
                format!("  enter {length} {word} {anchor}{at}\n").into()
            }
            _ => format!("  enter at {} on customer.born\n", self.time()).into(),
        }
    }

    fn how_often(&mut self) -> Piece {
        let mut text = Piece::from("  one run");
        let key = self.scope.iter().find(|b| matches!(b.of, Of::Event(0..=2))).map(|b| b.name.clone());
        if let Some(name) = key.filter(|_| self.random.chance(40)) {
            text = text.then(Piece::from(format!(" per {name}.key")).maybe());
        }
        match self.random.below(4) {
            0 if self.random.chance(40) => text = text.then(Piece::from(", once").maybe()),
            1 => text = text.then(Piece::from(format!(", again after {}", self.length())).maybe()),
            _ => {}
        }
        match self.random.below(4) {
            0 => text = text.then(Piece::from(", while running restart").maybe()),
            1 | 2 => text = text.then(Piece::from(", while running parallel").maybe()),
            _ => {}
        }
        text.then("\n")
    }

    fn leave(&mut self) -> Piece {
        if self.random.chance(40) {
            return Piece::from("  leave when ").then(self.condition(1)).then("\n");
        }
        if self.random.chance(25) {
            let source =
                self.random.pick(&["clicked letter", "opened email", "complained letter", "failed short"]);
            return format!("  leave on {source}\n").into();
        }
        let event = self.random.below(4);
        Piece::from(format!("  leave on any {}", EVENTS[event])).then(self.filter(event).maybe()).then("\n")
    }

    fn goal(&mut self) -> Piece {
        let leave = if self.random.chance(30) { " and leave" } else { "" };
        let within = self.length();
        if self.random.chance(30) {
            let source =
                self.random.pick(&["clicked letter", "opened email", "answered survey where value > 5"]);
            return format!("  goal {source} within {within}{leave}\n").into();
        }
        let event = self.random.below(4);
        let filter = self.filter(event).maybe();
        Piece::from(format!("  goal {}", EVENTS[event]))
            .then(filter)
            .then(format!(" within {within}{leave}\n"))
    }
}
