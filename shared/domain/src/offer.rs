//! What a device is told about its current action (DDI §3.2–3.5, §5.5).

use crate::action::{ActionStatus, ActionType};
use crate::named;
use crate::target::OpenAction;
use crate::tenant::Tenant;

/// The link of a poll that the current action yields (DDI §3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    Deployment,
    Cancel,
    Confirmation,
}

impl Offer {
    /// The offer for an action in this status.
    #[must_use]
    pub fn of(status: ActionStatus) -> Self {
        match status {
            ActionStatus::WaitForConfirmation => Self::Confirmation,
            status if status.is_canceling_or_canceled() => Self::Cancel,
            _ => Self::Deployment,
        }
    }
}

named! {
    /// How a device shall treat one part of an update (DDI §5.5).
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Handling {
        Skip = "skip",
        Attempt = "attempt",
        Forced = "forced",
    }
}

/// The instructions of a deployment document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instructions {
    pub download: Handling,
    pub update: Handling,
    /// The window is open now; `None` without a schedule.
    pub window_open: Option<bool>,
}

/// The instructions for an action of this type. `window_open` is `None` for actions without a schedule.
#[must_use]
pub fn instructions(
    action_type: ActionType,
    forced_time: Option<i64>,
    window_open: Option<bool>,
    now: i64,
) -> Instructions {
    let strength = match action_type {
        ActionType::Forced | ActionType::DownloadOnly => Handling::Forced,
        ActionType::Soft => Handling::Attempt,
        ActionType::TimeForced if is_time_forced(forced_time, now) => Handling::Forced,
        ActionType::TimeForced => Handling::Attempt,
    };
    let skip = action_type == ActionType::DownloadOnly || window_open == Some(false);
    Instructions { download: strength, update: if skip { Handling::Skip } else { strength }, window_open }
}

/// A time-forced action has turned forced.
#[must_use]
pub fn is_time_forced(forced_time: Option<i64>, now: i64) -> bool {
    forced_time.is_none_or(|time| now >= time)
}

/// The `c` of deployment links: changes when anything changes that the device must see, and only then (DDI §3.5).
#[must_use]
pub fn fingerprint(tenant: &Tenant, action: &OpenAction, window_open: Option<bool>, now: i64) -> i32 {
    let phase = match (window_open, action.action_type) {
        (Some(true), _) => "open",
        (_, ActionType::TimeForced) if is_time_forced(action.forced_time, now) => "forced",
        _ => "",
    };
    let text = format!(
        "{tenant}/{}/{}/{}/{:?}/{:?}/{phase}",
        action.id,
        action.status.name(),
        action.action_type.name(),
        action.forced_time,
        action.last_status_code,
    );
    fold(&text)
}

/// FNV-1a, 32 bits: stable across versions and machines, which `std`'s hasher is not.
fn fold(text: &str) -> i32 {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_follow_the_table() {
        use ActionType::{DownloadOnly, Forced, Soft, TimeForced};
        let rows = [
            (Forced, None, None, "forced", "forced"),
            (Soft, None, None, "attempt", "attempt"),
            (TimeForced, Some(11), None, "attempt", "attempt"),
            (TimeForced, Some(10), None, "forced", "forced"),
            (DownloadOnly, None, None, "forced", "skip"),
            (Forced, None, Some(false), "forced", "skip"),
            (Forced, None, Some(true), "forced", "forced"),
            (Soft, None, Some(false), "attempt", "skip"),
            (Soft, None, Some(true), "attempt", "attempt"),
            (DownloadOnly, None, Some(true), "forced", "skip"),
        ];
        for (action_type, forced_time, window, download, update) in rows {
            let told = instructions(action_type, forced_time, window, 10);
            assert_eq!((told.download.name(), told.update.name()), (download, update), "{action_type:?}");
        }
    }
}
