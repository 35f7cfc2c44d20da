//! The summary as plain text, up to 100 columns wide.

use std::fmt::{Display, Write as _};

use crate::input::InputReport;
use crate::summary::{Count, JourneySummary, MessageSummary, Rate, Summary};

/// So many bad rows are printed, and so many odd things.
const SHOWN_ERRORS: usize = 20;

/// The column of goals in the table of journeys.
const GOAL: usize = 2;

/// No name takes more columns than this; longer ones push the numbers aside in their own row only.
const WIDEST_NAME: usize = 34;

impl Summary {
    /// The summary as plain text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write_head(&mut text);
        self.write_journeys(&mut text);
        self.write_messages(&mut text);
        self.write_rules(&mut text);
        self.write_rest(&mut text);
        text.push_str(&self.input.to_text());
        text
    }

    fn write_head(&self, text: &mut String) {
        let people = &self.people;
        push(text, format!("{}, {} to {}, seed {}", self.workspace, self.from, self.until, self.seed));
        let parts: Vec<String> = [(people.listed, "from files"), (people.generated, "made up")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{} {word}", grouped(*count)))
            .collect();
        let parts = if parts.len() > 1 { format!(" ({})", parts.join(", ")) } else { String::new() };
        let all = plural(people.listed + people.generated, "customer");
        push(
            text,
            format!("{all}{parts}, {}, {}", plural(self.events, "event"), plural(self.decisions, "decision")),
        );
        if !people.personas.is_empty() {
            push(text, format!("personas: {}", listed(&people.personas)));
        }
    }

    fn write_journeys(&self, text: &mut String) {
        if self.journeys.is_empty() {
            return;
        }
        let mut table = Table::new(["journey", "entered", "goal", "rate (95 %)", "ended", "running"]);
        for journey in &self.journeys {
            let goal = journey.goal.map_or(String::new(), |goal| grouped(goal.count));
            let rate = journey.goal.filter(|goal| goal.of > 0).map_or(String::new(), shown_rate);
            let ended = journey.entered.saturating_sub(journey.running);
            table.row(
                &journey.name,
                [grouped(journey.entered), goal, rate, grouped(ended), grouped(journey.running)],
            );
            for (word, counts) in notes(journey) {
                table.note(&format!("{word} {counts}"));
            }
            if journey.goal.is_some() {
                table.kept.push(GOAL);
            }
        }
        table.write(text);
    }

    fn write_messages(&self, text: &mut String) {
        let mut messages: Vec<&MessageSummary> = self.messages.iter().collect();
        // Silent messages are worth seeing, but last.
        messages.sort_by_key(|message| message.sent + message.held + message.dropped == 0);
        if messages.is_empty() {
            return;
        }
        let mut table =
            Table::new(["message", "channel", "sent", "held", "dropped", "opened", "clicked", "cost"]);
        for message in messages {
            let share = |kind: &str| {
                let count = message.reactions.iter().find(|count| count.name == kind)?;
                (message.sent > 0).then(|| percent(count.count as f64 / message.sent as f64))
            };
            let cost = message.cost.as_ref().filter(|cost| !cost.amount.is_zero());
            table.row(
                &message.name,
                [
                    message.channel.clone(),
                    grouped(message.sent),
                    grouped(message.held),
                    grouped(message.dropped),
                    share("opened").unwrap_or_default(),
                    share("clicked").unwrap_or_default(),
                    cost.map_or(String::new(), |cost| amount(&cost.amount, &cost.currency)),
                ],
            );
        }
        table.left.push(1);
        table.write(text);
    }

    fn write_rules(&self, text: &mut String) {
        if self.rules.is_empty() {
            return;
        }
        let mut table = Table::new(["decided by", "held", "dropped"]);
        for rule in &self.rules {
            table.row(&rule.rule, [grouped(rule.held), grouped(rule.dropped)]);
        }
        table.write(text);
    }

    fn write_rest(&self, text: &mut String) {
        if !self.costs.is_empty() {
            let mut table = Table::new(["channel", "cost"]);
            for cost in &self.costs {
                table.row(&cost.channel, [amount(&cost.cost.amount, &cost.cost.currency)]);
            }
            table.write(text);
        }
        let mut lines = Vec::new();
        if !self.calls.is_empty() {
            lines.push(format!("calls answered by the simulator: {}", listed(&self.calls)));
        }
        if self.reactions_without_send > 0 {
            let count = plural(self.reactions_without_send, "recorded reaction");
            lines.push(format!("{count} to messages that the customer had not been sent: passed over"));
        }
        if self.out_of_time > 0 {
            lines.push(format!(
                "{} before or after the run: passed over",
                plural(self.out_of_time, "recorded row")
            ));
        }
        if !self.faults.is_empty() {
            lines.push(format!("faults: {}", listed(&self.faults)));
        }
        if !lines.is_empty() {
            text.push('\n');
            lines.into_iter().for_each(|line| push(text, line));
        }
    }
}

