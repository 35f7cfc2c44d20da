//! Templates: checked against what a message can read, with findings that point into the text or the template file.

use wayline_ir::{ChannelKind, Field, Template, Type};
use wayline_template as template;

use super::Checker;
use super::path::maybe;
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::{FileId, Span, offset};
use crate::syntax::ast::Text;

impl Checker<'_> {
    /// What a message's templates may read: `customer`, and its parameters.
    pub(crate) fn message_schema(&self, message: usize) -> template::Schema {
        let mut roots = vec![template::Field::required("customer", self.template_record(&self.customer))];
        for (name, ty) in self.message_params.get(message).into_iter().flat_map(|params| params.iter()) {
            roots.push(template::Field::required(name.to_string(), self.template_type(ty)));
        }
        template::Schema { roots }
    }

    fn template_record(&self, fields: &[Field]) -> template::Ty {
        let field = |field: &Field| template::Field {
            name: field.name.clone(),
            ty: self.template_type(&field.ty),
            optional: maybe(field),
        };
        template::Ty::Record(fields.iter().map(field).collect())
    }

    fn template_type(&self, ty: &Type) -> template::Ty {
        match ty {
            Type::Text => template::Ty::Text,
            Type::Number { .. } => template::Ty::Number,
            Type::Money(currency) => template::Ty::Money(currency.clone()),
            Type::YesNo => template::Ty::YesNo,
            Type::Date => template::Ty::Date,
            Type::Time => template::Ty::Time,
            Type::Moment => template::Ty::Moment,
            Type::Duration => template::Ty::Duration,
            Type::Zone => template::Ty::Zone,
            Type::OneOf(words) => {
                template::Ty::OneOf(words.iter().map(|word| self.symbols.word(*word).to_owned()).collect())
            }
            Type::List(item) => template::Ty::List(Box::new(self.template_type(item))),
            Type::Record(fields) => self.template_record(fields),
        }
    }

    /// A template in the text of a message. A `body` of an email that begins with `<` is HTML.
    pub(crate) fn template(
        &mut self,
        text: &Text,
        schema: &template::Schema,
        kind: Option<ChannelKind>,
    ) -> Option<Template> {
        let html = kind == Some(ChannelKind::Email) && text.as_str().trim_start().starts_with('<');
        self.check_template(text.as_str(), schema, &|range| {
            text.locate(offset(range.start), offset(range.end))
        })?;
        Some(Template { source: text.value.to_string(), html })
    }

    /// A template in a file of its own.
    pub(crate) fn file_template(&mut self, path: &Text, schema: &template::Schema) -> Option<Template> {
        let file = self.template_file(path)?;
        let source = self.sources.get(file)?.text.clone();
        self.check_template(&source, schema, &|range| {
            Span::new(file, offset(range.start), offset(range.end))
        })?;
        let html = path.as_str().ends_with(".html") || path.as_str().ends_with(".htm");
        Some(Template { source: source.to_string(), html })
    }

    fn template_file(&mut self, path: &Text) -> Option<FileId> {
        let name = path.as_str();
        if name.starts_with('/') || name.split('/').any(|part| part == "..") || name.contains('\\') {
            self.report(
                Diagnostic::new(
                    Code::TEMPLATE_FILE,
                    format!("`{name}` leads out of the workspace"),
                    path.span,
                )
                .help("name a file below the folder of `wayline.toml`, with `/` between folders"),
            );
            return None;
        }
        if let Some(known) = self.sources.all().iter().find(|source| source.path == name) {
            return Some(known.id);
        }
        match self.files.read(name) {
            Ok(bytes) => Some(self.sources.add(name, &bytes, self.out)),
            Err(reason) => {
                self.report(
                    Diagnostic::new(
                        Code::TEMPLATE_FILE,
                        format!("template `{name}` cannot be read: {reason}"),
                        path.span,
                    )
                    .note("paths are relative to the folder of `wayline.toml`")
                    .help("create the file, or correct its name"),
                );
                None
            }
        }
    }

    fn check_template(
        &mut self,
        source: &str,
        schema: &template::Schema,
        locate: &dyn Fn(std::ops::Range<usize>) -> Span,
    ) -> Option<()> {
        let findings = match template::parse(source) {
            Ok(parsed) => template::check(&parsed, schema),
            Err(findings) => findings,
        };
        let fine = findings.is_empty();
        for finding in findings {
            let mut diagnostic = Diagnostic::new(code(finding.kind), finding.message, locate(finding.span))
                .label(finding.label);
            if let Some(help) = finding.help {
                diagnostic = diagnostic.help(help);
            }
            if let Some((range, text)) = finding.suggestion {
                let title = format!("write `{text}`");
                diagnostic = diagnostic.replace(Applicability::Unsafe, locate(range), text, title);
            }
            self.report(diagnostic);
        }
        fine.then_some(())
    }
}

fn code(kind: template::FindingKind) -> Code {
    use template::FindingKind as Kind;
    match kind {
        Kind::Unsupported => Code::TEMPLATE_UNSUPPORTED,
        Kind::UnknownFilter => Code::TEMPLATE_FILTER,
        Kind::UnknownName => Code::TEMPLATE_NAME,
        Kind::PossiblyMissing => Code::TEMPLATE_MISSING,
        Kind::IndexMayNotExist => Code::TEMPLATE_INDEX,
        Kind::WrongType => Code::TEMPLATE_TYPE,
        Kind::UnknownValue => Code::TEMPLATE_VALUE,
        Kind::AlwaysSame => Code::TEMPLATE_ALWAYS_SAME,
        Kind::TooLarge => Code::TEMPLATE_TOO_LARGE,
        _ => Code::TEMPLATE_SYNTAX,
    }
}
