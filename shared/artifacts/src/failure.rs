//! Storage failures: the cause goes to the log, a refusal without internals goes to the caller.

use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use harrier_domain::Error;

/// Turns a failed call of an upload into [`Error::UploadFailed`]. `step` is what the caller may read.
pub(crate) fn upload_failed<E: std::error::Error>(step: &'static str) -> impl FnOnce(E) -> Error {
    move |cause| {
        tracing::error!(step, cause = %DisplayErrorContext(&cause), "an artifact upload failed");
        Error::UploadFailed(step.to_owned())
    }
}

/// Turns a failed read into [`Error::ArtifactLoadFailed`].
pub(crate) fn load_failed<E: std::error::Error>(key: &str) -> impl FnOnce(E) -> Error {
    move |cause| {
        tracing::error!(key, cause = %DisplayErrorContext(&cause), "an artifact could not be loaded");
        Error::ArtifactLoadFailed
    }
}

/// Turns a failed deletion into [`Error::ArtifactDeleteFailed`].
pub(crate) fn delete_failed<E: std::error::Error>(key: &str) -> impl FnOnce(E) -> Error {
    move |cause| {
        tracing::error!(key, cause = %DisplayErrorContext(&cause), "an artifact could not be deleted");
        Error::ArtifactDeleteFailed
    }
}

/// Turns a failure to encrypt or decrypt `name` into [`Error::EncryptionFailed`].
pub(crate) fn encryption_failed<E: std::error::Error>(name: &str) -> impl FnOnce(E) -> Error {
    move |cause| {
        tracing::error!(name, %cause, "an artifact could not be encrypted or decrypted");
        Error::EncryptionFailed
    }
}

/// Whether S3 said 404. By status, because an answer to `HEAD` has no body that could name the error.
pub(crate) fn is_not_found<E>(error: &SdkError<E>) -> bool {
    error.raw_response().is_some_and(|response| response.status().as_u16() == 404)
}
