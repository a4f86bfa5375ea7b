//! `POST` and `DELETE /rest/v1/targets/{id}/targettype`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::text;
use harrier_rest::{ApiResult, Json, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::until_settled;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::retype::{NewType, retype};

/// The id of a target type.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct TypeId {
    id: Option<i64>,
}

pub(super) async fn assign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<TypeId>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let type_id = text::required("id", body.id)?;
    change(&app, &caller, &id, NewType::Some(type_id)).await
}

pub(super) async fn unassign(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    change(&app, &caller, &id, NewType::None).await
}

async fn change(app: &App, caller: &Caller, id: &str, wanted: NewType) -> ApiResult<StatusCode> {
    let tenant = caller.tenant();
    until_settled(|| async {
        let mut target = super::load(&app.store, tenant, id).await?;
        let old = target.target_type;
        let mut transaction = app.store.transaction(tenant);
        retype(&app.store, tenant, &mut target, wanted, &mut transaction).await?;
        if target.target_type == old {
            return Ok(());
        }
        target.audit.touch(&caller.actor(), app.now());
        transaction.save(&target);
        transaction.commit().await
    })
    .await?;
    Ok(no_content())
}
