//! Messages: what they need, and their texts.

use std::sync::Arc;

use wayline_ir::{
    ChannelId, ChannelKind, Localised, Message, Param, Part, PartKind, Template, TopicId, Type,
};

use super::Checker;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::{Decl, Kind};
use crate::syntax::ast::{self, Name};

pub(crate) const fn part_kind(kind: ast::PartKind) -> PartKind {
    match kind {
        ast::PartKind::Subject => PartKind::Subject,
        ast::PartKind::Preheader => PartKind::Preheader,
        ast::PartKind::Heading => PartKind::Heading,
        ast::PartKind::Body => PartKind::Body,
        ast::PartKind::Text => PartKind::Text,
        ast::PartKind::Script => PartKind::Script,
        ast::PartKind::Link => PartKind::Link,
        ast::PartKind::Image => PartKind::Image,
    }
}

impl Checker<'_> {
    /// What messages are given and where they go; needed before segments and journeys can name them.
    pub(crate) fn message_signatures(&mut self) {
        let names = self.names;
        for decl in &names.messages {
            let ast = decl.ast;
            let params = self.params(&ast.params);
            let channel = self.named(Kind::Channel, &ast.channel).map_or(ChannelId(u32::MAX), ChannelId::at);
            let topic = match &ast.topic {
                Some(topic) => self.named(Kind::Topic, topic).map(TopicId::at),
                None => {
                    self.lacks(
                        decl.item,
                        ast.name.span,
                        &format!("message `{}` has no topic", ast.name.text),
                        "add `topic …`: it says which consent the message needs",
                    );
                    None
                }
            };
            if let Some(expires) = &ast.expires {
                let _ = self.some_time(expires);
            }
            let answers = ast.answers.as_ref().and_then(|answers| self.ty(answers));
            let cost = ast.cost.as_ref().and_then(|cost| self.cost(cost));
            let place = self.place(ast.name.span);
            self.program.source_map.messages.push(place);
            self.program.messages.push(Message {
                name: ast.name.text.to_string(),
                params: params
                    .iter()
                    .map(|(name, ty)| Param { name: name.to_string(), ty: ty.clone(), optional: false })
                    .collect(),
                channel,
                topic: topic.unwrap_or(TopicId(u32::MAX)),
                owner: ast.owner.as_ref().map(|text| text.value.to_string()),
                title: ast.title.as_ref().map(|text| text.value.to_string()),
                answers,
                cost,
                expires_after: ast.expires.map(|expires| expires.value),
                parts: Vec::new(),
                locales: Vec::new(),
            });
            self.message_params.push(params);
        }
    }

    /// Names and types of parameters; a name given twice is reported.
    pub(crate) fn params(&mut self, params: &[ast::Param]) -> Arc<[(Arc<str>, Type)]> {
        let mut all: Vec<(Arc<str>, Type)> = Vec::with_capacity(params.len());
        for param in params {
            if param.name.as_str() == "customer" || all.iter().any(|(name, _)| *name == param.name.text) {
                self.report(
                    Diagnostic::new(
                        Code::DECLARED_TWICE,
                        format!("`{}` is taken already", param.name.text),
                        param.name.span,
                    )
                    .help("give the parameter another name"),
                );
                continue;
            }
            if let Some(ty) = self.ty(&param.ty) {
                all.push((Arc::clone(&param.name.text), ty));
            }
        }
        all.into()
    }

    /// The index of a declaration; a name that is none is reported.
    pub(crate) fn named(&mut self, kind: Kind, name: &Name) -> Option<usize> {
        let found = self.names.get(kind, name.as_str());
        if found.is_none() {
            let finding = self.names.unknown(kind, name);
            self.report(finding);
        }
        found
    }

    /// The texts of all messages.
    pub(crate) fn messages(&mut self) {
        let names = self.names;
        for (index, decl) in names.messages.iter().enumerate() {
            let schema = self.message_schema(index);
            let kind = self.channel_kind_of(index);
            let parts = self.parts(&decl.ast.parts, &schema, kind);
            self.required_parts(decl, kind);
            let mut locales = Vec::new();
            for (position, locale) in decl.ast.locales.iter().enumerate() {
                let parts = self.parts(&locale.parts, &schema, kind);
                self.locale(decl, position, locale);
                locales.push(Localised {
                    locale: locale.tag.value.to_string(),
                    falls_back_to: locale.falls_back_to.as_ref().map(|text| text.value.to_string()),
                    parts,
                });
            }
            if let Some(message) = self.program.messages.get_mut(index) {
                message.parts = parts;
                message.locales = locales;
            }
        }
    }

    fn channel_kind_of(&self, message: usize) -> Option<ChannelKind> {
        let message = self.program.messages.get(message)?;
        self.program.channels.get(message.channel.index()).map(|channel| channel.kind)
    }

    fn parts(
        &mut self,
        parts: &[ast::Part],
        schema: &wayline_template::Schema,
        kind: Option<ChannelKind>,
    ) -> Vec<Part> {
        let mut all: Vec<Part> = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            if let Some(first) = parts.iter().take(index).find(|other| other.kind.value == part.kind.value) {
                self.report(
                    Diagnostic::new(
                        Code::DUPLICATE_CLAUSE,
                        format!("`{}` is given twice", part.kind.value.word()),
                        part.kind.span,
                    )
                    .also(first.kind.span, "first given here"),
                );
                continue;
            }
            let template = if part.is_file {
                self.file_template(&part.text, schema)
            } else {
                self.template(&part.text, schema, kind)
            };
            let template = template.unwrap_or(Template { source: String::new(), html: false });
            all.push(Part { kind: part_kind(part.kind.value), template });
        }
        all
    }

    fn required_parts(&mut self, decl: &Decl<'_, ast::Message>, kind: Option<ChannelKind>) {
        let has = |part: ast::PartKind| decl.ast.parts.iter().any(|p| p.kind.value == part);
        let name = &decl.ast.name;
        if kind == Some(ChannelKind::Email) && !has(ast::PartKind::Subject) {
            let what = format!("email `{}` has no subject", name.text);
            self.lacks(decl.item, name.span, &what, "add `subject \"…\"`");
        }
        let body = has(ast::PartKind::Body) || has(ast::PartKind::Script) || has(ast::PartKind::Text);
        if !body && kind != Some(ChannelKind::AdAudience) {
            let (what, help) = match kind {
                Some(ChannelKind::Voice) => ("has nothing to say", "add `script \"…\"`"),
                _ => ("has no body", "add `body \"…\"` or `body file \"templates/….html\"`"),
            };
            let what = format!("message `{}` {what}", name.text);
            self.lacks(decl.item, name.span, &what, help);
        }
    }

    fn locale(&mut self, decl: &Decl<'_, ast::Message>, position: usize, locale: &ast::Locale) {
        let tag = locale.tag.as_str();
        let earlier =
            decl.ast.locales.iter().take(position).find(|other| other.tag.value == locale.tag.value);
        if let Some(first) = earlier {
            self.report(
                Diagnostic::new(
                    Code::DECLARED_TWICE,
                    format!("the texts for `{tag}` are given twice"),
                    locale.tag.span,
                )
                .also(first.tag.span, "first given here"),
            );
        }
        if tag == self.program.workspace.locale {
            self.report(
                Diagnostic::new(
                    Code::DECLARED_TWICE,
                    format!("`{tag}` is the default locale of this workspace"),
                    locale.tag.span,
                )
                .help("write its texts in the message itself, outside of `locale`"),
            );
        }
        if let Some(back) = &locale.falls_back_to
            && back.as_str() != self.program.workspace.locale
            && !decl.ast.locales.iter().any(|other| other.tag.value == back.value)
        {
            self.report(
                Diagnostic::new(
                    Code::UNKNOWN_LOCALE,
                    format!("this message has no texts for `{}`", back.value),
                    back.span,
                )
                .help("fall back to a locale that has texts"),
            );
        }
        for part in &decl.ast.parts {
            if !has_part(&decl.ast.locales, locale, part.kind.value, 0) {
                self.report(
                    Diagnostic::new(
                        Code::LOCALE_LACKS_PART,
                        format!("the texts for `{tag}` lack `{}`", part.kind.value.word()),
                        locale.tag.span,
                    )
                    .also(part.span, "customers of this locale will read this")
                    .help(format!("add `{} \"…\"` for `{tag}`", part.kind.value.word())),
                );
            }
        }
    }
}

/// Whether a locale has a part: in its own texts, in those it falls back to, or in those of its language.
fn has_part(all: &[ast::Locale], locale: &ast::Locale, part: ast::PartKind, depth: usize) -> bool {
    if locale.parts.iter().any(|other| other.kind.value == part) {
        return true;
    }
    let language = locale.tag.as_str().split('-').next();
    let back = locale.falls_back_to.as_ref().map(ast::Text::as_str);
    let next = all.iter().find(|other| back == Some(other.tag.as_str()));
    let next = next.or_else(|| all.iter().find(|other| language == Some(other.tag.as_str())));
    match next {
        Some(next) if next.tag.value != locale.tag.value && depth < all.len() => {
            has_part(all, next, part, depth + 1)
        }
        _ => false,
    }
}
