//! What the domain refuses, and why.
//!
//! One variant per row of the error catalogue (`domain-behaviour.md` §1.6, `management-api.md` §2.3). The variants carry
//! facts, not wire text: `harrier-rest` holds the one table that turns them into a status, an error code and a class name.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::named;

/// The `Result` of every domain decision.
pub type Result<T, E = Error> = std::result::Result<T, E>;

named! {
    /// The kinds of entity a not-found, locked or deleted answer can name (`info.type` on the wire, management §2.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Entity {
        Target = "Target",
        TargetType = "TargetType",
        TargetTag = "TargetTag",
        TargetMetadata = "Target metadata",
        TargetFilterQuery = "TargetFilterQuery",
        DistributionSet = "DistributionSet",
        DistributionSetType = "DistributionSetType",
        DistributionSetTag = "DistributionSetTag",
        SoftwareModule = "SoftwareModule",
        SoftwareModuleType = "SoftwareModuleType",
        SoftwareModuleMetadata = "SoftwareModule metadata",
        Artifact = "Artifact",
        Upload = "Upload",
        Action = "Action",
        AutoAssignment = "AutoAssignment",
        Rollout = "Rollout",
        RolloutGroup = "RolloutGroup",
    }
}

/// An id as a caller gave it: numbers stay numbers on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityId {
    Number(i64),
    Text(String),
}

impl std::fmt::Display for EntityId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<i64> for EntityId {
    fn from(id: i64) -> Self {
        Self::Number(id)
    }
}

impl From<&str> for EntityId {
    fn from(id: &str) -> Self {
        Self::Text(id.to_owned())
    }
}

impl From<String> for EntityId {
    fn from(id: String) -> Self {
        Self::Text(id)
    }
}

/// A structural change that a locked distribution set or software module forbids (management §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockedOperation {
    AddArtifact,
    RemoveArtifact,
    ChangeRequiredMigrationStep,
    AddSoftwareModule,
    RemoveSoftwareModule,
    Delete,
}

/// A checksum that the uploader announced and the bytes did not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Checksum {
    Md5,
    Sha1,
    Sha256,
}

