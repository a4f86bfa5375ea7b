//! The one table from domain errors to the wire (management §2.3, DDI §17.1).

use harrier_domain::Error;
use harrier_domain::error::{Checksum, LockedOperation};
use http::StatusCode;

/// What a refusal looks like: status, full error code, fully qualified class name (an opaque string that clients match).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub status: StatusCode,
    pub code: &'static str,
    /// Empty: the answer has no body at all.
    pub class: &'static str,
}

macro_rules! row {
    ($status:ident, $code:literal, repository $class:literal) => {
        row!($status, $code, concat!("org.eclipse.hawkbit.repository.exception.", $class))
    };
    ($status:ident, $code:literal, artifact $class:literal) => {
        row!($status, $code, concat!("org.eclipse.hawkbit.artifact.exception.", $class))
    };
    ($status:ident, $code:literal, rest $class:literal) => {
        row!($status, $code, concat!("org.eclipse.hawkbit.rest.exception.", $class))
    };
    ($status:ident, $code:literal, sort $class:literal) => {
        row!($status, $code, concat!("org.eclipse.hawkbit.mgmt.rest.resource.exception.", $class))
    };
    ($status:ident, $code:literal, $class:expr) => {
        Row { status: StatusCode::$status, code: concat!("hawkbit.server.error.", $code), class: $class }
    };
}

pub(super) const GENERIC: Row =
    row!(INTERNAL_SERVER_ERROR, "repo.genericError", "org.eclipse.hawkbit.exception.GenericSpServerException");
pub(super) const MULTIPART_FAILED: Row =
    row!(BAD_REQUEST, "artifact.uploadFailed", rest "MultiPartFileUploadException");
pub(super) const NOT_FOUND: Row = row!(NOT_FOUND, "repo.entityNotFound", repository "EntityNotFoundException");
pub(super) const MODULE_TYPE_NOT_IN_SET_TYPE: Row =
    row!(NOT_FOUND, "repo.entityNotFound", repository "SoftwareModuleTypeNotInDistributionSetTypeException");

pub(super) fn row(error: &Error) -> Row {
    match error {
        Error::NotFound { .. } | Error::NotFoundMany { .. } => NOT_FOUND,
        Error::ModuleNotAssigned(_) => {
            row!(NOT_FOUND, "repo.entityNotFound", repository "SoftwareModuleNotAssignedToTargetException")
        }
        Error::AlreadyExists => row!(CONFLICT, "repo.entityAlreadyExists", repository "EntityAlreadyExistsException"),
        Error::Deleted { .. } => row!(NOT_FOUND, "deleted", repository "DeletedException"),
        Error::ReadOnly { .. } => row!(FORBIDDEN, "entityReadOnly", repository "EntityReadOnlyException"),
        Error::Locked { .. } => row!(LOCKED, "locked", repository "LockedException"),
        Error::ConcurrentModification => {
            row!(CONFLICT, "repo.concurrentModification", repository "ConcurrentModificationException")
        }
        Error::InsufficientPermission => {
            row!(FORBIDDEN, "insufficientPermission", repository "InsufficientPermissionException")
        }
        Error::TenantNotExists => row!(BAD_REQUEST, "repo.tenantNotExists", repository "TenantNotExistException"),
        Error::ConstraintViolation(_)
        | Error::Validation(_)
        | Error::BodyNotReadable(_)
        | Error::InvalidTargetAttribute(_)
        | Error::RsqlSyntax(_)
        | Error::RsqlField(_)
        | Error::SortSyntax(_)
        | Error::SortField(_)
        | Error::SortDirection(_) => input_row(error),
        Error::QuotaExceeded { .. }
        | Error::FileSizeQuotaExceeded { .. }
        | Error::StorageQuotaExceeded { .. }
        | Error::ChecksumMismatch(_)
        | Error::UploadFailed(_)
        | Error::EncryptionNotSupported
        | Error::EncryptionFailed
        | Error::ArtifactLoadFailed
        | Error::ArtifactDeleteFailed
        | Error::ArtifactBinaryDeleted => storage_row(error),
        Error::ConfigurationKeyInvalid(_)
        | Error::ConfigurationValueInvalid(_)
        | Error::ConfigurationChangeNotAllowed => configuration_row(error),
        Error::ActionNotCancelable
        | Error::ActionNotForceQuitable
        | Error::ActionNotDeletable
        | Error::ConfirmationActionClosed
        | Error::ConfirmationNotAwaited
        | Error::AutoConfirmationAlreadyActive(_) => action_row(error),
        Error::IncompleteDistributionSet(_)
        | Error::IncompleteSoftwareModule(_)
        | Error::InvalidDistributionSet(_)
        | Error::UnsupportedSoftwareModule { .. }
        | Error::IncompatibleTargetType(_)
        | Error::TargetTypeInUse(_)
        | Error::TargetTypeKeyOrNameRequired
        | Error::MultiAssignment
        | Error::InvalidMaintenanceSchedule(_)
        | Error::InvalidAutoAssignActionType
        | Error::RolloutIllegalState(_)
        | Error::AutoAssignmentIllegalState(_)
        | Error::StopRolloutFailed => deployment_row(error),
    }
}

