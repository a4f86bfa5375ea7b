//! When a group has succeeded or failed, and what follows (`domain-behaviour.md` §11.8 "Threshold arithmetic").

use serde::{Deserialize, Serialize};

use super::Counts;

/// What follows when a group's success condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SuccessAction {
    /// Start the next group.
    NextGroup,
    /// Pause the rollout before the next group.
    Pause,
}

/// The share of failed actions above which the rollout is paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorCondition {
    /// Percent, an integer as text.
    #[serde(rename = "e")]
    pub threshold: String,
    /// Kept for its user; pausing needs none.
    #[serde(rename = "ae", default)]
    pub action_expression: String,
}

/// The conditions of a group. All are thresholds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// Percent of the group's targets that must have finished, an integer as text.
    #[serde(rename = "s")]
    pub success_threshold: String,
    #[serde(rename = "sa")]
    pub success_action: SuccessAction,
    /// Kept for its user; no success action needs one.
    #[serde(rename = "sae", default)]
    pub success_action_expression: String,
    /// Without it, errors are not looked at.
    #[serde(rename = "er", default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorCondition>,
}

impl Default for Conditions {
    /// The conditions of a rollout that names none.
    fn default() -> Self {
        Self {
            success_threshold: "50".to_owned(),
            success_action: SuccessAction::NextGroup,
            success_action_expression: String::new(),
            error: Some(ErrorCondition { threshold: "50".to_owned(), action_expression: String::new() }),
        }
    }
}

impl Conditions {
    /// Enough of `total` targets have finished. A group without targets has succeeded.
    #[must_use]
    pub fn has_succeeded(&self, counts: &Counts, total: u64) -> bool {
        let Ok(threshold) = self.success_threshold.parse::<i32>() else {
            return false;
        };
        total == 0 || ratio(counts.finished + counts.downloaded, total) >= share(threshold)
    }

    /// Too many of `total` targets have failed. A group without targets has not failed.
    #[must_use]
    pub fn has_failed(&self, counts: &Counts, total: u64) -> bool {
        let threshold = self.error.as_ref().and_then(|error| error.threshold.parse::<i32>().ok());
        threshold.is_some_and(|threshold| total > 0 && ratio(counts.error, total) > share(threshold))
    }
}

/// 32-bit arithmetic: the rounding decides when a ratio meets its threshold.
#[allow(clippy::cast_precision_loss)]
fn ratio(part: u64, total: u64) -> f32 {
    part as f32 / total as f32
}

#[allow(clippy::cast_precision_loss)]
fn share(threshold: i32) -> f32 {
    threshold as f32 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(success: &str, error: Option<&str>) -> Conditions {
        let error =
            error.map(|threshold| ErrorCondition { threshold: threshold.to_owned(), action_expression: String::new() });
        Conditions { success_threshold: success.to_owned(), error, ..Conditions::default() }
    }

    #[test]
    fn surprise_84_success_meets_its_threshold_and_errors_exceed_theirs() {
        let table = [
            // finished, errors, total, success threshold, error threshold, succeeded, failed
            (3, 0, 5, "60", Some("50"), true, false),
            (2, 0, 5, "60", Some("50"), false, false),
            (0, 2, 5, "100", Some("40"), false, false),
            (0, 3, 5, "100", Some("40"), false, true),
            (0, 1, 4, "100", Some("23"), false, true),
            (0, 1, 4, "100", Some("25"), false, false),
            (0, 0, 4, "0", Some("0"), true, false),
            (0, 1, 4, "0", Some("0"), true, true),
            (0, 4, 4, "100", None, false, false),
            (1, 0, 3, "33", Some("50"), true, false),
            (1, 0, 3, "34", Some("50"), false, false),
            (0, 0, 0, "100", Some("0"), true, false),
            (4, 4, 4, "x", Some("y"), false, false),
            (4, 4, 4, "50.0", Some("50.0"), false, false),
            (0, 0, 0, "x", Some("0"), false, false),
        ];
        for (finished, error, total, success, threshold, succeeded, failed) in table {
            let counts = Counts { finished, error, ..Counts::default() };
            let conditions = conditions(success, threshold);
            let row = format!("{counts:?} of {total}, {success}, {threshold:?}");
            assert_eq!(conditions.has_succeeded(&counts, total), succeeded, "{row}");
            assert_eq!(conditions.has_failed(&counts, total), failed, "{row}");
        }
    }

    #[test]
    fn surprise_91_what_was_only_downloaded_counts_as_finished() {
        let counts = Counts { downloaded: 3, finished: 2, ..Counts::default() };
        assert!(conditions("100", None).has_succeeded(&counts, 5));
    }
}
