//! Uploads of files of any size: asked for, sent to object storage in parts, then taken in as an artifact
//! (`domain-behaviour.md` §12.1; how the parts travel is Harrier's own).

use serde::{Deserialize, Serialize};

use crate::audit::Audit;
use crate::error::{Checksum, LockedOperation};
use crate::software::Binary;
use crate::{Entity, Error};

/// Most parts an upload may have (Amazon S3, multipart upload limits).
pub const MAX_PARTS: u64 = 10_000;

/// How long an upload may take from its request to its end, milliseconds. Storage removes what is older.
pub const LIFETIME: i64 = 2 * 24 * 3600 * 1000;

/// How a file is cut into parts: all of one size but the last. Parts are numbered from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartPlan {
    /// Bytes of the file, at least 1.
    #[serde(rename = "sz")]
    pub size: u64,
    /// Bytes of every part but the last.
    #[serde(rename = "ps")]
    pub part_size: u64,
}

impl PartPlan {
    /// Parts of `smallest_part` bytes, doubled as often as [`MAX_PARTS`] asks for.
    #[must_use]
    pub fn new(size: u64, smallest_part: u64) -> Self {
        let mut part_size = smallest_part.max(1);
        while size.div_ceil(part_size) > MAX_PARTS {
            part_size = part_size.saturating_mul(2);
        }
        Self { size, part_size }
    }

    /// How many parts there are.
    #[must_use]
    pub fn count(self) -> u32 {
        u32::try_from(self.size.div_ceil(self.part_size.max(1))).unwrap_or(u32::MAX)
    }

    /// Bytes of a part; `None` for a number that no part has.
    #[must_use]
    pub fn length(self, number: u32) -> Option<u64> {
        if number == 0 || number > self.count() {
            return None;
        }
        Some(self.part_size.min(self.size - self.offset(number)))
    }

    /// Where a part begins in the file, bytes.
    #[must_use]
    pub fn offset(self, number: u32) -> u64 {
        u64::from(number.saturating_sub(1)) * self.part_size
    }
}

/// Digests the uploader announced, lower-case hex; each may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedDigests {
    #[serde(rename = "s1", default, skip_serializing_if = "Option::is_none")]
    pub sha1: Option<String>,
    #[serde(rename = "m5", default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    #[serde(rename = "s256", default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// How far an upload has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UploadState {
    /// Parts are being sent.
    #[serde(rename = "p")]
    Pending,
    /// All parts are there; the file is being hashed and stored.
    #[serde(rename = "w")]
    Processing,
    /// The artifact with the upload's id exists, or has existed.
    #[serde(rename = "d")]
    Done,
    /// The file was thrown away.
    #[serde(rename = "r")]
    Refused(Refusal),
}

impl UploadState {
    /// Nothing will happen to the upload any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Done | Self::Refused(_))
    }
}

/// Why a file was not taken in: the part of [`Error`] that can be the end of an upload, in a form that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    Checksum(Checksum),
    FileSize(u64),
    Storage(u64),
    TooManyArtifacts(u64),
    NameTaken,
    ModuleMissing,
    ModuleDeleted,
    ModuleLocked,
    EncryptionNotSupported,
    /// Storage does not hold what was announced.
    Damaged(String),
}

impl Refusal {
    /// The refusal that an error is; `None` for a failure that may pass, so that the work is tried again.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        match error {
            Error::ChecksumMismatch(checksum) => Some(Self::Checksum(*checksum)),
            Error::FileSizeQuotaExceeded { limit } => Some(Self::FileSize(*limit)),
            Error::StorageQuotaExceeded { limit } => Some(Self::Storage(*limit)),
            Error::QuotaExceeded { limit, .. } => Some(Self::TooManyArtifacts(*limit)),
            Error::AlreadyExists => Some(Self::NameTaken),
            Error::NotFound { entity: Entity::SoftwareModule, .. } => Some(Self::ModuleMissing),
            Error::Deleted { .. } => Some(Self::ModuleDeleted),
            Error::Locked { .. } => Some(Self::ModuleLocked),
            Error::EncryptionNotSupported => Some(Self::EncryptionNotSupported),
            Error::Validation(reason) => Some(Self::Damaged(reason.clone())),
            _ => None,
        }
    }

    /// The error again, as an upload to `module` in one request would have got it.
    #[must_use]
    pub fn error(&self, module: i64) -> Error {
        let entity = Entity::SoftwareModule;
        match self {
            Self::Checksum(checksum) => Error::ChecksumMismatch(*checksum),
            Self::FileSize(limit) => Error::FileSizeQuotaExceeded { limit: *limit },
            Self::Storage(limit) => Error::StorageQuotaExceeded { limit: *limit },
            Self::TooManyArtifacts(limit) => too_many_artifacts(module, *limit),
            Self::NameTaken => Error::AlreadyExists,
            Self::ModuleMissing => Error::not_found(entity, module),
            Self::ModuleDeleted => Error::Deleted { entity, id: module.into() },
            Self::ModuleLocked => Error::Locked { entity, id: module.into(), operation: LockedOperation::AddArtifact },
            Self::EncryptionNotSupported => Error::EncryptionNotSupported,
            Self::Damaged(reason) => Error::Validation(reason.clone()),
        }
    }
}

