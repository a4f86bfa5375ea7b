use axum::body::to_bytes;
use harrier_domain::error::{Checksum, Entity, LockedOperation};
use serde_json::{Value, json};

use super::*;

const REPOSITORY: &str = "org.eclipse.hawkbit.repository.exception.";
const ARTIFACT: &str = "org.eclipse.hawkbit.artifact.exception.";
const SORT: &str = "org.eclipse.hawkbit.mgmt.rest.resource.exception.";
const REST: &str = "org.eclipse.hawkbit.rest.exception.";
const VALIDATION: &str = "jakarta.validation.";

fn text() -> String {
    "x".to_owned()
}

fn quota() -> Error {
    Error::QuotaExceeded { what: "Action", requested: 1, parent: "Target", parent_id: text(), limit: 2 }
}

/// Every row of management §2.3 that the domain can raise: error, status, code, package, class.
fn catalogue() -> Vec<(Error, u16, &'static str, &'static str, &'static str)> {
    let locked = Error::Locked { entity: Entity::DistributionSet, id: 1.into(), operation: LockedOperation::Delete };
    let unsupported = Error::UnsupportedSoftwareModule { module: 1, set_type: text() };
    let many = Error::NotFoundMany { entity: Entity::SoftwareModule, ids: vec![1.into()] };
    let deleted = Error::Deleted { entity: Entity::Rollout, id: 1.into() };
    let read_only = Error::ReadOnly { entity: Entity::Rollout, id: 1.into() };
    vec![
        (Error::not_found(Entity::Target, "x"), 404, "repo.entityNotFound", REPOSITORY, "EntityNotFoundException"),
        (many, 404, "repo.entityNotFound", REPOSITORY, "EntityNotFoundException"),
        (Error::AlreadyExists, 409, "repo.entityAlreadyExists", REPOSITORY, "EntityAlreadyExistsException"),
        (deleted, 404, "deleted", REPOSITORY, "DeletedException"),
        (read_only, 403, "entityReadOnly", REPOSITORY, "EntityReadOnlyException"),
        (locked, 423, "locked", REPOSITORY, "LockedException"),
        (
            Error::ConcurrentModification,
            409,
            "repo.concurrentModification",
            REPOSITORY,
            "ConcurrentModificationException",
        ),
        (
            Error::violation("name", "is long"),
            400,
            "repo.constraintViolation",
            VALIDATION,
            "ConstraintViolationException",
        ),
        (Error::Validation(text()), 400, "repo.constraintViolation", VALIDATION, "ValidationException"),
        (Error::BodyNotReadable(text()), 400, "rest.body.notReadable", REST, "MessageNotReadableException"),
        (
            Error::InvalidTargetAttribute(text()),
            400,
            "repo.invalidTargetAttributes",
            REPOSITORY,
            "InvalidTargetAttributeException",
        ),
        (Error::RsqlSyntax(text()), 400, "rest.param.rsqlParamSyntax", REPOSITORY, "RSQLParameterSyntaxException"),
        (
            Error::RsqlField(text()),
            400,
            "rest.param.rsqlInvalidField",
            REPOSITORY,
            "RSQLParameterUnsupportedFieldException",
        ),
        (Error::SortSyntax(text()), 400, "rest.param.sortParamSyntax", SORT, "SortParameterSyntaxErrorException"),
        (Error::SortField(text()), 400, "rest.param.invalidField", SORT, "SortParameterUnsupportedFieldException"),
        (
            Error::SortDirection(text()),
            400,
            "rest.param.invalidDirection",
            SORT,
            "SortParameterUnsupportedDirectionException",
        ),
        (Error::InsufficientPermission, 403, "insufficientPermission", REPOSITORY, "InsufficientPermissionException"),
        (quota(), 429, "quota.tooManyEntries", REPOSITORY, "AssignmentQuotaExceededException"),
        (
            Error::FileSizeQuotaExceeded { limit: 1 },
            429,
            "quota.fileSizeExceeded",
            ARTIFACT,
            "FileSizeQuotaExceededException",
        ),
        (
            Error::StorageQuotaExceeded { limit: 1 },
            429,
            "quota.storageExceeded",
            ARTIFACT,
            "StorageQuotaExceededException",
        ),
        (Error::ActionNotCancelable, 405, "action.notCancelable", REPOSITORY, "CancelActionNotAllowedException"),
        (
            Error::ActionNotForceQuitable,
            405,
            "action.notForceQuitable",
            REPOSITORY,
            "ForceQuitActionNotAllowedException",
        ),
        (Error::ActionNotDeletable, 405, "action.notDeletable", REPOSITORY, "DeleteActionNotAllowedException"),
        (
            Error::IncompleteDistributionSet(1),
            400,
            "distributionset.incomplete",
            REPOSITORY,
            "IncompleteDistributionSetException",
        ),
        (
            Error::IncompleteSoftwareModule(1),
            400,
            "distributionset.incomplete",
            REPOSITORY,
            "IncompleteSoftwareModuleException",
        ),
        (
            Error::InvalidDistributionSet(1),
            400,
            "distributionset.invalid",
            REPOSITORY,
            "InvalidDistributionSetException",
        ),
        (
            unsupported,
            400,
            "distributionset.modules.unsupported",
            REPOSITORY,
            "UnsupportedSoftwareModuleForThisDistributionSetException",
        ),
        (
            Error::IncompatibleTargetType(text()),
            400,
            "target.type.incompatible",
            REPOSITORY,
            "IncompatibleTargetTypeException",
        ),
        (Error::TargetTypeInUse(1), 409, "target.type.used", REPOSITORY, "TargetTypeInUseException"),
        (
            Error::TargetTypeKeyOrNameRequired,
            400,
            "target.type.keyOrNameRequired",
            REPOSITORY,
            "TargetTypeKeyOrNameRequiredException",
        ),
        (Error::MultiAssignment, 400, "multiAssignmentNotEnabled", REPOSITORY, "MultiAssignmentException"),
        (
            Error::InvalidMaintenanceSchedule(text()),
            400,
            "maintenanceScheduleInvalid",
            REPOSITORY,
            "InvalidMaintenanceScheduleException",
        ),
        (
            Error::AutoConfirmationAlreadyActive(text()),
            409,
            "repo.autoConfAlreadyActive",
            REPOSITORY,
            "AutoConfirmationAlreadyActiveException",
        ),
        (
            Error::InvalidAutoAssignActionType,
            400,
            "repo.invalidAutoAssignActionType",
            REPOSITORY,
            "InvalidAutoAssignActionTypeException",
        ),
        (Error::RolloutIllegalState(text()), 400, "rollout.illegalState", REPOSITORY, "RolloutIllegalStateException"),
        (
            Error::AutoAssignmentIllegalState(text()),
            409,
            "auto.assignment.illegalState",
            REPOSITORY,
            "AutoAssignmentIllegalStateException",
        ),
        (Error::StopRolloutFailed, 423, "stopRolloutFailed", REPOSITORY, "StopRolloutException"),
        (
            Error::ConfigurationKeyInvalid(text()),
            400,
            "configKeyInvalid",
            REPOSITORY,
            "InvalidTenantConfigurationKeyException",
        ),
        (
            Error::ConfigurationValueInvalid(text()),
            400,
            "configValueInvalid",
            REPOSITORY,
            "TenantConfigurationValidatorException",
        ),
        (
            Error::ConfigurationChangeNotAllowed,
            403,
            "repo.tenantConfigurationValueChangeNotAllowed",
            REPOSITORY,
            "TenantConfigurationValueChangeNotAllowedException",
        ),
        (Error::TenantNotExists, 400, "repo.tenantNotExists", REPOSITORY, "TenantNotExistException"),
        (
            Error::ChecksumMismatch(Checksum::Md5),
            400,
            "artifact.uploadFailed.checksum.md5.match",
            REPOSITORY,
            "InvalidMd5HashException",
        ),
        (
            Error::ChecksumMismatch(Checksum::Sha1),
            400,
            "artifact.uploadFailed.checksum.sha1.match",
            REPOSITORY,
            "InvalidSha1HashException",
        ),
        (
            Error::ChecksumMismatch(Checksum::Sha256),
            400,
            "artifact.uploadFailed.checksum.sha256.match",
            REPOSITORY,
            "InvalidSha256HashException",
        ),
        (Error::UploadFailed(text()), 500, "artifact.uploadFailed", ARTIFACT, "ArtifactUploadFailedException"),
        (
            Error::EncryptionNotSupported,
            400,
            "artifact.encryptionNotSupported",
            ARTIFACT,
            "ArtifactEncryptionUnsupportedException",
        ),
        (Error::EncryptionFailed, 500, "artifact.encryptionFailed", ARTIFACT, "ArtifactEncryptionFailedException"),
        (Error::ArtifactLoadFailed, 500, "artifact.loadFailed", ARTIFACT, "ArtifactBinaryNotFoundException"),
        (Error::ArtifactDeleteFailed, 500, "artifact.deleteFailed", ARTIFACT, "ArtifactDeleteFailedException"),
        (
            Error::ArtifactBinaryDeleted,
            410,
            "artifact.binaryDeleted",
            ARTIFACT,
            "ArtifactBinaryNoLongerExistsException",
        ),
        (
            Error::ModuleNotAssigned(1),
            404,
            "repo.entityNotFound",
            REPOSITORY,
            "SoftwareModuleNotAssignedToTargetException",
        ),
    ]
}