impl InputReport {
    /// What is to be said about the files, as plain text: rows that were left out, and what is odd. Empty when there is
    /// nothing.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if self.ignored > 0 {
            push(&mut text, format!("\n{} passed over as the mapping says", plural(self.ignored, "row")));
        }
        if self.bad_rows > 0 {
            push(&mut text, format!("\n{} left out:", plural(self.bad_rows, "bad row")));
            write_some(&mut text, &self.errors, self.bad_rows);
        }
        if !self.findings.is_empty() {
            push(&mut text, "\nnoticed in the files:".to_owned());
            write_some(&mut text, &self.findings, self.findings.len() as u64);
        }
        text
    }
}

/// A line for each of the first, then how many more there are.
fn write_some(text: &mut String, lines: &[impl Display], count: u64) {
    for line in lines.iter().take(SHOWN_ERRORS) {
        push(text, format!("  {line}"));
    }
    let more = count.saturating_sub(SHOWN_ERRORS as u64);
    if more > 0 {
        push(text, format!("  and {} more", grouped(more)));
    }
}

/// What is said below a journey.
fn notes(journey: &JourneySummary) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if !journey.not_entered.is_empty() {
        notes.push(("not entered:", listed(&journey.not_entered)));
    }
    if !journey.exits.is_empty() {
        notes.push(("ended:", listed(&journey.exits)));
    }
    if journey.goals.len() > 1 {
        notes.push(("goals:", listed(&journey.goals)));
    }
    if journey.holdout_goals > 0 {
        notes.push(("goals of those held out:", grouped(journey.holdout_goals)));
    }
    notes
}

/// Names on the left, the other columns on the right.
struct Table<const N: usize> {
    rows: Vec<Line<N>>,
    /// Columns that are aligned to the left.
    left: Vec<usize>,
    /// Columns that say something also when all is zero.
    kept: Vec<usize>,
}

enum Line<const N: usize> {
    Cells([String; N]),
    Note(String),
}

impl<const N: usize> Table<N> {
    fn new(head: [&str; N]) -> Self {
        Self { rows: vec![Line::Cells(head.map(str::to_owned))], left: vec![0], kept: vec![0] }
    }

    fn row<const M: usize>(&mut self, name: &str, cells: [String; M]) {
        let mut all = std::iter::once(name.to_owned()).chain(cells);
        self.rows.push(Line::Cells(std::array::from_fn(|_| all.next().unwrap_or_default())));
    }

    fn note(&mut self, note: &str) {
        self.rows.push(Line::Note(format!("    {note}")));
    }

    fn write(&self, text: &mut String) {
        let mut widths = [0_usize; N];
        for row in &self.rows {
            if let Line::Cells(cells) = row {
                for (width, cell) in widths.iter_mut().zip(cells) {
                    *width = (*width).max(columns(cell).min(WIDEST_NAME));
                }
            }
        }
        // A column that says nothing is left out.
        let filled: Vec<bool> = (0..N)
            .map(|column| {
                self.kept.contains(&column)
                    || self.rows.iter().skip(1).any(|row| {
                        matches!(row, Line::Cells(cells) if cells.get(column).is_some_and(|cell| !matches!(cell.as_str(), "" | "0")))
                    })
            })
            .collect();
        text.push('\n');
        for row in &self.rows {
            let mut line = String::new();
            match row {
                Line::Note(note) => line.push_str(note),
                Line::Cells(cells) => {
                    for (column, ((cell, width), filled)) in cells.iter().zip(widths).zip(&filled).enumerate()
                    {
                        if !filled {
                            continue;
                        }
                        let gap = " ".repeat(width.saturating_sub(columns(cell)));
                        let between = if column == 0 { "" } else { "  " };
                        let _ = match self.left.contains(&column) {
                            true => write!(line, "{between}{cell}{gap}"),
                            false => write!(line, "{between}{gap}{cell}"),
                        };
                    }
                }
            }
            push(text, line.trim_end().to_owned());
        }
    }
}

fn push(text: &mut String, line: String) {
    text.push_str(&line);
    text.push('\n');
}

fn listed(counts: &[Count]) -> String {
    let all: Vec<String> =
        counts.iter().map(|count| format!("{} {}", count.name, grouped(count.count))).collect();
    all.join(", ")
}

fn shown_rate(rate: Rate) -> String {
    format!("{} ({} to {})", percent(rate.share), percent(rate.low), percent(rate.high))
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// With two decimals; small amounts with up to four.
fn amount(amount: &rust_decimal::Decimal, currency: &str) -> String {
    let is_small = amount.abs() < rust_decimal::Decimal::new(1, 1);
    let rounded = amount.round_dp(if is_small { 4 } else { 2 }).normalize().to_string();
    let (whole, cents) = rounded.split_once('.').unwrap_or((&rounded, "00"));
    let whole: u64 = whole.parse().unwrap_or_default();
    format!("{}.{cents:0<2} {currency}", grouped(whole))
}

fn plural(count: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// With commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The columns a text takes on a terminal: East Asian wide characters take two.
fn columns(text: &str) -> usize {
    let wide = |c: char| {
        matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
            | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD)
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_widths() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(amount(&"1234.5".parse().unwrap(), "USD"), "1,234.50 USD");
        assert_eq!(amount(&"0.00415".parse().unwrap(), "USD"), "0.0042 USD");
        assert_eq!(amount(&"0.3000".parse().unwrap(), "USD"), "0.30 USD");
        assert_eq!(columns("弃购提醒 x"), 10);
    }
}
