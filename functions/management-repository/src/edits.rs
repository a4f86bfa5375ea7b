//! The pieces every create and update is made of (management §1.11).

use harrier_domain::audit::Actor;
use harrier_domain::text::{self, Violations};
use harrier_domain::{Entity, Error, Result};
use harrier_runtime::{App, Caller};

/// A check of a text: field name and value in, the trimmed value out.
pub(crate) type TextRule = fn(&str, &str) -> Result<String>;

/// Checks a text that must be there. The result stands only if the violations finish without error.
pub(crate) fn required(violations: &mut Violations, rule: TextRule, field: &str, value: Option<&String>) -> String {
    let checked = text::required(field, value).and_then(|value| rule(field, value));
    violations.check(checked).unwrap_or_default()
}

/// Checks a text that may be absent.
pub(crate) fn optional(
    violations: &mut Violations,
    rule: TextRule,
    field: &str,
    value: Option<&String>,
) -> Option<String> {
    violations.check(value.map(|value| rule(field, value)).transpose()).flatten()
}

/// An absent value leaves the field as it is.
pub(crate) fn change<T>(field: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *field = new;
    }
}

/// As [`change`], for a field that may be empty itself.
pub(crate) fn change_optional<T>(field: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *field = new;
    }
}

/// Refuses changes to what is soft-deleted.
///
/// # Errors
/// [`Error::Deleted`].
pub(crate) fn require_alive(deleted: bool, entity: Entity, id: i64) -> Result<()> {
    if deleted { Err(Error::Deleted { entity, id: id.into() }) } else { Ok(()) }
}

/// Who changes something, and when.
#[derive(Debug, Clone)]
pub(crate) struct Editor {
    pub actor: Actor,
    /// Epoch milliseconds.
    pub now: i64,
}

impl Editor {
    pub fn new(app: &App, caller: &Caller) -> Self {
        Self { actor: caller.actor(), now: app.now() }
    }
}