fn too_many_artifacts(module: i64, limit: u64) -> Error {
    Error::QuotaExceeded {
        what: "Artifact",
        requested: 1,
        parent: "SoftwareModule",
        parent_id: module.to_string(),
        limit,
    }
}

/// A file on its way into a software module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Also the id of the artifact it becomes.
    pub id: i64,
    #[serde(rename = "mod")]
    pub module: i64,
    #[serde(rename = "f")]
    pub filename: String,
    #[serde(flatten)]
    pub plan: PartPlan,
    #[serde(rename = "ann", default)]
    pub announced: AnnouncedDigests,
    /// What object storage calls the upload.
    #[serde(rename = "ses")]
    pub session: String,
    #[serde(rename = "st")]
    pub state: UploadState,
    /// The bytes it is about to become the artifact of: they are kept or given back with the upload.
    #[serde(rename = "cl", default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Binary>,
    /// Epoch seconds from which on the database may forget it.
    #[serde(rename = "ttl")]
    pub forgotten_after: i64,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl Upload {
    /// Epoch milliseconds at which whatever is left of it goes.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        self.audit.created_at.saturating_add(LIFETIME)
    }

    #[must_use]
    pub fn is_expired(&self, now: i64) -> bool {
        now >= self.expires_at()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn large_files_get_larger_parts() {
        let table = [(1, 8, 1), (8, 8, 1), (80_000, 8, 10_000), (80_001, 16, 5001), (5 * 1024 * 1024, 1024, 5120)];
        for (mebibytes, part, count) in table {
            let plan = PartPlan::new(mebibytes * MIB, 8 * MIB);
            assert_eq!((plan.part_size / MIB, plan.count()), (part, count), "{mebibytes}");
        }
    }

    proptest! {
        #[test]
        fn parts_cover_the_file_without_gaps(size in 1_u64..1_000_000, smallest in 1_u64..5000) {
            let plan = PartPlan::new(size, smallest);
            prop_assert!(u64::from(plan.count()) <= MAX_PARTS);
            let mut end = 0;
            for number in 1..=plan.count() {
                prop_assert_eq!(plan.offset(number), end);
                let length = plan.length(number).unwrap();
                prop_assert!(length == plan.part_size || number == plan.count());
                prop_assert!(length > 0);
                end += length;
            }
            prop_assert_eq!(end, size);
            prop_assert_eq!(plan.length(0), None);
            prop_assert_eq!(plan.length(plan.count() + 1), None);
        }
    }

    #[test]
    fn refusals_are_stored_and_told_again() {
        let entity = Entity::SoftwareModule;
        let errors = [
            Error::ChecksumMismatch(Checksum::Md5),
            Error::FileSizeQuotaExceeded { limit: 1 },
            Error::StorageQuotaExceeded { limit: 2 },
            too_many_artifacts(7, 50),
            Error::AlreadyExists,
            Error::not_found(entity, 7),
            Error::Deleted { entity, id: 7.into() },
            Error::Locked { entity, id: 7.into(), operation: LockedOperation::AddArtifact },
            Error::EncryptionNotSupported,
            Error::Validation("damaged".to_owned()),
        ];
        for error in errors {
            let refusal = Refusal::of(&error).expect("final");
            let stored = serde_json::to_string(&UploadState::Refused(refusal)).unwrap();
            let UploadState::Refused(refusal) = serde_json::from_str(&stored).unwrap() else { panic!("{stored}") };
            assert_eq!(refusal.error(7), error);
        }
    }

    #[test]
    fn what_may_pass_is_no_refusal() {
        let passing = [
            Error::ConcurrentModification,
            Error::UploadFailed("storage".to_owned()),
            Error::ArtifactLoadFailed,
            Error::EncryptionFailed,
        ];
        for error in passing {
            assert_eq!(Refusal::of(&error), None, "{error:?}");
        }
    }
}
