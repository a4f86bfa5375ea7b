//! Room for new actions of a target whose quota of actions is used up (`domain-behaviour.md` §5.10).

use crate::Result;
use crate::quota::Quotas;

/// Whether new actions of a target have room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// As it is.
    Enough,
    /// When all but the newest `keep` actions are gone, whatever their status: open ones go too.
    AfterPurge { keep: u32 },
}

/// Finds room for `requested` new actions beside the `existing` ones of a target. `percent` is the share of the quota that
/// the tenant lets go when it is used up (`action.cleanup.onQuotaHit.percent`).
///
/// # Errors
/// [`crate::Error::QuotaExceeded`] when the quota is used up and the tenant purges nothing, or less than is requested.
pub fn room_for(
    requested: u32,
    controller_id: &str,
    existing: u32,
    quotas: &Quotas,
    percent: Option<u8>,
) -> Result<Room> {
    let Err(refusal) = quotas.actions_per_target(controller_id, existing.into(), requested.into()) else {
        return Ok(Room::Enough);
    };
    let quota = u32::try_from(quotas.actions_per_target).unwrap_or(u32::MAX);
    let purged = percent.map_or(0, |percent| share(quota, percent));
    if requested > purged {
        return Err(refusal);
    }
    Ok(Room::AfterPurge { keep: quota - purged })
}

fn share(quota: u32, percent: u8) -> u32 {
    let share = u64::from(quota) * u64::from(percent.min(100)) / 100;
    u32::try_from(share).unwrap_or(quota)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surprise_12_a_quarter_of_twenty() {
        let quotas = Quotas { actions_per_target: 20, ..Quotas::default() };
        let room = |existing, requested, percent| room_for(requested, "dev", existing, &quotas, percent).ok();
        let keep = |keep| Some(Room::AfterPurge { keep });
        let rows = [
            (19, 1, Some(25), Some(Room::Enough)),
            (20, 1, Some(25), keep(15)),
            (18, 3, Some(25), keep(15)),
            (20, 5, Some(25), keep(15)),
            (20, 10, Some(25), None),
            (10, 10, Some(25), Some(Room::Enough)),
            (20, 1, None, None),
            (20, 1, Some(4), None),
            (20, 1, Some(5), keep(19)),
            (20, 19, Some(99), keep(1)),
            // The quota was lowered: what is purged makes room all the same.
            (30, 1, Some(25), keep(15)),
        ];
        for (existing, requested, percent, expected) in rows {
            assert_eq!(room(existing, requested, percent), expected, "{existing} + {requested}, {percent:?} %");
        }
    }

    #[test]
    fn without_a_quota_there_is_always_room() {
        let quotas = Quotas { actions_per_target: 0, ..Quotas::default() };
        assert_eq!(room_for(1, "dev", u32::MAX, &quotas, None), Ok(Room::Enough));
    }
}
