//! Which values a key takes, beyond their type (management §5.16, domain §13.2).

use super::key::Key;
use super::value::{RawValue, Value};
use crate::polling::{Limits, Polling, parse_duration};
use crate::{Error, Result};

/// Longest text value, in characters (domain §1.2).
pub const MAX_VALUE_LENGTH: usize = 32_768;

/// The statuses of an action, as lists of them spell them (domain, appendix A).
pub const ACTION_STATUSES: [&str; 12] = [
    "FINISHED",
    "ERROR",
    "WARNING",
    "RUNNING",
    "CANCELED",
    "CANCELING",
    "RETRIEVED",
    "DOWNLOAD",
    "SCHEDULED",
    "CANCEL_REJECTED",
    "DOWNLOADED",
    "WAIT_FOR_CONFIRMATION",
];

/// What the checks need from outside.
pub struct Rules<'a> {
    /// Bounds of polling intervals.
    pub limits: Limits,
    /// Whether a text is a query over targets; refuses the filter of a polling override otherwise.
    pub is_target_query: &'a dyn Fn(&str) -> bool,
}

impl Rules<'_> {
    /// Converts `raw` to the type of `key` and checks it.
    ///
    /// # Errors
    /// [`Error::ConfigurationValueInvalid`]; the message never repeats the value of a secret.
    pub fn accept(&self, key: Key, raw: &RawValue) -> Result<Value> {
        let value = raw.convert(key.kind()).ok_or_else(|| invalid(key, "it has the wrong type"))?;
        self.check(key, &value).map_err(|reason| invalid(key, &reason))?;
        Ok(value)
    }

    fn check(&self, key: Key, value: &Value) -> Result<(), String> {
        let text = value.as_text();
        if text.chars().count() > MAX_VALUE_LENGTH {
            return Err(format!("it has more than {MAX_VALUE_LENGTH} characters"));
        }
        match key {
            Key::PollingTime => self.check_polling(text),
            Key::PollingOverdueTime => parse_duration(text).map(drop),
            // 0 would ask for infinitely many polls before a window.
            Key::MaintenanceWindowPollCount if value.as_i64() < 1 => Err("it must be at least 1".to_owned()),
            Key::CleanupStatuses | Key::DeleteAllowedStatuses => check_statuses(text),
            _ => Ok(()),
        }
    }

    fn check_polling(&self, expression: &str) -> Result<(), String> {
        let polling = Polling::parse(expression, self.limits)?;
        let broken = polling.overrides.iter().find(|candidate| !(self.is_target_query)(&candidate.filter));
        broken.map_or(Ok(()), |candidate| Err(format!("'{}' is no query over targets", candidate.filter)))
    }
}

/// The statuses of a list, in upper case and without blanks. An empty list has none.
pub(super) fn statuses(list: &str) -> Vec<String> {
    list.split(',').map(|status| status.trim().to_ascii_uppercase()).filter(|status| !status.is_empty()).collect()
}

fn check_statuses(list: &str) -> Result<(), String> {
    match statuses(list).into_iter().find(|status| !ACTION_STATUSES.contains(&status.as_str())) {
        Some(unknown) => Err(format!("'{unknown}' is no status of an action")),
        None => Ok(()),
    }
}

fn invalid(key: Key, reason: &str) -> Error {
    Error::ConfigurationValueInvalid(format!("The value of the configuration key {} is invalid: {reason}.", key.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(key: Key, raw: RawValue) -> Result<Value> {
        let rules = Rules { limits: Limits::default(), is_target_query: &|query| query.contains("==") };
        rules.accept(key, &raw)
    }

    fn accept_text(key: Key, text: &str) -> Result<Value> {
        accept(key, RawValue::Text(text.to_owned()))
    }

    /// Management §7 items 104 and 106, domain §20 items 105 and 107.
    #[test]
    fn values_of_the_wrong_type_or_form_are_refused() {
        let refused = [
            (Key::PollingTime, "00:00:05"),
            (Key::PollingTime, "00:00:01"),
            (Key::PollingTime, "xyz"),
            (Key::PollingTime, "00:05:00, no query -> 00:01:00"),
            (Key::PollingTime, "00:05:00, name==a -> 00:00:01"),
            (Key::PollingOverdueTime, "xyz"),
            (Key::PollingOverdueTime, "-PT5M"),
            (Key::RolloutApproval, "nonsense"),
            (Key::MaintenanceWindowPollCount, "123f"),
            (Key::MaintenanceWindowPollCount, "0"),
            (Key::CleanupStatuses, "CANCELED,BOGUS"),
            (Key::DeleteAllowedStatuses, "DONE"),
        ];
        for (key, text) in refused {
            let result = accept_text(key, text);
            assert!(matches!(result, Err(Error::ConfigurationValueInvalid(_))), "{key:?} {text}");
        }
        assert!(accept(Key::RolloutApproval, RawValue::Integer(123)).is_err());
        assert!(accept(Key::MaintenanceWindowPollCount, RawValue::Bool(true)).is_err());
    }

    #[test]
    fn values_are_accepted_in_the_type_of_the_key() {
        let as_text = |text: &str| Value::Text(text.to_owned());
        let accepted = [
            (Key::PollingTime, "00:10:00~10%", as_text("00:10:00~10%")),
            (Key::PollingTime, "PT5M, name==a -> 00:01:00", as_text("PT5M, name==a -> 00:01:00")),
            (Key::PollingOverdueTime, "00:00:00", as_text("00:00:00")),
            (Key::PollingOverdueTime, "P2D", as_text("P2D")),
            (Key::RolloutApproval, "true", Value::Bool(true)),
            (Key::MaintenanceWindowPollCount, "123", Value::Integer(123)),
            (Key::CleanupExpiry, "-1", Value::Long(-1)),
            (Key::CleanupStatuses, "", as_text("")),
            (Key::DeleteAllowedStatuses, "finished, RETRIEVED", as_text("finished, RETRIEVED")),
        ];
        for (key, text, expected) in accepted {
            assert_eq!(accept_text(key, text), Ok(expected), "{key:?} {text}");
        }
        assert_eq!(accept(Key::GatewayToken, RawValue::Integer(5)), Ok(as_text("5")));
    }

    #[test]
    fn texts_are_bounded() {
        assert!(accept_text(Key::HeaderAuthority, &"x".repeat(MAX_VALUE_LENGTH)).is_ok());
        let refusal = accept_text(Key::GatewayToken, &"secret".repeat(MAX_VALUE_LENGTH)).unwrap_err();
        assert!(!refusal.to_string().contains("secret"));
    }

    #[test]
    fn every_default_obeys_its_rule() {
        for key in Key::ALL {
            assert_eq!(accept(key, key.default_value().into()), Ok(key.default_value()), "{key:?}");
        }
    }
}
