//! `wayline explain`

use std::io::Write;

use clap::Args;
use miette::{IntoDiagnostic, Report};
use wayline_lang::codes::{Code, TABLE};

use crate::Exit;
use crate::console::Console;
use crate::problem::{PROBLEMS, Problem};

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  wayline explain WL0005            one code
  wayline explain                   all codes")]
pub struct Arguments {
    /// The code of a finding, such as WL0005; all codes when absent.
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// Says what a code means.
///
/// # Errors
/// [`Problem::UnknownCode`].
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Report> {
    match &arguments.code {
        Some(wanted) => {
            let line = find(wanted).ok_or_else(|| unknown(wanted))?;
            writeln!(console.out, "{line}").into_diagnostic()?;
        }
        None => {
            for line in all() {
                writeln!(console.out, "{line}").into_diagnostic()?;
            }
        }
    }
    Ok(Exit::Clean)
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
