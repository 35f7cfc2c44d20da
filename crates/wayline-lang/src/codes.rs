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
    PARTIAL_UNIT        "0033" Error   "partial-unit"        "a part of a day, week, month or year";
    DECLARED_TWICE      "1001" Error   "declared-twice"      "a name is used for two things";
    UNKNOWN_NAME        "1002" Error   "unknown-name"        "a name that means nothing here";
    UNKNOWN_EVENT       "1003" Error   "unknown-event"       "an event that is not declared";
    UNKNOWN_MESSAGE     "1004" Error   "unknown-message"     "a message that is not declared";
    UNKNOWN_CHANNEL     "1005" Error   "unknown-channel"     "a channel that is not declared";
    UNKNOWN_TOPIC       "1006" Error   "unknown-topic"       "a topic that is not declared";
    UNKNOWN_CALENDAR    "1007" Error   "unknown-calendar"    "a calendar that is not declared";
    UNKNOWN_SEGMENT     "1008" Error   "unknown-segment"     "a segment that is not declared";
    UNKNOWN_JOURNEY     "1009" Error   "unknown-journey"     "a journey that is not declared";
    UNKNOWN_FLOW        "1010" Error   "unknown-flow"        "a flow that is not declared";
    UNKNOWN_SERVICE     "1011" Error   "unknown-service"     "a service that is not declared";
    UNKNOWN_ACTION      "1012" Error   "unknown-action"      "an action that the service does not have";
    UNKNOWN_FIELD       "1013" Error   "unknown-field"       "a field that the record does not have";
    UNKNOWN_WORD        "1014" Error   "unknown-word"        "a word that the type does not list";
    UNKNOWN_CHANNEL_KIND "1015" Error  "unknown-channel-kind" "a kind of channel that does not exist";
    UNKNOWN_CURRENCY    "1016" Error   "unknown-currency"    "a currency code that does not exist";
    UNKNOWN_ZONE        "1017" Error   "unknown-zone"        "a time zone that does not exist";
    UNKNOWN_RULE        "1018" Error   "unknown-rule"        "a suppression rule, persona or guarantee that is not declared";
    UNKNOWN_TYPE        "1019" Error   "unknown-type"        "a type that does not exist";
    UNKNOWN_LOCALE      "1020" Error   "unknown-locale"      "a locale the message has no texts for";
    NO_CUSTOMER         "1021" Error   "no-customer"         "the workspace does not declare what is known of a customer";
    CIRCLE              "1022" Error   "circle"              "something is defined by itself";
    MOVED               "1023" Error   "moved"               "a `moved` line that does not fit the text";
    UNKNOWN_DIVISION    "1024" Error   "unknown-division"    "an experiment, an arm or a bucket that does not exist";
    UNKNOWN_REASON      "1025" Error   "unknown-reason"      "a reason or words of an `exit` that do not exist";
    WRONG_TYPE          "2001" Error   "wrong-type"          "a value of another type than is wanted";
    POSSIBLY_MISSING    "2002" Error   "possibly-missing"    "a value that may be missing is used untested";
    NOT_COMPARABLE      "2003" Error   "not-comparable"      "two values that cannot be compared";
    MIXED_CURRENCIES    "2004" Error   "mixed-currencies"    "amounts of two currencies in one calculation";
    ARGUMENTS           "2005" Error   "arguments"           "too many, too few or other arguments";
    MISSING_FIELD       "2006" Error   "missing-field"       "a record that lacks a field";
    NO_RANGE            "2007" Error   "no-range"            "a question about the past without a range";
    NO_RUN              "2008" Error   "no-run"              "`since enter` where there is no run";
    NOT_A_CONDITION     "2009" Error   "not-a-condition"     "a value where a condition is wanted";
    NOT_CONSTANT        "2010" Error   "not-constant"        "a computed value where a fixed one is wanted";
    OUT_OF_RANGE        "2011" Error   "out-of-range"        "a value outside what is allowed";
    WEIGHTS             "2012" Error   "weights"             "shares that do not add up to 100 %";
    EMPTY_WINDOW        "2013" Error   "empty-window"        "a window, range or day set that never holds";
    MISSING_CLAUSE      "2014" Error   "missing-clause"      "a declaration that lacks a clause it needs";
    BAD_CRON            "2015" Error   "bad-cron"            "a cron pattern that cannot be read";
    NOT_SETTABLE        "2016" Error   "not-settable"        "something that cannot be set";
    TWO_ZONES           "2017" Error   "two-zones"           "two fields for the customer's time zone";
    IMPOSSIBLE_REACTION "2018" Error   "impossible-reaction" "a reaction the kind of channel does not have";
    NOT_BY_HAND         "2019" Error   "not-by-hand"         "a journey is started that is not entered by hand";
    BAD_MANIFEST        "2020" Error   "bad-manifest"        "a setting of `wayline.toml` that cannot be used";
    UNIQUE_PATTERN      "2021" Error   "unique-pattern"      "a fresh text that does not say once where its number stands";
    TEST_ORDER          "2022" Error   "test-order"          "a line of a test that comes too early or too late";
    TEST_TIME           "2023" Error   "test-time"           "a time that the line of a test cannot have";
    NOT_EXHAUSTIVE      "3001" Error   "not-exhaustive"      "a match that forgets a value";
    CASE_TWICE          "3002" Error   "case-twice"          "a value that falls into two cases";
    NEVER_MATCHES       "3003" Error   "never-matches"       "a case that no value falls into";
    NO_OTHERWISE        "3004" Error   "no-otherwise"        "a wait that does not say what happens when time is up";
    NO_IF_PAST          "3005" Error   "no-if-past"          "a wait for a moment that may be past";
    NO_IF_MISSING       "3006" Error   "no-if-missing"       "a wait for a moment that may be missing";
    LOOP_WITHOUT_WAIT   "3007" Error   "loop-without-wait"   "a loop that may take no time";
    JOURNEYS_IN_CIRCLE  "3008" Error   "journeys-in-circle"  "journeys that start each other without any time passing";
    WAIT_AGAIN          "3009" Error   "wait-again"          "a `wait again` that cannot be";
    UNREACHABLE         "3010" Warning "unreachable"         "a step no run comes to";
    TOO_MANY_STEPS      "3011" Error   "too-many-steps"      "more steps or fields than can be written out";
    TEMPLATE_SYNTAX     "4001" Error   "template-syntax"     "a template that is not Liquid";
    TEMPLATE_UNSUPPORTED "4002" Error  "template-unsupported" "a template uses Liquid that cannot be checked";
    TEMPLATE_FILTER     "4003" Error   "template-filter"     "a filter that does not exist";
    TEMPLATE_NAME       "4004" Error   "template-name"       "a name the template cannot read";
    TEMPLATE_MISSING    "4005" Error   "template-missing"    "a value in a template that may be missing";
    TEMPLATE_INDEX      "4006" Error   "template-index"      "an item in a template that may not be there";
    TEMPLATE_TYPE       "4007" Error   "template-type"       "a value of a wrong type in a template";
    TEMPLATE_VALUE      "4008" Error   "template-value"      "a comparison in a template that can never hold";
    TEMPLATE_ALWAYS_SAME "4009" Error  "template-always-same" "a condition in a template that is the same for everyone";
    TEMPLATE_TOO_LARGE  "4010" Error   "template-too-large"  "a template that is too large or too deep";
    TEMPLATE_FILE       "4011" Error   "template-file"       "a template file that cannot be read";
    KEY_NOT_COMPARED    "5001" Warning "key-not-compared"    "an event of a journey with a key that is not compared with it";
    LOCALE_LACKS_PART   "5002" Warning "locale-lacks-part"   "a locale without one of the texts";
    NEVER_APPLIES       "5003" Warning "never-applies"       "a suppression rule that never applies to what it names";
    TEST_EXPECTS_NOTHING "5004" Warning "test-expects-nothing" "a test that cannot fail";
    CASE_VALUE_UNUSED   "5005" Warning "case-value-unused"   "a value of a table of cases that no line uses";
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
