//! `wayline explain-run`

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Report};
use wayline_sim::{LogRecord, read_log, story};

use super::simulate::open;
use crate::Exit;
use crate::console::{Console, printable};
use crate::problem::Problem;
use crate::workspace::shown;

/// Arguments of `explain-run`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  wayline explain-run decisions.csv c-17
      everything that was decided about customer c-17, and why
  wayline explain-run decisions.csv.gz c-17 --journey abandoned_cart --run 2
      one run only")]
pub struct Arguments {
    /// A log that `wayline simulate --log` wrote, also packed with gzip; `-` is standard input.
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// The customer's id.
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// Only runs of this journey.
    #[arg(long, value_name = "NAME")]
    journey: Option<String>,
    /// Only this run.
    #[arg(long, value_name = "N")]
    run: Option<u32>,
}

/// How many other customers a message names.
const NAMED: usize = 5;

/// Tells what was decided about one customer, in words.
///
/// # Errors
/// When the log cannot be read, or has nothing about the customer.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Report> {
    let mut others: BTreeSet<String> = BTreeSet::new();
    let mut records: Vec<LogRecord> = Vec::new();
    let wanted = |customer: &str| {
        if customer != arguments.customer && others.len() < NAMED {
            others.insert(customer.to_owned());
        }
        customer == arguments.customer
    };
    read_log(&shown(&arguments.log), open(&arguments.log)?, wanted, |record| records.push(record))
        .map_err(|error| Report::from(Problem::Input(error)))?;
    let known = !records.is_empty();
    records.retain(|record| {
        arguments.journey.as_ref().is_none_or(|journey| record.journey == *journey)
            && arguments.run.is_none_or(|run| record.run == Some(run))
    });
    if records.is_empty() {
        let help = if known {
            "the log has decisions about this customer, but not of that journey or run".to_owned()
        } else if others.is_empty() {
            "the log is empty".to_owned()
        } else {
            format!("ids in this log look like {}", others.into_iter().collect::<Vec<_>>().join(", "))
        };
        return Err(Problem::NothingDecided { customer: arguments.customer.clone(), help }.into());
    }
    write!(console.out, "{}", printable(&story(&arguments.customer, &records))).into_diagnostic()?;
    Ok(Exit::Clean)
}
