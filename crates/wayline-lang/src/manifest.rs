//! The settings of a workspace: `wayline.toml`.

use toml::de::{DeTable, DeValue};
use wayline_time::Zone;

use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics};
use crate::source::{Source, Span};
use crate::suggest;

/// The name of the file that makes a folder a workspace.
pub const MANIFEST: &str = "wayline.toml";

const KEYS: [&str; 4] = ["name", "zone", "locale", "salt"];

/// The settings, with defaults filled in.
pub(crate) struct Manifest {
    pub(crate) name: String,
    pub(crate) zone: Zone,
    pub(crate) locale: String,
    pub(crate) salt: String,
}

/// Reads the settings. What is wrong becomes findings; the rest is read all the same.
pub(crate) fn read(source: &Source, out: &mut Diagnostics) -> Manifest {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    for error in errors {
        let span = error.span().map_or(whole(source), |range| span(source, range));
        out.push(
            Diagnostic::new(
                Code::BAD_MANIFEST,
                format!("`{}` is not valid TOML: {}", source.path, first_line(error.message())),
                span,
            )
            .help("write one setting on a line, such as `zone = \"Europe/Berlin\"`"),
        );
    }
    let mut reader = Reader { source, out };
    let table = table.get_ref();
    for key in table.keys() {
        if !KEYS.contains(&key.get_ref().as_ref()) {
            reader.unknown(key.get_ref(), key.span());
        }
    }
    let name = reader.text(table, "name").map_or_else(|| "workspace".to_owned(), |(text, _)| text);
    let zone = reader.zone(table);
    let locale = reader.text(table, "locale").map_or_else(|| "en".to_owned(), |(text, _)| text);
    let salt = reader.text(table, "salt").map_or_else(|| name.clone(), |(text, _)| text);
    Manifest { name, zone, locale, salt }
}

struct Reader<'a> {
    source: &'a Source,
    out: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<(String, Span)> {
        let value = table.get(key)?;
        let span = span(self.source, value.span());
        match value.get_ref() {
            DeValue::String(text) => Some((text.to_string(), span)),
            other => {
                self.out.push(
                    Diagnostic::new(
                        Code::BAD_MANIFEST,
                        format!("`{key}` wants a text, but this is TOML of type {}", other.type_str()),
                        span,
                    )
                    .help(format!("write it in quotes: `{key} = \"…\"`")),
                );
                None
            }
        }
    }

    fn zone(&mut self, table: &DeTable<'_>) -> Zone {
        let Some((name, span)) = self.text(table, "zone") else {
            if table.get("zone").is_none() {
                self.out.push(
                    Diagnostic::new(Code::BAD_MANIFEST, "the workspace has no `zone`", whole(self.source))
                        .note("customers without a known time zone, and limits over all customers, follow it")
                        .help("add `zone = \"Europe/Berlin\"` with an IANA name"),
                );
            }
            return Zone::utc();
        };
        Zone::lookup(&name).unwrap_or_else(|_| {
            let mut finding =
                Diagnostic::new(Code::UNKNOWN_ZONE, format!("there is no time zone `{name}`"), span)
                    .help("use an IANA name, such as `Europe/Berlin`");
            if let Some(near) = suggest::closest(&name, Zone::all().map(Zone::name)) {
                finding = finding.replace(
                    Applicability::Safe,
                    span,
                    format!("\"{near}\""),
                    format!("write `{near}`"),
                );
            }
            self.out.push(finding);
            Zone::utc()
        })
    }

    fn unknown(&mut self, key: &str, at: std::ops::Range<usize>) {
        let at = span(self.source, at);
        let mut finding = Diagnostic::new(Code::BAD_MANIFEST, format!("`{key}` is not a setting"), at)
            .help(format!("the settings are {}", suggest::list(KEYS)));
        if let Some(near) = suggest::closest(key, KEYS) {
            finding = finding.replace(Applicability::Safe, at, near, format!("write `{near}`"));
        }
        self.out.push(finding);
    }
}

fn span(source: &Source, range: std::ops::Range<usize>) -> Span {
    Span::new(source.id, crate::source::offset(range.start), crate::source::offset(range.end))
}

fn whole(source: &Source) -> Span {
    Span::new(source.id, 0, 0)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
