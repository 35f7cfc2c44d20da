//! Putting mutants into a file: each beside what it replaces, behind its switch.

use std::collections::BTreeSet;

use miette::{IntoDiagnostic, Result};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{BinOp, Block, Expr, ExprBinary, ReturnType, Signature, Type, UnOp, parse_quote};

/// One small fault.
pub(super) struct Mutant {
    pub(super) id: u32,
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) what: String,
}

/// What the crate needs to know which mutant is on, and to tell which ones were passed.
pub(super) const SWITCH: &str = r#"
#[allow(missing_docs, clippy::all)]
pub mod __mutants {
    use std::io::Write;
    use std::sync::{Mutex, OnceLock};
    static ON: OnceLock<Option<u32>> = OnceLock::new();
    static SEEN: OnceLock<Option<Mutex<(std::fs::File, std::collections::BTreeSet<u32>)>>> = OnceLock::new();
    #[inline]
    pub fn on(id: u32) -> bool {
        let on = ON.get_or_init(|| std::env::var("MUTANT").ok().and_then(|text| text.parse().ok()));
        let seen = SEEN.get_or_init(|| {
            let path = std::env::var_os("MUTANT_TRACE")?;
            let file = std::fs::OpenOptions::new().create(true).append(true).open(path).ok()?;
            Some(Mutex::new((file, std::collections::BTreeSet::new())))
        });
        if let Some(seen) = seen {
            if let Ok(mut seen) = seen.lock() {
                if seen.1.insert(id) {
                    let _ = writeln!(seen.0, "{id}");
                }
            }
        }
        *on == Some(id)
    }
}
"#;

/// The text of a file with all its mutants but those that do not compile.
pub(super) fn rewrite(
    path: &str,
    text: &str,
    unviable: &BTreeSet<u32>,
    mutants: &mut Vec<Mutant>,
) -> Result<String> {
    let mut file = syn::parse_file(text).into_diagnostic()?;
    let mut writer = Writer { path, unviable, mutants };
    writer.visit_file_mut(&mut file);
    // A line for each switch, so that an error of the compiler says which mutant it is about.
    Ok(file.to_token_stream().to_string().replace("if crate :: __mutants", "\nif crate :: __mutants"))
}

struct Writer<'a> {
    path: &'a str,
    unviable: &'a BTreeSet<u32>,
    mutants: &'a mut Vec<Mutant>,
}

impl Writer<'_> {
    /// A new mutant; none when it is known not to compile.
    fn mutant(&mut self, line: usize, what: String) -> Option<u32> {
        let before = self.mutants.last().map_or(0, |mutant| mutant.id);
        let id = before + 1;
        self.mutants.push(Mutant { id, file: self.path.to_owned(), line, what });
        (!self.unviable.contains(&id)).then_some(id)
    }

    /// Returns early with a value that is as plain as can be.
    fn early(&mut self, signature: &Signature, block: &mut Block) {
        if signature.constness.is_some() || block.stmts.is_empty() {
            return;
        }
        let values: Vec<Expr> = match &signature.output {
            ReturnType::Default => vec![parse_quote!(())],
            ReturnType::Type(_, ty) => plain(ty),
        };
        for value in values {
            let what = format!("{} returns {}", signature.ident, value.to_token_stream());
            if let Some(id) = self.mutant(signature.ident.span().start().line, what) {
                block.stmts.insert(0, parse_quote!(if crate::__mutants::on(#id) { return #value; }));
            }
        }
    }
}

/// Plain values of a type.
fn plain(ty: &Type) -> Vec<Expr> {
    let text = ty.to_token_stream().to_string();
    let head = text.split(['<', ' ']).next().unwrap_or_default();
    match head {
        "bool" => vec![parse_quote!(true), parse_quote!(false)],
        "Option" => vec![parse_quote!(None)],
        "Vec" | "String" | "usize" | "u8" | "u32" | "u64" | "i32" | "i64" => {
            vec![parse_quote!(Default::default())]
        }
        _ => Vec::new(),
    }
}

/// Whether a test module or function follows.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.to_token_stream().to_string();
        text.contains("cfg (test)") || text.contains("test]") || text == "# [test]"
    })
}

/// Whether an expression has a `let` in it that a chain of conditions needs.
fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        Expr::Paren(paren) => has_let(&paren.expr),
        _ => false,
    }
}

