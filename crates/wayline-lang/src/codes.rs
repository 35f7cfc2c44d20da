//! The table of findings: one line per code.
//!
//! `WL0xxx` syntax, `WL1xxx` names, `WL2xxx` types and values, `WL3xxx` flow, `WL4xxx` templates, `WL5xxx` lints,
//! `WL9xxx` command line and files. A number is never used again for something else.

use std::fmt;

use crate::diagnostic::Severity;

/// What kind of finding: `WL1003`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

/// What the table says about a code.
#[derive(Debug, Clone, Copy)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// A name for people: `unknown-step`.
    pub slug: &'static str,
    /// The severity, unless the configuration says otherwise.
    pub severity: Severity,
    /// What it means, in one line.
    pub summary: &'static str,
}

impl Code {
    /// The code as it is printed: `WL1003`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The code with this text, if there is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        TABLE.iter().map(|info| info.code).find(|code| code.0 == text)
    }

    /// What the table says about it.
    #[must_use]
    pub fn info(self) -> &'static CodeInfo {
        // A code can only be made by the table below, so that the search finds it.
        TABLE.iter().find(|info| info.code == self).unwrap_or(&FIRST)
    }

    /// The default severity.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.info().severity
    }

    /// The name for people.
    #[must_use]
    pub fn slug(self) -> &'static str {
        self.info().slug
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

macro_rules! codes {
    ($($name:ident $number:literal $severity:ident $slug:literal $summary:literal;)+) => {
        impl Code {
            $(#[doc = concat!("`WL", $number, "`: ", $summary, ".")] pub const $name: Self = Self(concat!("WL", $number));)+
        }

        /// Every code, in order.
        pub const TABLE: &[CodeInfo] = &[
            $(CodeInfo { code: Code::$name, slug: $slug, severity: Severity::$severity, summary: $summary },)+
        ];
    };
}

const FIRST: CodeInfo = CodeInfo {
    code: Code::NOT_UTF8,
    slug: "not-utf8",
    severity: Severity::Error,
    summary: "a file is not UTF-8",
};

codes! {
    NOT_UTF8            "0001" Error   "not-utf8"            "a file is not UTF-8";
    FILE_TOO_LARGE      "0002" Error   "file-too-large"      "a file is larger than what is read";
    UNEXPECTED          "0003" Error   "unexpected"          "something stands where the language has another thing";
    MISSPELT_WORD       "0004" Error   "misspelt-word"       "a word is close to a word of the language, but is not it";
    MISSING_CLOSE       "0005" Error   "missing-close"       "a block is not closed";
    MISSING_OPEN        "0006" Error   "missing-open"        "a block is not opened";
    MISSING_VALUE       "0007" Error   "missing-value"       "a value or a condition is missing";
    TOO_DEEP            "0008" Error   "too-deep"            "blocks or brackets are nested too deeply";
    UNTERMINATED_TEXT   "0009" Error   "unterminated-text"   "a text has no closing quote";
    BAD_ESCAPE          "0010" Error   "bad-escape"          "a backslash in a text stands before something unknown";
    RESERVED_WORD       "0011" Error   "reserved-word"       "a reserved word is used as a name";
    FOREIGN_OPERATOR    "0012" Error   "foreign-operator"    "an operator of another language";
    SEMICOLON           "0013" Error   "semicolon"           "a semicolon";
    FOREIGN_COMMENT     "0014" Error   "foreign-comment"     "a comment of another language";
    FOREIGN_QUOTES      "0015" Error   "foreign-quotes"      "a text in quotes of another kind";
    FOREIGN_LITERAL     "0016" Error   "foreign-literal"     "a value of another language: `true`, `false`, `null`";
    FOREIGN_UNIT        "0017" Error   "foreign-unit"        "a shortened unit of time";
    FOREIGN_MONEY       "0018" Error   "foreign-money"       "money with a sign instead of a currency code";
    FOREIGN_TIME        "0019" Error   "foreign-time"        "a time of the 12-hour clock";
    FOREIGN_KEYWORD     "0020" Error   "foreign-keyword"     "a keyword of another language";
    CHAINED_COMPARISON  "0021" Error   "chained-comparison"  "a comparison of a comparison";
    HEADER_AFTER_STEP   "0022" Error   "header-after-step"   "a header line of a journey after its first step";
    NO_SUCH_DATE        "0023" Error   "no-such-date"        "a date that does not exist";
    NO_SUCH_TIME        "0024" Error   "no-such-time"        "a time of day that does not exist";
    NUMBER_TOO_LARGE    "0025" Error   "number-too-large"    "a number that is too large or too exact";
    BAD_PERCENT         "0026" Error   "bad-percent"         "a share over 100 %";
    TOO_LONG            "0027" Error   "too-long"            "an expression that is too long";
    DUPLICATE_CLAUSE    "0028" Error   "duplicate-clause"    "a clause that is given twice";
    CHANCE_IN_TEST      "0029" Error   "chance-in-test"      "a value left to chance in a test";
    FOREIGN_PUNCTUATION "0030" Error   "foreign-punctuation" "a full-width or typographic sign";
    FOREIGN_WEEKDAY     "0031" Error   "foreign-weekday"     "a weekday that is not written in its short form";
    DOUBLE_NEGATION     "0032" Error   "double-negation"     "`is not known` and `is not missing`";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_slugs_are_unique() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} stands before {}", pair[0].code, pair[1].code);
        }
        let mut slugs: Vec<&str> = TABLE.iter().map(|info| info.slug).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), TABLE.len());
    }

    #[test]
    fn every_code_is_found_by_its_text() {
        for info in TABLE {
            assert_eq!(Code::parse(info.code.as_str()), Some(info.code));
            assert_eq!(info.code.info().slug, info.slug);
            assert!(
                !info.summary.ends_with('.') && !info.summary.starts_with(char::is_uppercase),
                "{}",
                info.summary
            );
        }
        assert_eq!(Code::parse("WL"), None);
    }
}
