//! Conditions, values and filters.

use super::{EVENTS, Gen, Of, Piece};

impl Gen {
    /// A condition.
    pub(super) fn condition(&mut self, depth: usize) -> Piece {
        if depth > 0 && self.random.chance(45) {
            let op = self.random.pick(&[" and ", " or "]);
            let (a, b) = (self.condition(depth - 1), self.condition(depth - 1));
            return match self.random.below(3) {
                0 => Piece::from("not (").then(a).then(")"),
                1 => a.wrapped("(", ")").then(op).then(b.wrapped("(", ")")),
                _ => a.wrapped("(", ")").then(Piece::from(op).then(b.wrapped("(", ")")).maybe()),
            };
        }
        match self.random.below(10) {
            0..3 => self.about_profile().into(),
            3..5 => self.about_time(),
            5..8 => self.about_past(),
            8 => self.about_segments(),
            _ => self.about_bound(),
        }
    }

    fn about_profile(&mut self) -> String {
        let n = self.random.below(10);
        match self.random.below(12) {
            0 => "customer.vip".to_owned(),
            1 => "customer.plan is pro".to_owned(),
            2 => "customer.plan is not free".to_owned(),
            3 => "customer.plan is one of pro, business".to_owned(),
            4 => format!("customer.score >= {n}"),
            5 => format!("customer.score * 2 - 1 < {n}"),
            6 => format!("customer.spent > {n} USD"),
            7 => "customer.name is known".to_owned(),
            8 => r#"customer.name default "x" starts with "a""#.to_owned(),
            9 => r#"customer.tags contains "a""#.to_owned(),
            10 => format!("10 / customer.score > {n}"),
            _ => "customer.phone is missing".to_owned(),
        }
    }

    fn about_time(&mut self) -> Piece {
        let length = self.length();
        let days = 1 + self.random.below(4);
        match self.random.below(11) {
            0 => format!("today >= {}", self.date()).into(),
            1 => format!("today is {}", self.date()).into(),
            2 => format!("customer.born is known and today + {days} days > customer.born").into(),
            3 => format!("customer.born is known and today <= customer.born - {days} days").into(),
            4 => format!("customer.meet is known and now >= customer.meet - {length}").into(),
            5 => format!("customer.meet is known and now + {length} < customer.meet").into(),
            6 => format!("customer.plan has been pro for {length}").into(),
            7 => format!("customer.vip has been no for {length}").into(),
            8 => format!("customer.score has been {} for {length}", self.random.below(6)).into(),
            9 => {
                let hours = self.exact(self.tick * 3);
                format!("(latest rang) is known and now - (latest rang).due >= {hours}").into()
            }
            _ => format!("customer.meet default now > now + {length}").into(),
        }
    }

    /// In which stretch of the past.
    fn range(&mut self) -> String {
        match self.random.below(6) {
            0 => "ever".to_owned(),
            1 if self.in_run => "since enter".to_owned(),
            _ => format!("in last {}", self.length()),
        }
    }

    fn about_past(&mut self) -> Piece {
        let range = self.range();
        if self.random.chance(25) {
            return match self.random.below(5) {
                0 => format!("any opened email {range}").into(),
                1 => format!("no clicked letter {range}").into(),
                2 => format!("count of delivered sms {range} >= 1").into(),
                3 => format!("any answered survey {range} where value >= 5").into(),
                _ => format!("no failed short {range}").into(),
            };
        }
        let event = self.random.below(4);
        let name = EVENTS[event];
        let n = 1 + self.random.below(3);
        match self.random.below(8) {
            0..3 => {
                let word = self.random.pick(&["any", "no"]);
                Piece::from(format!("({word} {name} {range}")).then(self.filter(event).maybe()).then(")")
            }
            3 => Piece::from(format!("(count of {name} {range}"))
                .then(self.filter(event).maybe())
                .then(format!(") >= {n}")),
            4 => format!("(sum of bought.total {range}) > {} USD", n * 5).into(),
            5 => format!("(latest seen).n default 0 > {n}").into(),
            6 => format!(
                "(count of seen {range}) > 0 and (sum of seen.n {range}) / (count of seen {range}) >= {n}"
            )
            .into(),
            _ => format!("count of {name} {range} < {n}").into(),
        }
    }

    fn about_segments(&mut self) -> Piece {
        if self.segments == 0 {
            return format!("in bucket {}% of \"b{}\"", 10 + self.random.below(80), self.random.below(2))
                .into();
        }
        let segment = self.random.below(self.segments);
        match self.random.below(4) {
            0 => format!("customer in s{segment}").into(),
            1 => format!("customer not in s{segment}").into(),
            _ => format!("customer has been in s{segment} for {}", self.length()).into(),
        }
    }

    fn about_bound(&mut self) -> Piece {
        let n = self.random.below(6);
        let Some(bound) =
            (!self.scope.is_empty()).then(|| self.scope[self.random.below(self.scope.len())].clone())
        else {
            return self.about_past();
        };
        let name = &bound.name;
        match bound.of {
            Of::Event(0 | 1) if self.random.chance(50) => format!("{name}.n > {n}").into(),
            Of::Event(0 | 1) => format!("{name}.key is \"k{}\"", n % 3).into(),
            Of::Event(2) if self.random.chance(50) => format!("{name}.key is known").into(),
            Of::Event(2) => format!("{name}.due > now").into(),
            Of::Event(_) => self.about_past(),
            Of::List(0 | 1) if self.random.chance(50) => format!("any {name} where n > {n}").into(),
            Of::List(1) => format!("(sum of {name}.n) > {n}").into(),
            Of::List(_) => format!("count of {name} >= {}", n % 3).into(),
        }
    }

    /// ` where …` of an event.
    pub(super) fn filter(&mut self, event: usize) -> Piece {
        let n = self.random.below(6);
        let same = self.scope.iter().find(|b| matches!(b.of, Of::Event(0 | 1))).map(|b| b.name.clone());
        let text = match (event, self.random.below(5)) {
            (3, _) => return Piece::default(),
            (2, 0) => "key is known".to_owned(),
            (2, 1) => "due > now".to_owned(),
            (2, _) => format!("key is \"k{}\"", n % 3),
            (_, 0) => format!("n > {n}"),
            (_, 1) => format!("key is \"k{}\"", n % 3),
            (0, 2) => format!("total > {n} USD and day is missing"),
            (_, 3) => "n > customer.score".to_owned(),
            _ => match same {
                Some(name) => format!("key is {name}.key"),
                None => format!("n <= {n} or customer.vip"),
            },
        };
        Piece::from(format!(" where {text}"))
    }
}
