//! The directives of the `date` filter, checked before anything is sent.
//!
//! The directives are those of `strftime` as the `liquid` crate implements them (after Ruby), without field widths.

use crate::schema::Ty;

const OF_A_DATE: &str = "YCymdewuUWGgVjbhBaAFvDx";
const OF_A_TIME: &str = "HkIlMSPpRTXrsczLN";
const LITERAL: &str = "%nt";
const FLAGS: &str = "-_0^#";

/// What is wrong with a format for values of this type: message and remedy.
pub(super) fn problem(format: &str, ty: &Ty) -> Option<(String, String)> {
    if format.trim().is_empty() {
        return Some(("the format is empty".into(), "write directives, such as `%d.%m.%Y`".into()));
    }
    let mut letters = format.chars();
    let mut directives = 0;
    while let Some(letter) = letters.next() {
        if letter != '%' {
            continue;
        }
        directives += 1;
        let Some(directive) = letters.by_ref().find(|c| !FLAGS.contains(*c)) else {
            return Some(("`%` at the end of the format".into(), "write `%%` for a percent sign".into()));
        };
        if OF_A_DATE.contains(directive) || LITERAL.contains(directive) {
            continue;
        }
        if OF_A_TIME.contains(directive) {
            if *ty == Ty::Date {
                return Some((
                    format!("a date has no time of day for `%{directive}`"),
                    "use a moment, or leave the directive out".into(),
                ));
            }
            continue;
        }
        return Some((
            format!("there is no date directive `%{directive}`"),
            "the common ones are `%Y`, `%m`, `%d`, `%-d`, `%B`, `%b`, `%A`, `%H`, `%M`, `%I`, `%p`".into(),
        ));
    }
    (directives == 0).then(|| {
        ("the format has no directive".into(), "directives begin with `%`, such as `%d.%m.%Y`".into())
    })
}

#[cfg(test)]
mod tests {
    use super::problem;
    use crate::schema::Ty;

    #[test]
    fn formats() {
        for good in ["%d.%m.%Y", "%-d %B", "%A, %e %^b", "100%% on %F"] {
            assert_eq!(problem(good, &Ty::Date), None, "{good}");
        }
        for bad in ["", "Y-m-d", "%Q", "%", "%d %", "%10d", "%H:%M"] {
            assert!(problem(bad, &Ty::Date).is_some(), "{bad}");
        }
        assert_eq!(problem("%H:%M", &Ty::Moment), None);
    }
}