/// A domain refusal. `Display` is the message the caller may read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    #[error("{} with given identifier {{{id}}} does not exist.", .entity.name())]
    NotFound { entity: Entity, id: EntityId },
    /// Several ids of a list are missing: module lists, type lists, bulk reads.
    #[error("{}s with given identifiers {{{}}} do not exist.", .entity.name(), join_ids(.ids))]
    NotFoundMany { entity: Entity, ids: Vec<EntityId> },
    #[error("The given entity already exists in database")]
    AlreadyExists,
    #[error("{} with given identifier {{{id}}} is soft-deleted!", .entity.name())]
    Deleted { entity: Entity, id: EntityId },
    #[error("{} with given identifier {{{id}}} is read only.", .entity.name())]
    ReadOnly { entity: Entity, id: EntityId },
    #[error("{} with given identifier {{{id}}} is locked and {operation:?} is forbidden!", .entity.name())]
    Locked { entity: Entity, id: EntityId, operation: LockedOperation },
    #[error("The entity was changed by somebody else at the same time.")]
    ConcurrentModification,
    /// A field breaks its rule. `0` names the fields and the rules.
    #[error("{0}")]
    ConstraintViolation(String),
    /// An explicit check, outside the per-field rules, failed.
    #[error("{0}")]
    Validation(String),
    /// The body cannot be read; the reason stays in the log.
    #[error("The given request body is not well formed")]
    BodyNotReadable(String),
    #[error("The given target attribute is invalid: {0}")]
    InvalidTargetAttribute(String),
    #[error("{0}")]
    RsqlSyntax(String),
    #[error("{0}")]
    RsqlField(String),
    #[error("{0}")]
    SortSyntax(String),
    #[error("{0}")]
    SortField(String),
    #[error("{0}")]
    SortDirection(String),
    #[error("Insufficient Permission")]
    InsufficientPermission,
    #[error(
        "Quota exceeded: Cannot assign {requested} more {what} entities to {parent} '{parent_id}'. The maximum is {limit}."
    )]
    QuotaExceeded { what: &'static str, requested: u64, parent: &'static str, parent_id: String, limit: u64 },
    #[error("Quota exceeded: the file is larger than {limit} bytes.")]
    FileSizeQuotaExceeded { limit: u64 },
    #[error("Quota exceeded: the stored artifacts would take more than {limit} bytes.")]
    StorageQuotaExceeded { limit: u64 },
    #[error("Only active actions which are in state pending are cancelable.")]
    ActionNotCancelable,
    #[error("Only active actions which are in state canceling can be force-quit.")]
    ActionNotForceQuitable,
    #[error("The action has a status that may not be deleted.")]
    ActionNotDeletable,
    #[error("Distribution set {0} is incomplete.")]
    IncompleteDistributionSet(i64),
    #[error("Software module {0} is incomplete.")]
    IncompleteSoftwareModule(i64),
    #[error("Distribution set {0} is invalid.")]
    InvalidDistributionSet(i64),
    #[error("Software module {module} has a type that distribution set type '{set_type}' does not take.")]
    UnsupportedSoftwareModule { module: i64, set_type: String },
    #[error("Target type and distribution set type '{0}' are incompatible.")]
    IncompatibleTargetType(String),
    #[error("Target type {0} is still used by targets.")]
    TargetTypeInUse(i64),
    #[error("Key or name of the target type must be given.")]
    TargetTypeKeyOrNameRequired,
    #[error("More than one distribution set for one target is not allowed in one request.")]
    MultiAssignment,
    #[error("{0}")]
    InvalidMaintenanceSchedule(String),
    #[error("The automatic confirmation is already active for target '{0}'.")]
    AutoConfirmationAlreadyActive(String),
    #[error("The action is closed.")]
    ConfirmationActionClosed,
    #[error("The action is not awaiting confirmation.")]
    ConfirmationNotAwaited,
    #[error("The action type is not allowed for automatic assignments.")]
    InvalidAutoAssignActionType,
    #[error("{0}")]
    RolloutIllegalState(String),
    #[error("{0}")]
    AutoAssignmentIllegalState(String),
    #[error("The rollouts of the distribution set could not be stopped.")]
    StopRolloutFailed,
    #[error("The given configuration key {0} is invalid.")]
    ConfigurationKeyInvalid(String),
    #[error("{0}")]
    ConfigurationValueInvalid(String),
    #[error("The configuration value may not be changed.")]
    ConfigurationChangeNotAllowed,
    #[error("The tenant does not exist.")]
    TenantNotExists,
    #[error("The {0:?} checksum of the uploaded file does not match the announced one.")]
    ChecksumMismatch(Checksum),
    #[error("The upload failed: {0}")]
    UploadFailed(String),
    #[error("Artifact encryption is not supported.")]
    EncryptionNotSupported,
    #[error("The artifact could not be encrypted or decrypted.")]
    EncryptionFailed,
    #[error("The artifact could not be loaded.")]
    ArtifactLoadFailed,
    #[error("The artifact could not be deleted.")]
    ArtifactDeleteFailed,
    #[error("The artifact binary no longer exists.")]
    ArtifactBinaryDeleted,
    /// The device asked for bytes of a module that nothing assigns to it (DDI §9.2).
    #[error("Software module {{{0}}} is not assigned to the target.")]
    ModuleNotAssigned(i64),
}

impl Error {
    /// A single missing entity.
    pub fn not_found(entity: Entity, id: impl Into<EntityId>) -> Self {
        Self::NotFound { entity, id: id.into() }
    }

    /// A field that breaks a rule, worded `<field> <rule>.` as management §2.2 has it.
    #[must_use]
    pub fn violation(field: &str, rule: &str) -> Self {
        Self::ConstraintViolation(format!("{field} {rule}."))
    }
}

fn join_ids(ids: &[EntityId]) -> String {
    let joined = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    joined.chars().take(100).collect()
}
