//! `DELETE /rest/v1/targettypes/{id}`

use axum::extract::State;
use harrier_domain::Error;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetType;
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, until_settled};
use http::StatusCode;

use super::{KEYS, NAMES};
use crate::catalogue::release_name;

pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteTargetType)?;
    let tenant = caller.tenant();
    until_settled(|| async {
        let target_type: Loaded<TargetType> = app.store.get(tenant, id).await?;
        let mut transaction = app.store.transaction(tenant);
        transaction.require_type_unused(tenant, id, &Error::TargetTypeInUse(id));
        transaction.delete(&target_type);
        release_name(&mut transaction, &caller, KEYS, &target_type.key);
        release_name(&mut transaction, &caller, NAMES, &target_type.name);
        transaction.commit().await
    })
    .await?;
    app.store.forget_type_uses(tenant, id).await?;
    Ok(no_content())
}