impl VisitMut for Writer<'_> {
    fn visit_item_mut(&mut self, item: &mut syn::Item) {
        match item {
            syn::Item::Mod(module) if is_test(&module.attrs) => {}
            syn::Item::Fn(function) if is_test(&function.attrs) || function.sig.constness.is_some() => {}
            syn::Item::Const(_) | syn::Item::Static(_) | syn::Item::Macro(_) | syn::Item::Enum(_) => {}
            _ => visit_mut::visit_item_mut(self, item),
        }
    }

    fn visit_item_fn_mut(&mut self, function: &mut syn::ItemFn) {
        visit_mut::visit_item_fn_mut(self, function);
        self.early(&function.sig, &mut function.block);
    }

    fn visit_impl_item_mut(&mut self, item: &mut syn::ImplItem) {
        match item {
            syn::ImplItem::Fn(function) if function.sig.constness.is_some() => {}
            syn::ImplItem::Const(_) => {}
            _ => visit_mut::visit_impl_item_mut(self, item),
        }
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
        visit_mut::visit_impl_item_fn_mut(self, function);
        self.early(&function.sig, &mut function.block);
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        // What only people read.
        let of =
            item.trait_.as_ref().map(|(_, path, _)| path.to_token_stream().to_string()).unwrap_or_default();
        if !["Display", "Debug"].iter().any(|name| of.ends_with(name)) {
            visit_mut::visit_item_impl_mut(self, item);
        }
    }

    fn visit_type_mut(&mut self, _: &mut Type) {}

    fn visit_pat_mut(&mut self, _: &mut syn::Pat) {}

    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        visit_mut::visit_arm_mut(self, arm);
        if let Some((_, guard)) = &mut arm.guard
            && !has_let(guard)
        {
            let line = guard.span().start().line;
            for value in [true, false] {
                if let Some(id) = self.mutant(line, format!("a guard is always {value}")) {
                    let before = guard.clone();
                    **guard = parse_quote!((if crate::__mutants::on(#id) { #value } else { #before }));
                }
            }
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            // A length is a constant.
            Expr::Repeat(repeat) => return self.visit_expr_mut(&mut repeat.expr),
            Expr::Macro(_) | Expr::Const(_) => return,
            _ => {}
        }
        let line = expr.span().start().line;
        visit_mut::visit_expr_mut(self, expr);
        let other: Option<(Expr, String)> = match expr {
            Expr::Binary(binary) if !has_let(&binary.left) && !has_let(&binary.right) => swapped(binary),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => {
                let inner = &unary.expr;
                Some((parse_quote!(#inner), "`!` is left out".to_owned()))
            }
            _ => None,
        };
        if let Some((mutated, what)) = other
            && let Some(id) = self.mutant(line, what)
        {
            let before = expr.clone();
            *expr = parse_quote!((if crate::__mutants::on(#id) { #mutated } else { #before }));
        }
    }
}

/// The same with another operator.
fn swapped(binary: &ExprBinary) -> Option<(Expr, String)> {
    let other: BinOp = match binary.op {
        BinOp::Lt(_) => parse_quote!(<=),
        BinOp::Le(_) => parse_quote!(<),
        BinOp::Gt(_) => parse_quote!(>=),
        BinOp::Ge(_) => parse_quote!(>),
        BinOp::Eq(_) => parse_quote!(!=),
        BinOp::Ne(_) => parse_quote!(==),
        BinOp::And(_) => parse_quote!(||),
        BinOp::Or(_) => parse_quote!(&&),
        BinOp::Add(_) => parse_quote!(-),
        BinOp::Sub(_) => parse_quote!(+),
        BinOp::Mul(_) => parse_quote!(/),
        BinOp::Div(_) | BinOp::Rem(_) => parse_quote!(*),
        BinOp::AddAssign(_) => parse_quote!(-=),
        BinOp::SubAssign(_) => parse_quote!(+=),
        BinOp::BitAnd(_) => parse_quote!(|),
        BinOp::BitOr(_) => parse_quote!(&),
        BinOp::BitOrAssign(_) => parse_quote!(&=),
        _ => return None,
    };
    let what = format!("`{}` becomes `{}`", binary.op.to_token_stream(), other.to_token_stream());
    let (left, right) = (&binary.left, &binary.right);
    let tokens = quote!(#left #other #right);
    Some((syn::parse2(tokens).ok()?, what))
}