async fn wire(error: impl Into<ApiError>) -> (u16, String) {
    let error = error.into();
    let announced = error.status_code();
    let response = error.into_response();
    assert_eq!(response.status(), announced);
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn every_row_of_the_catalogue() {
    for (error, status, code, package, class) in catalogue() {
        let (found_status, body) = wire(error.clone()).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(found_status, status, "{error:?}");
        assert_eq!(body["errorCode"], format!("hawkbit.server.error.{code}"), "{error:?}");
        assert_eq!(body["exceptionClass"], format!("{package}{class}"), "{error:?}");
        let has_info = matches!(error, Error::NotFound { .. } | Error::NotFoundMany { .. });
        assert_eq!(body.get("info").is_some(), has_info, "{error:?}");
    }
}

#[tokio::test]
async fn a_missing_target_as_the_contract_shows_it() {
    let (_, body) = wire(Error::not_found(Entity::Target, "unknown")).await;
    let expected = concat!(
        r#"{"exceptionClass":"org.eclipse.hawkbit.repository.exception.EntityNotFoundException","#,
        r#""errorCode":"hawkbit.server.error.repo.entityNotFound","#,
        r#""message":"Target with given identifier {unknown} does not exist.","#,
        r#""info":{"type":"Target","entityId":"unknown"}}"#
    );
    assert_eq!(body, expected);
}

#[tokio::test]
async fn an_unreadable_body_has_exactly_three_members_and_keeps_its_reason() {
    let (_, body) = wire(ApiError::not_readable("secret detail")).await;
    let expected = concat!(
        r#"{"exceptionClass":"org.eclipse.hawkbit.rest.exception.MessageNotReadableException","#,
        r#""errorCode":"hawkbit.server.error.rest.body.notReadable","#,
        r#""message":"The given request body is not well formed"}"#
    );
    assert_eq!(body, expected);
}

#[tokio::test]
async fn several_missing_ids_are_a_list() {
    let error = Error::NotFoundMany { entity: Entity::SoftwareModule, ids: vec![1.into(), 2.into()] };
    let body: Value = serde_json::from_str(&wire(error).await.1).unwrap();
    assert_eq!(body["info"], json!({ "type": "SoftwareModule", "entityId": [1, 2] }));
    assert_eq!(body["message"], "SoftwareModules with given identifiers {1,2} do not exist.");
}

#[tokio::test]
async fn locks_name_the_operation_as_on_the_wire() {
    let operations = [
        (LockedOperation::AddArtifact, "ADD_ARTIFACT"),
        (LockedOperation::RemoveArtifact, "REMOVE_ARTIFACT"),
        (LockedOperation::ChangeRequiredMigrationStep, "CHANGE_REQUIRED_MIGRATION_STEP"),
        (LockedOperation::AddSoftwareModule, "ADD_SOFTWARE_MODULE"),
        (LockedOperation::RemoveSoftwareModule, "REMOVE_SOFTWARE_MODULE"),
        (LockedOperation::Delete, "DELETE"),
    ];
    for (operation, name) in operations {
        let error = Error::Locked { entity: Entity::SoftwareModule, id: 3.into(), operation };
        let body: Value = serde_json::from_str(&wire(error).await.1).unwrap();
        let expected = format!("SoftwareModule with given identifier {{3}} is locked and {name} is forbidden!");
        assert_eq!(body["message"], expected);
    }
}

#[tokio::test]
async fn empty_messages_are_dropped() {
    let (_, body) = wire(Error::Validation(String::new())).await;
    assert!(!body.contains("message"), "{body}");
}

#[tokio::test]
async fn bare_statuses_have_no_body() {
    let bare: [(ApiError, u16); 8] = [
        (Error::ConfirmationActionClosed.into(), 410),
        (Error::ConfirmationNotAwaited.into(), 404),
        (ApiError::bad_request(), 400),
        (ApiError::not_found(), 404),
        (ApiError::gone(), 410),
        (ApiError::precondition_failed(), 412),
        (ApiError::unauthorized(), 401),
        (ApiError::status(StatusCode::METHOD_NOT_ALLOWED), 405),
    ];
    for (error, status) in bare {
        assert_eq!(wire(error).await, (status, String::new()));
    }
}

#[tokio::test]
async fn special_classes() {
    let (status, body) = wire(ApiError::multipart_failed("too big")).await;
    assert_eq!(status, 400);
    assert!(body.contains("MultiPartFileUploadException") && body.contains("error.artifact.uploadFailed"), "{body}");
    let (status, body) = wire(ApiError::module_type_not_in_set_type(7, 8)).await;
    assert_eq!(status, 404);
    assert!(body.contains("SoftwareModuleTypeNotInDistributionSetTypeException"), "{body}");
    assert!(body.contains(r#""info":{"type":"SoftwareModuleType","entityId":7}"#), "{body}");
}

#[tokio::test]
async fn internal_causes_never_reach_the_caller() {
    let cause = std::io::Error::other("table fleet-prod is on fire");
    let (status, body) = wire(ApiError::internal(cause)).await;
    assert_eq!(status, 500);
    assert!(body.contains("hawkbit.server.error.repo.genericError"), "{body}");
    assert!(!body.contains("fire"), "{body}");
}

#[test]
fn the_log_gets_the_whole_chain() {
    #[derive(Debug)]
    struct Outer(std::io::Error);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("outer")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    assert_eq!(chain(&Outer(std::io::Error::other("inner"))), "outer: inner");
}

#[test]
fn an_overloaded_backend_asks_to_wait() {
    let response = ApiError::unavailable().into_response();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[header::RETRY_AFTER], RETRY_AFTER_SECONDS);
}
