//! All that is wrong with a request.

use super::required;
use crate::{Error, Result};

/// What a text of a field must be: the field's name and the value in, the trimmed value out.
pub type Check = fn(&str, &str) -> Result<String>;

/// Collects the violations of one request, so that the answer names all of them (management §2.2).
#[derive(Debug, Default)]
pub struct Violations {
    messages: Vec<String>,
    other: Option<Error>,
}

impl Violations {
    /// Notes that `field` breaks `rule`.
    pub fn add(&mut self, field: &str, rule: &str) {
        self.messages.push(format!("{field} {rule}."));
    }

    /// The value of a check that passed; otherwise notes why it did not.
    pub fn check<T>(&mut self, checked: Result<T>) -> Option<T> {
        match checked {
            Ok(value) => return Some(value),
            Err(Error::ConstraintViolation(message)) => self.messages.push(message),
            Err(other) => self.other = self.other.take().or(Some(other)),
        }
        None
    }

    /// The text of a field that must be there, as `rule` trims it. It stands only if the violations finish without error.
    pub fn required(&mut self, rule: Check, field: &str, value: Option<impl AsRef<str>>) -> String {
        let checked = required(field, value).and_then(|value| rule(field, value.as_ref()));
        self.check(checked).unwrap_or_default()
    }

    /// The text of a field that may be absent, as `rule` trims it.
    pub fn optional(&mut self, rule: Check, field: &str, value: Option<impl AsRef<str>>) -> Option<String> {
        value.and_then(|value| self.check(rule(field, value.as_ref())))
    }

    /// Succeeds when nothing was noted.
    ///
    /// # Errors
    /// The first error that is no violation, otherwise one [`Error::ConstraintViolation`] with all messages.
    pub fn finish(self) -> Result<()> {
        if let Some(error) = self.other {
            return Err(error);
        }
        if self.messages.is_empty() {
            return Ok(());
        }
        Err(Error::ConstraintViolation(self.messages.join(" ")))
    }
}
