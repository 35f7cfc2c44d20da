//! `wayline explain`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use miette::{IntoDiagnostic, Report};
use wayline_engine::Machine;
use wayline_ir::{MessageId, Program};
use wayline_lang::codes::{Code, TABLE};
use wayline_sim::{LogRecord, read_log, run_test, why};

use super::check::{read_and_compile, report_findings};
use super::simulate::open;
use crate::Exit;
use crate::console::{Console, printable};
use crate::problem::{PROBLEMS, Problem};
use crate::render::tests::name;
use crate::workspace::shown;

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  wayline explain WL0005            one code
  wayline explain                   all codes
  wayline explain cart_sms --customer c-17 --log decisions.csv
      why customer c-17 got the message cart_sms, or did not
  wayline explain cart_sms --test \"a text at night waits\"
      the same for the customers of a test")]
pub struct Arguments {
    /// The code of a finding, such as WL0005, or the name of a message; all codes when absent.
    #[arg(value_name = "CODE|MESSAGE")]
    code: Option<String>,
    /// The customer to tell of.
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// A log that `wayline simulate --log` wrote, also packed with gzip; `-` is standard input.
    #[arg(long, value_name = "LOG", requires = "customer", conflicts_with = "test")]
    log: Option<PathBuf>,
    /// A test of the workspace, by its title or a part of it.
    #[arg(long, value_name = "TITLE")]
    test: Option<String>,
    /// The workspace: a folder with wayline.toml, or one below it.
    #[arg(long, default_value = ".", value_name = "DIR")]
    dir: PathBuf,
}

/// Says what a code means, or why a customer got a message or did not.
///
/// # Errors
/// [`Problem::UnknownCode`]; files that cannot be read; names that the workspace does not have.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Report> {
    match (&arguments.code, &arguments.log, &arguments.test) {
        (Some(message), Some(log), _) => of_log(arguments, message, log, console),
        (Some(message), _, Some(test)) => of_test(arguments, message, test, console),
        (Some(wanted), None, None) => {
            let line = find(wanted).ok_or_else(|| unknown(wanted))?;
            writeln!(console.out, "{line}").into_diagnostic()?;
            Ok(Exit::Clean)
        }
        (None, ..) => {
            for line in all() {
                writeln!(console.out, "{line}").into_diagnostic()?;
            }
            Ok(Exit::Clean)
        }
    }
}

fn of_log(arguments: &Arguments, message: &str, log: &Path, console: &mut Console) -> Result<Exit, Report> {
    let customer = arguments.customer.as_deref().unwrap_or_default();
    let (workspace, compiled) = read_and_compile(&arguments.dir)?;
    let exit = report_findings(&workspace, &compiled, console)?;
    let Some(program) = compiled.program else { return Ok(exit.max(Exit::Findings)) };
    let id = message_id(&program, message)?;
    let mut records: Vec<LogRecord> = Vec::new();
    read_log(&shown(log), open(log)?, |id| id == customer, |record| records.push(record))
        .map_err(|error| Report::from(Problem::Input(error)))?;
    if records.is_empty() {
        let help = "check the id; `wayline explain-run LOG ID` shows ids that the log has".to_owned();
        return Err(Problem::NothingDecided { customer: customer.to_owned(), help }.into());
    }
    let told = why(&program, id, customer, &records, &workspace.prefix());
    write!(console.out, "{}", printable(&told)).into_diagnostic()?;
    Ok(Exit::Clean)
}

fn of_test(arguments: &Arguments, message: &str, title: &str, console: &mut Console) -> Result<Exit, Report> {
    let (workspace, compiled) = read_and_compile(&arguments.dir)?;
    let exit = report_findings(&workspace, &compiled, console)?;
    let Some(suite) = compiled.tests else { return Ok(exit.max(Exit::Findings)) };
    let id = message_id(&suite.program, message)?;
    let titled = |test: &&wayline_ir::Test| name(&test.title, test.case.as_deref()).contains(title);
    let Some(test) = suite.tests.iter().find(titled) else {
        let help = "`wayline test --list` shows all titles".to_owned();
        return Err(Problem::NoSuchTest { filter: title.to_owned(), help }.into());
    };
    let machine = Arc::new(Machine::new(Arc::new(suite.program.clone())).into_diagnostic()?);
    let report = run_test(&machine, None, test);
    let wanted = |customer: &&String| arguments.customer.as_ref().is_none_or(|only| only == *customer);
    for (number, customer) in test.customers.iter().filter(wanted).enumerate() {
        let own = report.timeline.iter().filter(|told| told.customer == *customer);
        let records: Vec<LogRecord> = own.map(|told| told.record.clone()).collect();
        let told = why(&suite.program, id, customer, &records, &workspace.prefix());
        let between = if number > 0 { "\n" } else { "" };
        write!(console.out, "{between}{}", printable(&told)).into_diagnostic()?;
    }
    Ok(Exit::Clean)
}

fn message_id(program: &Program, wanted: &str) -> Result<MessageId, Report> {
    let found = program.messages.iter().position(|message| message.name == wanted);
    found.map(MessageId::at).ok_or_else(|| {
        let names: Vec<&str> = program.messages.iter().map(|message| message.name.as_str()).collect();
        let help = match wayline_lang::closest(wanted, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the messages are {}", names.join(", ")),
        };
        Problem::NoSuchMessage { name: wanted.to_owned(), help }.into()
    })
}

fn all() -> impl Iterator<Item = String> {
    let findings = TABLE.iter().map(|i| line(i.code.as_str(), &i.severity.to_string(), i.slug, i.summary));
    findings.chain(PROBLEMS.iter().map(|i| line(i.code, "problem", i.slug, i.summary)))
}

fn line(code: &str, severity: &str, slug: &str, summary: &str) -> String {
    format!("{code} {severity} {slug}: {summary}")
}

/// A code in any case, with or without its letters, or a slug.
fn find(wanted: &str) -> Option<String> {
    let wanted = wanted.to_ascii_uppercase();
    let code =
        if wanted.bytes().all(|b| b.is_ascii_digit()) { format!("WL{wanted:0>4}") } else { wanted.clone() };
    let by_code = all().find(|line| line.split(' ').next() == Some(&code));
    by_code.or_else(|| {
        all()
            .find(|line| line.split([' ', ':']).nth(2).is_some_and(|slug| slug.eq_ignore_ascii_case(&wanted)))
    })
}

fn unknown(wanted: &str) -> Report {
    let first = TABLE.first().map_or("WL0001", |i| Code::as_str(i.code));
    let help = format!("codes look like {first}; `wayline explain` lists them all");
    Problem::UnknownCode { code: wanted.to_owned(), help }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_in_every_spelling() {
        let expected = find("WL0005").unwrap();
        assert!(expected.starts_with("WL0005 error "));
        assert_eq!(find("wl0005").as_ref(), Some(&expected));
        assert_eq!(find("5").as_ref(), Some(&expected));
        assert!(find("no-workspace").unwrap().starts_with("WL9001 problem"));
        assert_eq!(find("WL7777"), None);
    }
}