fn input_row(error: &Error) -> Row {
    match error {
        Error::ConstraintViolation(_) => {
            row!(BAD_REQUEST, "repo.constraintViolation", "jakarta.validation.ConstraintViolationException")
        }
        Error::Validation(_) => row!(BAD_REQUEST, "repo.constraintViolation", "jakarta.validation.ValidationException"),
        Error::BodyNotReadable(_) => row!(BAD_REQUEST, "rest.body.notReadable", rest "MessageNotReadableException"),
        Error::InvalidTargetAttribute(_) => {
            row!(BAD_REQUEST, "repo.invalidTargetAttributes", repository "InvalidTargetAttributeException")
        }
        Error::RsqlSyntax(_) => {
            row!(BAD_REQUEST, "rest.param.rsqlParamSyntax", repository "RSQLParameterSyntaxException")
        }
        Error::RsqlField(_) => {
            row!(BAD_REQUEST, "rest.param.rsqlInvalidField", repository "RSQLParameterUnsupportedFieldException")
        }
        Error::SortSyntax(_) => {
            row!(BAD_REQUEST, "rest.param.sortParamSyntax", sort "SortParameterSyntaxErrorException")
        }
        Error::SortField(_) => {
            row!(BAD_REQUEST, "rest.param.invalidField", sort "SortParameterUnsupportedFieldException")
        }
        Error::SortDirection(_) => {
            row!(BAD_REQUEST, "rest.param.invalidDirection", sort "SortParameterUnsupportedDirectionException")
        }
        _ => GENERIC,
    }
}

fn storage_row(error: &Error) -> Row {
    match error {
        Error::QuotaExceeded { .. } => {
            row!(TOO_MANY_REQUESTS, "quota.tooManyEntries", repository "AssignmentQuotaExceededException")
        }
        Error::FileSizeQuotaExceeded { .. } => {
            row!(TOO_MANY_REQUESTS, "quota.fileSizeExceeded", artifact "FileSizeQuotaExceededException")
        }
        Error::StorageQuotaExceeded { .. } => {
            row!(TOO_MANY_REQUESTS, "quota.storageExceeded", artifact "StorageQuotaExceededException")
        }
        Error::ChecksumMismatch(checksum) => checksum_row(*checksum),
        Error::UploadFailed(_) => {
            row!(INTERNAL_SERVER_ERROR, "artifact.uploadFailed", artifact "ArtifactUploadFailedException")
        }
        Error::EncryptionNotSupported => {
            row!(BAD_REQUEST, "artifact.encryptionNotSupported", artifact "ArtifactEncryptionUnsupportedException")
        }
        Error::EncryptionFailed => {
            row!(INTERNAL_SERVER_ERROR, "artifact.encryptionFailed", artifact "ArtifactEncryptionFailedException")
        }
        Error::ArtifactLoadFailed => {
            row!(INTERNAL_SERVER_ERROR, "artifact.loadFailed", artifact "ArtifactBinaryNotFoundException")
        }
        Error::ArtifactDeleteFailed => {
            row!(INTERNAL_SERVER_ERROR, "artifact.deleteFailed", artifact "ArtifactDeleteFailedException")
        }
        Error::ArtifactBinaryDeleted => {
            row!(GONE, "artifact.binaryDeleted", artifact "ArtifactBinaryNoLongerExistsException")
        }
        _ => GENERIC,
    }
}

fn checksum_row(checksum: Checksum) -> Row {
    match checksum {
        Checksum::Md5 => {
            row!(BAD_REQUEST, "artifact.uploadFailed.checksum.md5.match", repository "InvalidMd5HashException")
        }
        Checksum::Sha1 => {
            row!(BAD_REQUEST, "artifact.uploadFailed.checksum.sha1.match", repository "InvalidSha1HashException")
        }
        Checksum::Sha256 => {
            row!(BAD_REQUEST, "artifact.uploadFailed.checksum.sha256.match", repository "InvalidSha256HashException")
        }
    }
}

fn configuration_row(error: &Error) -> Row {
    match error {
        Error::ConfigurationKeyInvalid(_) => {
            row!(BAD_REQUEST, "configKeyInvalid", repository "InvalidTenantConfigurationKeyException")
        }
        Error::ConfigurationValueInvalid(_) => {
            row!(BAD_REQUEST, "configValueInvalid", repository "TenantConfigurationValidatorException")
        }
        Error::ConfigurationChangeNotAllowed => row!(
            FORBIDDEN,
            "repo.tenantConfigurationValueChangeNotAllowed",
            repository "TenantConfigurationValueChangeNotAllowedException"
        ),
        _ => GENERIC,
    }
}

