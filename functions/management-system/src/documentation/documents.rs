//! `GET /v3/api-docs`: OpenAPI documents, of both APIs or of one.

use axum::response::IntoResponse;
use harrier_openapi::merged;
use harrier_rest::{ApiError, ApiResult};
use http::header::CONTENT_TYPE;

const MANAGEMENT: &str = include_str!("../../../../docs/openapi/management.json");
const DEVICE: &str = include_str!("../../../../docs/openapi/device.json");

pub(super) async fn whole() -> ApiResult<impl IntoResponse> {
    let read = |document| serde_json::from_str(document).map_err(ApiError::internal);
    let mut whole = merged(read(MANAGEMENT)?, read(DEVICE)?);
    whole["info"]["title"] = "Harrier".into();
    whole["info"]["description"] = "The Management API and the Direct Device Integration API.".into();
    Ok(json(whole.to_string()))
}

pub(super) async fn management() -> impl IntoResponse {
    json(MANAGEMENT)
}

pub(super) async fn device() -> impl IntoResponse {
    json(DEVICE)
}

fn json(document: impl IntoResponse) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], document)
}
