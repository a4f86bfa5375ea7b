//! The descriptions of all functions put together. `docs/openapi` holds what comes out; functions serve it from there.

use harrier_openapi::{Api, DocumentError, document};
use serde_json::Value;

/// The Management API.
///
/// # Errors
/// For descriptions that contradict each other.
pub fn management() -> Result<Value, DocumentError> {
    let functions = [
        management_targets::openapi(),
        management_repository::openapi(),
        management_campaigns::openapi(),
        management_system::openapi(),
    ];
    document(Api::Management, &functions.concat())
}

/// The device API.
///
/// # Errors
/// For descriptions that contradict each other.
pub fn device() -> Result<Value, DocumentError> {
    document(Api::Device, &device::openapi())
}
