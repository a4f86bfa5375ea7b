//! The rules every human-entered string obeys, in one place (management §1.10, domain §1.2).
//!
//! Each function trims its value, checks it and gives the text to store. A broken rule is an
//! [`Error::ConstraintViolation`] worded `<field> <rule>.`; [`Violations`] collects several of them.

mod markup;
mod violations;

use crate::{Error, Result};

pub use markup::contains_markup;
pub use violations::{Check, Violations};

const MISSING: &str = "must not be null";
const MARKUP: &str = "has invalid characters in string";
const WHITESPACE: &str = "must not contain whitespace characters";

/// What a text may look like. Lengths are in characters (Unicode scalar values), both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    min: usize,
    max: usize,
    markup: Markup,
    whitespace: bool,
}

/// How strictly a text is searched for markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Markup {
    /// The text is stored as it is and never shown as a document: metadata values, addresses.
    Allowed,
    /// Anything an HTML tokenizer reads as a tag or a comment is refused.
    Refused,
    /// As `Refused`, but `<` and `>` may be comparison operators.
    RefusedBesideOperators,
}

impl Rule {
    const fn new(min: usize, max: usize) -> Self {
        Self { min, max, markup: Markup::Refused, whitespace: true }
    }

    const fn with_markup(self, markup: Markup) -> Self {
        Self { markup, ..self }
    }

    const fn without_whitespace(self) -> Self {
        Self { whitespace: false, ..self }
    }

    /// Trims `value` (unless whitespace itself is refused) and checks it.
    ///
    /// # Errors
    /// [`Error::ConstraintViolation`] that names every broken rule.
    pub fn apply(&self, field: &str, value: &str) -> Result<String> {
        let kept = if self.whitespace { value.trim() } else { value };
        let mut violations = Violations::default();
        if !(self.min..=self.max).contains(&kept.chars().count()) {
            violations.add(field, &format!("size must be between {} and {}", self.min, self.max));
        }
        if !self.whitespace && kept.contains(is_java_whitespace) {
            violations.add(field, WHITESPACE);
        }
        if self.finds_markup(kept) {
            violations.add(field, MARKUP);
        }
        violations.finish()?;
        Ok(kept.to_owned())
    }

    fn finds_markup(&self, text: &str) -> bool {
        match self.markup {
            Markup::Allowed => false,
            Markup::Refused => contains_markup(text),
            Markup::RefusedBesideOperators => markup::contains_markup_beside_operators(text),
        }
    }
}

/// The class `\s` of the contract's expression `[\S]*`: six ASCII characters.
fn is_java_whitespace(character: char) -> bool {
    matches!(character, ' ' | '\t'..='\r')
}

/// `controllerId`: the one text that is an identity, hence never trimmed.
pub const CONTROLLER_ID: Rule = Rule::new(1, 256).without_whitespace();

