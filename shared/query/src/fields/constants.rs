//! Enum constants as queries name them.

/// Target update status.
pub(super) const UPDATE_STATUS: &[&str] = &["unknown", "in_sync", "pending", "error", "registered"];

/// Action status (management §4.4).
pub(super) const ACTION_STATUS: &[&str] = &[
    "finished",
    "error",
    "warning",
    "running",
    "canceled",
    "canceling",
    "retrieved",
    "download",
    "scheduled",
    "cancel_rejected",
    "downloaded",
    "wait_for_confirmation",
];

/// Auto assignment status (management §5.5).
pub(super) const AUTO_ASSIGNMENT_STATUS: &[&str] =
    &["waiting_for_approval", "approval_denied", "ready", "running", "paused"];

/// Action type; spelled with an underscore here, unlike in bodies.
pub(super) const ACTION_TYPE: &[&str] = &["forced", "soft", "timeforced", "download_only"];

/// Rollout status (management §5.10).
pub(super) const ROLLOUT_STATUS: &[&str] = &[
    "creating",
    "ready",
    "waiting_for_approval",
    "approval_denied",
    "starting",
    "running",
    "paused",
    "stopping",
    "stopped",
    "finished",
    "deleting",
    "deleted",
];