fn action_row(error: &Error) -> Row {
    match error {
        Error::ActionNotCancelable => {
            row!(METHOD_NOT_ALLOWED, "action.notCancelable", repository "CancelActionNotAllowedException")
        }
        Error::ActionNotForceQuitable => {
            row!(METHOD_NOT_ALLOWED, "action.notForceQuitable", repository "ForceQuitActionNotAllowedException")
        }
        Error::ActionNotDeletable => {
            row!(METHOD_NOT_ALLOWED, "action.notDeletable", repository "DeleteActionNotAllowedException")
        }
        // Both APIs answer a confirmation that does not fit with a bare status (management §7 no. 46, DDI §13.4).
        Error::ConfirmationActionClosed => bare(StatusCode::GONE),
        Error::ConfirmationNotAwaited => bare(StatusCode::NOT_FOUND),
        Error::AutoConfirmationAlreadyActive(_) => {
            row!(CONFLICT, "repo.autoConfAlreadyActive", repository "AutoConfirmationAlreadyActiveException")
        }
        _ => GENERIC,
    }
}

fn deployment_row(error: &Error) -> Row {
    match error {
        Error::IncompleteDistributionSet(_) => {
            row!(BAD_REQUEST, "distributionset.incomplete", repository "IncompleteDistributionSetException")
        }
        Error::IncompleteSoftwareModule(_) => {
            row!(BAD_REQUEST, "distributionset.incomplete", repository "IncompleteSoftwareModuleException")
        }
        Error::InvalidDistributionSet(_) => {
            row!(BAD_REQUEST, "distributionset.invalid", repository "InvalidDistributionSetException")
        }
        Error::UnsupportedSoftwareModule { .. } => row!(
            BAD_REQUEST,
            "distributionset.modules.unsupported",
            repository "UnsupportedSoftwareModuleForThisDistributionSetException"
        ),
        Error::IncompatibleTargetType(_) => {
            row!(BAD_REQUEST, "target.type.incompatible", repository "IncompatibleTargetTypeException")
        }
        Error::TargetTypeInUse(_) => row!(CONFLICT, "target.type.used", repository "TargetTypeInUseException"),
        Error::TargetTypeKeyOrNameRequired => {
            row!(BAD_REQUEST, "target.type.keyOrNameRequired", repository "TargetTypeKeyOrNameRequiredException")
        }
        Error::MultiAssignment => row!(BAD_REQUEST, "multiAssignmentNotEnabled", repository "MultiAssignmentException"),
        Error::InvalidMaintenanceSchedule(_) => {
            row!(BAD_REQUEST, "maintenanceScheduleInvalid", repository "InvalidMaintenanceScheduleException")
        }
        Error::InvalidAutoAssignActionType => {
            row!(BAD_REQUEST, "repo.invalidAutoAssignActionType", repository "InvalidAutoAssignActionTypeException")
        }
        Error::RolloutIllegalState(_) => {
            row!(BAD_REQUEST, "rollout.illegalState", repository "RolloutIllegalStateException")
        }
        Error::AutoAssignmentIllegalState(_) => {
            row!(CONFLICT, "auto.assignment.illegalState", repository "AutoAssignmentIllegalStateException")
        }
        Error::StopRolloutFailed => row!(LOCKED, "stopRolloutFailed", repository "StopRolloutException"),
        _ => GENERIC,
    }
}

const fn bare(status: StatusCode) -> Row {
    Row { status, code: "", class: "" }
}

/// The domain's own words, but for the lock message, whose operation is spelled as on the wire (management §2.1).
pub(super) fn message(error: &Error) -> String {
    match error {
        Error::Locked { entity, id, operation } => {
            let operation = operation_name(*operation);
            format!("{} with given identifier {{{id}}} is locked and {operation} is forbidden!", entity.name())
        }
        other => other.to_string(),
    }
}

fn operation_name(operation: LockedOperation) -> &'static str {
    match operation {
        LockedOperation::AddArtifact => "ADD_ARTIFACT",
        LockedOperation::RemoveArtifact => "REMOVE_ARTIFACT",
        LockedOperation::ChangeRequiredMigrationStep => "CHANGE_REQUIRED_MIGRATION_STEP",
        LockedOperation::AddSoftwareModule => "ADD_SOFTWARE_MODULE",
        LockedOperation::RemoveSoftwareModule => "REMOVE_SOFTWARE_MODULE",
        LockedOperation::Delete => "DELETE",
    }
}