macro_rules! rules {
    ($($(#[$doc:meta])* $function:ident, $constant:ident = $rule:expr;)*) => {$(
        $(#[$doc])*
        pub const $constant: Rule = $rule;

        $(#[$doc])*
        ///
        /// # Errors
        /// [`Error::ConstraintViolation`] when the text breaks the rule.
        pub fn $function(field: &str, value: &str) -> Result<String> {
            $constant.apply(field, value)
        }
    )*};
}

rules! {
    /// Name of any named entity: 1–128.
    name, NAME = Rule::new(1, 128);
    /// Description: at most 512.
    description, DESCRIPTION = Rule::new(0, 512);
    /// Version of a distribution set or software module: 1–64.
    version, VERSION = Rule::new(1, 64);
    /// Key of a type: 1–64.
    key, KEY = Rule::new(1, 64);
    /// Colour of a type or tag: at most 16.
    colour, COLOUR = Rule::new(0, 16);
    /// Vendor of a software module: at most 256.
    vendor, VENDOR = Rule::new(0, 256);
    /// Security token of a target: 1–128.
    security_token, SECURITY_TOKEN = Rule::new(1, 128);
    /// Group of a target: at most 256, `/` makes a hierarchy.
    group, GROUP = Rule::new(0, 256);
    /// Address of a target: at most 512, any text.
    address, ADDRESS = Rule::new(0, 512).with_markup(Markup::Allowed);
    /// File name of an artifact: 1–256.
    filename, FILENAME = Rule::new(1, 256);
    /// Stored RSQL query: 1–1024. Comparison operators `<` and `>` are fine; whether it parses is another check.
    query, QUERY = Rule::new(1, 1024).with_markup(Markup::RefusedBesideOperators);
    /// Key of a metadata entry: 1–128.
    metadata_key, METADATA_KEY = Rule::new(1, 128);
    /// Value of a metadata entry: at most 4000, any text.
    metadata_value, METADATA_VALUE = Rule::new(0, 4000).with_markup(Markup::Allowed);
    /// Remark of an approval or denial: at most 255.
    approval_remark, APPROVAL_REMARK = Rule::new(0, 255);
    /// Who decided an approval: at most 64.
    approval_decided_by, APPROVAL_DECIDED_BY = Rule::new(0, 64);
    /// Initiator of an automatic confirmation: at most 64.
    initiator, INITIATOR = Rule::new(0, 64);
    /// Remark of an automatic confirmation: at most 512.
    confirmation_remark, CONFIRMATION_REMARK = Rule::new(0, 512);
    /// Condition or action expression of a rollout: at most 512.
    expression, EXPRESSION = Rule::new(0, 512);
    /// External reference of an action: at most 512.
    external_reference, EXTERNAL_REFERENCE = Rule::new(0, 512);
}

/// Controller id: 1–256 without whitespace anywhere. It is not trimmed, because it is an identity: operators' requests
/// trim it first (domain §1.1), devices' paths do not.
///
/// # Errors
/// [`Error::ConstraintViolation`] when the text breaks the rule.
pub fn controller_id(field: &str, value: &str) -> Result<String> {
    CONTROLLER_ID.apply(field, value)
}

/// The value of a field that must be present.
///
/// # Errors
/// [`Error::ConstraintViolation`] when it is absent.
pub fn required<T>(field: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::violation(field, MISSING))
}

/// The first `limit` characters of a text: the default name of a target is its controller id cut to 128.
#[must_use]
pub fn truncated(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(result: Result<String>) -> String {
        match result {
            Err(Error::ConstraintViolation(message)) => message,
            other => panic!("not a violation: {other:?}"),
        }
    }

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(name("name", "  lamp \n"), Ok("lamp".to_owned()));
        assert_eq!(name("name", &"é".repeat(128)), Ok("é".repeat(128)));
        assert_eq!(violation(name("name", "   ")), "name size must be between 1 and 128.");
        assert_eq!(violation(name("name", &"x".repeat(129))), "name size must be between 1 and 128.");
    }

    #[test]
    fn an_absent_text_is_not_an_empty_one() {
        assert_eq!(description("description", ""), Ok(String::new()));
        assert_eq!(required("type", None::<i64>), Err(Error::violation("type", "must not be null")));
    }

    #[test]
    fn every_limit_holds_at_its_edge() {
        let rules: [(Rule, usize); 12] = [
            (NAME, 128),
            (DESCRIPTION, 512),
            (VERSION, 64),
            (KEY, 64),
            (COLOUR, 16),
            (VENDOR, 256),
            (CONTROLLER_ID, 256),
            (SECURITY_TOKEN, 128),
            (GROUP, 256),
            (ADDRESS, 512),
            (FILENAME, 256),
            (QUERY, 1024),
        ];
        for (rule, max) in rules {
            assert!(rule.apply("field", &"x".repeat(max)).is_ok(), "{rule:?}");
            assert!(rule.apply("field", &"x".repeat(max + 1)).is_err(), "{rule:?}");
        }
    }

    #[test]
    fn controller_ids_refuse_whitespace_anywhere() {
        for id in ["a b", " a", "a\t", "a\u{b}b", "\n"] {
            assert_eq!(
                violation(controller_id("controllerId", id)),
                "controllerId must not contain whitespace characters."
            );
        }
        assert_eq!(violation(controller_id("controllerId", "")), "controllerId size must be between 1 and 256.");
        assert_eq!(controller_id("controllerId", "ä/:#%"), Ok("ä/:#%".to_owned()));
    }

    #[test]
    fn several_broken_rules_are_joined_by_a_blank() {
        let text = format!("<b>{}</b>", "x".repeat(16));
        assert_eq!(
            violation(colour("colour", &text)),
            "colour size must be between 0 and 16. colour has invalid characters in string."
        );
    }

    #[test]
    fn a_request_names_all_its_violations() {
        let mut violations = Violations::default();
        assert_eq!(violations.check(name("name", "ok")), Some("ok".to_owned()));
        assert_eq!(violations.check(name("name", "")), None);
        assert_eq!(violations.check(version("version", "")), None);
        let expected = "name size must be between 1 and 128. version size must be between 1 and 64.";
        assert_eq!(violations.finish(), Err(Error::ConstraintViolation(expected.to_owned())));
    }

    #[test]
    fn another_error_wins_over_violations() {
        let mut violations = Violations::default();
        violations.check(name("name", ""));
        violations.check::<()>(Err(Error::AlreadyExists));
        violations.check::<()>(Err(Error::MultiAssignment));
        assert_eq!(violations.finish(), Err(Error::AlreadyExists));
    }

    #[test]
    fn queries_may_compare_but_not_mark_up() {
        assert!(query("query", "createdat<b;name>a").is_ok());
        assert!(query("query", "id<5 and id>3").is_ok());
        assert!(query("query", "name==<script>x</script>").is_err());
        assert!(address("address", "<b>x</b>").is_ok());
    }
}
