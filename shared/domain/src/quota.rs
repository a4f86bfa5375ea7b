//! Limits on how many of a thing may hang on another (domain §14, management §1.14), and the splitting of messages.

use std::str::FromStr;

use serde::Deserialize;
use serde::de::value::{Error as Unreadable, MapDeserializer};

use crate::{Error, Result};

/// Longest piece of a status message, in characters (domain §1.2).
pub const MESSAGE_PIECE_LENGTH: usize = 512;

/// All quotas. A limit of 0 or less means unlimited, except where its check says otherwise.
///
/// As text they are the ones that differ from hawkBit's: `artifact-size=5368709120,artifacts-per-software-module=0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Quotas {
    pub status_entries_per_action: i64,
    pub messages_per_status: i64,
    pub attributes_per_target: i64,
    pub metadata_per_target: i64,
    pub metadata_per_distribution_set: i64,
    pub metadata_per_software_module: i64,
    pub software_modules_per_distribution_set: i64,
    pub software_module_types_per_distribution_set_type: i64,
    pub distribution_set_types_per_target_type: i64,
    pub artifacts_per_software_module: i64,
    /// Bytes of one artifact.
    pub artifact_size: i64,
    /// Bytes of all artifacts of a tenant.
    pub artifact_storage: i64,
    /// 0 or less: no group at all.
    pub groups_per_rollout: i64,
    pub targets_per_rollout_group: i64,
    pub targets_per_auto_assignment: i64,
    pub actions_per_target: i64,
    /// 0 or less: no assignment at all.
    pub targets_per_manual_assignment: i64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            status_entries_per_action: 1000,
            messages_per_status: 50,
            attributes_per_target: 100,
            metadata_per_target: 100,
            metadata_per_distribution_set: 100,
            metadata_per_software_module: 100,
            software_modules_per_distribution_set: 100,
            software_module_types_per_distribution_set_type: 50,
            distribution_set_types_per_target_type: 50,
            artifacts_per_software_module: 50,
            artifact_size: 1_073_741_824,
            artifact_storage: 21_474_836_480,
            groups_per_rollout: 500,
            targets_per_rollout_group: 20_000,
            targets_per_auto_assignment: 20_000,
            actions_per_target: 2000,
            targets_per_manual_assignment: 5000,
        }
    }
}

impl FromStr for Quotas {
    type Err = UnknownQuota;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownQuota> {
        let given = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
        let limits: Option<Vec<(&str, i64)>> = given.map(named_limit).collect();
        let limits = limits.ok_or_else(|| UnknownQuota("expected NAME=NUMBER,…".to_owned()))?;
        let read = Self::deserialize(MapDeserializer::<_, Unreadable>::new(limits.into_iter()));
        read.map_err(|error| UnknownQuota(error.to_string()))
    }
}

fn named_limit(pair: &str) -> Option<(&str, i64)> {
    let (name, limit) = pair.split_once('=')?;
    Some((name.trim(), limit.trim().parse().ok()?))
}

/// A text that names a quota that does not exist, or one twice, or is not of the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownQuota(String);

/// The thing a quota counts on: its type and its id on the wire.
#[derive(Debug, Clone, Copy)]
struct Parent<'a> {
    kind: &'static str,
    id: &'a str,
}

/// The id shown for a parent that is not stored yet (management §1.14).
pub const NEW_PARENT: &str = "<new>";

