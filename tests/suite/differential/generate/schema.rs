//! The workspace around the journeys: what is known, how customers are reached, what must never happen.

use super::{Gen, Piece};

const KNOWN: &str = r#"
customer {
  name? text
  email? text
  phone? text
  home? zone
  plan one of free, pro, business = free
  score number = 5
  spent money in USD = 0 USD
  vip yes or no = no
  born? date
  meet? moment
  rest? duration
  tags list of text = []
}
event bought { n number  total money in USD  key text  day? date }
event seen { n number  key text }
event rang { key? text  due moment }
event gone { }
service desk_api {
  url "https://desk.example"
  action look { post "/look" request { n number, note? text } response { k number } }
  action poke { post "/poke" request { } response { } }
}
flow nudge(first: message, gap: duration) {
  send first
  wait gap
}
"#;

impl Gen {
    pub(super) fn text(&mut self) -> Piece {
        let mut all = vec![Piece::from(KNOWN)];
        all.push(self.reached());
        all.push(self.segments());
        all.push(self.rules());
        all.push(self.journeys());
        Piece::all(all)
    }

    fn reached(&mut self) -> Piece {
        let mut text = Piece::from("topic news { needs consent }\ntopic promo { needs confirmed consent }\n");
        let ignores = if self.random.chance(40) { " ignores quiet hours" } else { "" };
        text = text.then(format!("topic care {{ always allowed{ignores} }}\n"));
        for (name, kind, to) in [
            ("email", "email", "customer.email"),
            ("sms", "sms", "customer.phone"),
            ("push", "push", r#"(customer.name default "nobody")"#),
            ("desk", "task", r#""the desk""#),
        ] {
            text = text.then(format!("channel {name} {{\n  kind {kind}\n  to {to}\n"));
            let quiet = self.random.chance(30);
            if quiet {
                text = text.then(self.quiet().maybe());
            }
            if !quiet && self.random.chance(20) {
                let days = self.days();
                let window = self.window();
                let more =
                    if self.random.chance(40) { format!(", Sun {}", self.window()) } else { String::new() };
                text = text.then(Piece::from(format!("  open {days} {window}{more}\n")).maybe());
            }
            if self.random.chance(20) {
                let (count, per) = (1 + self.random.below(2), self.ticks() * self.tick);
                let per = self.exact(per);
                text = text.then(Piece::from(format!("  at most {count} per {per}\n")).maybe());
            }
            text = text.then("}\n");
        }
        let (from, to) = (self.date(), self.date());
        let (from, to) = if from < to { (from, to) } else { (to, from) };
        let day = self.date();
        let (month, of) = (&day[5..7], &day[8..10]);
        text = text
            .then(format!("calendar holidays {{ {day} {from} to {to} every year {month}-{of} to 12-31 }}\n"));
        text = text.then(self.messages());
        text
    }

    fn quiet(&mut self) -> Piece {
        let mut line = format!("  quiet {}", self.window());
        if self.random.chance(30) {
            line += &format!(" on {}", self.days());
        }
        let mut text = Piece::from(line);
        if self.random.chance(35) {
            let over = 60 * (1 + self.random.below(3));
            text = text.then(Piece::from(format!(", release over {over} minutes")).maybe());
        }
        if self.random.chance(60) {
            let keep = self.random.pick(&["latest", "all", "one per topic"]);
            text = text.then(Piece::from(format!(", keep {keep}")).maybe());
        }
        text.then("\n")
    }

    fn messages(&mut self) -> Piece {
        let mut text = Piece::default();
        for (name, head, topic, rest) in [
            ("letter", "letter on email", "news", r#"subject "s" body "b""#),
            ("offer", "offer(b: bought) on email", "promo", r#"subject "s" body "{{ b.n }}""#),
            ("short", "short on sms", "care", r#"body "b""#),
            ("hint", "hint(n: number) on push", "news", r#"body "{{ n }}""#),
            ("visit", "visit on desk", "care", r#"body "b""#),
            ("survey", "survey on sms", "news", r#"answers number from 0 to 10 body "?""#),
        ] {
            let topic = if self.random.chance(25) { "care" } else { topic };
            text = text.then(format!("message {head} {{ topic {topic} "));
            if name != "visit" && self.random.chance(35) {
                text = text.then(Piece::from(format!("expires after {} ", self.length())).maybe());
            }
            text = text.then(format!("{rest} }}\n"));
        }
        text
    }

    fn segments(&mut self) -> Piece {
        let mut all = Vec::new();
        for number in 0..self.random.below(5) {
            let condition = self.condition(2);
            all.push(Piece::from(format!("segment s{number}: ")).then(condition).then("\n").maybe());
            self.segments = number + 1;
        }
        Piece::all(all)
    }

    fn rules(&mut self) -> Piece {
        let mut all = Vec::new();
        for number in 0..self.random.below(5) {
            let targets = [
                "everything",
                "news",
                "care",
                "news, promo",
                "message letter",
                "message short, message letter",
            ];
            let target = self.random.pick(&targets);
            let mut text = Piece::from(format!("suppress r{number} {{\n  for {target}\n"));
            if self.random.chance(20) {
                let on = self.random.pick(&["email", "email, sms", "sms, push", "email, sms, push, desk"]);
                text = text.then(Piece::from(format!("  on {on}\n")).maybe());
            }
            for line in 0..=self.random.below(2) {
                let clause = self.clause();
                text = text.then(if line == 0 { clause } else { clause.maybe() });
            }
            text = text.then(if self.random.chance(35) {
                Piece::from("  else drop\n")
            } else {
                let keep = self.random.pick(&["", ", keep latest", ", keep one per topic", ", keep all"]);
                Piece::from(format!("  else hold up to {}{keep}\n", self.length()))
            });
            all.push(text.then("}\n").maybe());
        }
        Piece::all(all)
    }

    fn clause(&mut self) -> Piece {
        match self.random.below(5) {
            0 | 1 => {
                let mut caps = Vec::new();
                for _ in 0..=self.random.below(2) {
                    let count = 1 + self.random.below(3);
                    caps.push(match self.random.below(5) {
                        0 => format!("{count} per calendar day"),
                        1 => format!("{count} per calendar week"),
                        2 => format!("{count} per calendar month"),
                        _ => format!("{count} in any {}", self.length()),
                    });
                }
                let across =
                    self.random.pick(&["", "", " across email, sms", " across email, sms, push, desk"]);
                format!("  at most {}{across}\n", caps.join(", ")).into()
            }
            2 => {
                let (from, until) = (self.source(), self.source());
                let text = Piece::from("  from ").then(from).then(" until ").then(until);
                let or =
                    if self.random.chance(60) { format!(" or {}", self.length()) } else { String::new() };
                text.then(Piece::from(or).maybe()).then("\n")
            }
            3 if self.random.chance(30) => Piece::from("  on holidays\n"),
            3 => {
                let days =
                    if self.random.chance(40) { format!(" on {}", self.days()) } else { String::new() };
                format!("  during {}{days}\n", self.window()).into()
            }
            _ => Piece::from("  when ").then(self.condition(1)).then("\n"),
        }
    }

    /// An event or reaction with a filter, perhaps.
    fn source(&mut self) -> Piece {
        if self.random.chance(20) {
            return self
                .random
                .pick(&["opened email", "clicked letter", "failed short", "replied sms"])
                .into();
        }
        let event = self.random.below(4);
        let text = Piece::from(super::EVENTS[event]);
        if self.random.chance(30) { text.then(self.filter(event).maybe()) } else { text }
    }
}
