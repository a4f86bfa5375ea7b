//! `GET /rest/v1/userinfo`: who the caller is (management §5.17). User interfaces check a login with it.

use harrier_openapi::{Section, get, one};
use harrier_rest::Hal;
use harrier_runtime::Caller;
use schemars::JsonSchema;
use serde::Serialize;

/// A tenant, a user, and what they were granted: roles are not expanded. No member is ever left out.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UserInfo {
    tenant: Option<String>,
    username: Option<String>,
    permissions: Option<Vec<String>>,
}

/// Any authenticated user may ask.
pub(crate) async fn show(caller: Caller) -> Hal<UserInfo> {
    Hal::ok(UserInfo {
        tenant: Some(caller.tenant().to_string()),
        username: Some(caller.name().to_owned()),
        permissions: Some(caller.authorities().granted().to_vec()),
    })
}

/// The operation, described.
pub(crate) fn section() -> Section {
    Section::new("User info", "Who the caller is.")
        .with(get("/rest/v1/userinfo", "Shows the caller's tenant, name and authorities").answers(one::<UserInfo>()))
}