macro_rules! counted {
    ($($(#[$doc:meta])* $quota:ident: $what:literal per $parent:literal;)*) => {
        impl Quotas {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// [`Error::QuotaExceeded`] when `current` and `requested` together are over the limit.
            pub fn $quota(&self, parent_id: impl ToString, current: u64, requested: u64) -> Result<()> {
                let parent_id = parent_id.to_string();
                let parent = Parent { kind: $parent, id: &parent_id };
                check_unless_unlimited(self.$quota, $what, parent, current, requested)
            }
        )*}
    };
}

counted! {
    /// Checks new status entries of an action: intermediate feedback only (domain §5.10).
    status_entries_per_action: "ActionStatus" per "Action";
    /// Checks new controller attributes of a target.
    attributes_per_target: "Attribute" per "Target";
    /// Checks new metadata keys of a target.
    metadata_per_target: "Metadata" per "Target";
    /// Checks new metadata keys of a distribution set.
    metadata_per_distribution_set: "Metadata" per "DistributionSet";
    /// Checks new metadata keys of a software module.
    metadata_per_software_module: "Metadata" per "SoftwareModule";
    /// Checks modules to put into a distribution set.
    software_modules_per_distribution_set: "SoftwareModule" per "DistributionSet";
    /// Checks module types to put into a distribution set type.
    software_module_types_per_distribution_set_type: "SoftwareModuleType" per "DistributionSetType";
    /// Checks distribution set types to make compatible with a target type.
    distribution_set_types_per_target_type: "DistributionSetType" per "TargetType";
    /// Checks artifacts to put into a software module.
    artifacts_per_software_module: "Artifact" per "SoftwareModule";
    /// Checks the planned targets of a rollout group.
    targets_per_rollout_group: "Target" per "RolloutGroup";
    /// Checks the targets an auto assignment matches when it is created.
    targets_per_auto_assignment: "Target" per "AutoAssignment";
    /// Checks new actions of a target, after the purge of domain §5.10.
    actions_per_target: "Action" per "Target";
}

impl Quotas {
    /// Checks the messages of one status entry, counted after splitting (DDI §17.2).
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`] when there are too many.
    pub fn messages_per_status(&self, action_id: i64, messages: usize) -> Result<()> {
        let id = action_id.to_string();
        let parent = Parent { kind: "ActionStatus", id: &id };
        check_unless_unlimited(self.messages_per_status, "Message", parent, 0, messages as u64)
    }

    /// Checks the number of groups of a rollout. A limit of 0 or less allows none (domain §14).
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`] when there are too many.
    pub fn groups_per_rollout(&self, rollout_id: impl ToString, current: u64, requested: u64) -> Result<()> {
        let id = rollout_id.to_string();
        check(self.groups_per_rollout, "RolloutGroup", Parent { kind: "Rollout", id: &id }, current, requested)
    }

    /// Checks the de-duplicated targets of one assignment request. A limit of 0 or less allows none (domain §14).
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`] when there are too many.
    pub fn targets_per_manual_assignment(&self, requested: usize) -> Result<()> {
        let parent = Parent { kind: "DistributionSet", id: NEW_PARENT };
        check(self.targets_per_manual_assignment, "Target", parent, 0, requested as u64)
    }

    /// Checks the size of one artifact, in bytes.
    ///
    /// # Errors
    /// [`Error::FileSizeQuotaExceeded`] when it is too big.
    pub fn artifact_size(&self, size: u64) -> Result<()> {
        match exceeded(self.artifact_size, 0, size) {
            Some(limit) => Err(Error::FileSizeQuotaExceeded { limit }),
            None => Ok(()),
        }
    }

    /// Checks what a tenant would store, in bytes.
    ///
    /// # Errors
    /// [`Error::StorageQuotaExceeded`] when it is too much.
    pub fn artifact_storage(&self, stored: u64, size: u64) -> Result<()> {
        match exceeded(self.artifact_storage, stored, size) {
            Some(limit) => Err(Error::StorageQuotaExceeded { limit }),
            None => Ok(()),
        }
    }

    /// The largest artifact that may still be uploaded, in bytes: an upload is cut off as soon as it is over it.
    /// `None` means unlimited.
    #[must_use]
    pub fn largest_artifact(&self, stored: u64) -> Option<u64> {
        let size = positive(self.artifact_size);
        let left = positive(self.artifact_storage).map(|limit| limit.saturating_sub(stored));
        size.into_iter().chain(left).min()
    }
}

fn positive(limit: i64) -> Option<u64> {
    u64::try_from(limit).ok().filter(|&limit| limit > 0)
}

/// The limit that is exceeded, if one is.
fn exceeded(limit: i64, current: u64, requested: u64) -> Option<u64> {
    positive(limit).filter(|&limit| current.saturating_add(requested) > limit)
}

fn check_unless_unlimited(
    limit: i64,
    what: &'static str,
    parent: Parent<'_>,
    current: u64,
    requested: u64,
) -> Result<()> {
    if limit <= 0 {
        return Ok(());
    }
    check(limit, what, parent, current, requested)
}

fn check(limit: i64, what: &'static str, parent: Parent<'_>, current: u64, requested: u64) -> Result<()> {
    let limit = u64::try_from(limit).unwrap_or(0);
    if current.saturating_add(requested) <= limit {
        return Ok(());
    }
    Err(Error::QuotaExceeded { what, requested, parent: parent.kind, parent_id: parent.id.to_owned(), limit })
}

/// Cuts a message into pieces of at most 512 characters (domain §1.2). An empty message stays one message.
#[must_use]
pub fn split_message(message: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = message;
    while let Some((end, _)) = rest.char_indices().nth(MESSAGE_PIECE_LENGTH) {
        let (piece, remainder) = rest.split_at(end);
        pieces.push(piece.to_owned());
        rest = remainder;
    }
    pieces.push(rest.to_owned());
    pieces
}

/// Cuts every message of a status entry.
pub fn split_messages<'a>(messages: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    messages.into_iter().flat_map(split_message).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed() {
        let quotas = Quotas::default();
        assert_eq!(quotas.metadata_per_target("dev", 90, 10), Ok(()));
        let refusal = quotas.metadata_per_target("dev", 90, 11).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "Quota exceeded: Cannot assign 11 more Metadata entities to Target 'dev'. The maximum is 100."
        );
        assert!(quotas.status_entries_per_action(1, 999, 1).is_ok());
        assert!(quotas.status_entries_per_action(1, 1000, 1).is_err());
        assert!(quotas.artifacts_per_software_module(1, 50, 1).is_err());
    }

    #[test]
    fn zero_or_less_is_unlimited() {
        for limit in [0, -1] {
            let quotas = Quotas {
                actions_per_target: limit,
                artifact_size: limit,
                artifact_storage: limit,
                messages_per_status: limit,
                ..Quotas::default()
            };
            assert!(quotas.actions_per_target("dev", u64::MAX, u64::MAX).is_ok());
            assert!(quotas.artifact_size(u64::MAX).is_ok());
            assert!(quotas.artifact_storage(u64::MAX, u64::MAX).is_ok());
            assert!(quotas.messages_per_status(1, usize::MAX).is_ok());
            assert_eq!(quotas.largest_artifact(5), None);
        }
    }

    #[test]
    fn zero_or_less_allows_nothing_where_the_contract_says_so() {
        let quotas = Quotas { groups_per_rollout: 0, targets_per_manual_assignment: -1, ..Quotas::default() };
        assert!(quotas.groups_per_rollout(NEW_PARENT, 0, 1).is_err());
        assert!(quotas.targets_per_manual_assignment(1).is_err());
        assert!(Quotas::default().targets_per_manual_assignment(5000).is_ok());
        assert!(Quotas::default().targets_per_manual_assignment(5001).is_err());
    }

    #[test]
    fn sizes_have_their_own_errors() {
        let quotas = Quotas { artifact_size: 10, artifact_storage: 25, ..Quotas::default() };
        assert!(quotas.artifact_size(10).is_ok());
        assert_eq!(quotas.artifact_size(11), Err(Error::FileSizeQuotaExceeded { limit: 10 }));
        assert!(quotas.artifact_storage(15, 10).is_ok());
        assert_eq!(quotas.artifact_storage(16, 10), Err(Error::StorageQuotaExceeded { limit: 25 }));
        assert_eq!(quotas.largest_artifact(0), Some(10));
        assert_eq!(quotas.largest_artifact(20), Some(5));
        assert_eq!(quotas.largest_artifact(30), Some(0));
    }

    #[test]
    fn quotas_are_read_from_a_text_that_names_those_that_differ() {
        assert_eq!("".parse(), Ok(Quotas::default()));
        let expected = Quotas { artifact_size: 5_000_000_000, groups_per_rollout: -1, ..Quotas::default() };
        assert_eq!(" artifact-size = 5000000000, groups-per-rollout=-1,".parse(), Ok(expected));
        for wrong in ["artifact-size", "artifact-size=big", "artifactSize=1", "artifact-size=1,artifact-size=2"] {
            assert!(wrong.parse::<Quotas>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn messages_are_cut_at_512_characters() {
        assert_eq!(split_message(""), [""]);
        assert_eq!(split_message(&"ä".repeat(512)), ["ä".repeat(512)]);
        assert_eq!(split_message(&"ä".repeat(1025)), ["ä".repeat(512), "ä".repeat(512), "ä".to_owned()]);
        assert_eq!(split_messages(["a", &"b".repeat(513)]), ["a".to_owned(), "b".repeat(512), "b".to_owned()]);
    }

    proptest::proptest! {
        #[test]
        fn pieces_put_together_are_the_message(message in "\\PC{0,1600}") {
            let pieces = split_message(&message);
            proptest::prop_assert_eq!(pieces.concat(), message);
            proptest::prop_assert!(pieces.iter().all(|piece| piece.chars().count() <= MESSAGE_PIECE_LENGTH));
            let full = pieces.iter().rev().skip(1).all(|piece| piece.chars().count() == MESSAGE_PIECE_LENGTH);
            proptest::prop_assert!(full);
        }
    }
}
