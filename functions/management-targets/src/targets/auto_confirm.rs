//! `/rest/v1/targets/{id}/autoConfirm`: works whether or not the confirmation flow is on (management §7 no. 48).

use axum::extract::State;
use harrier_deployments::activate_auto_confirm;
use harrier_domain::authority::Authority;
use harrier_domain::confirmation;
use harrier_rest::resources::AutoConfirmResource;
use harrier_rest::{ApiResult, Hal, OptionalJson, Origin, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::until_settled;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

/// Who activates, and why.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AutoConfirmActivation")]
pub(super) struct Activation {
    initiator: Option<String>,
    remark: Option<String>,
}

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
) -> ApiResult<Hal<AutoConfirmResource>> {
    caller.require(Authority::ReadTarget)?;
    let target = super::load(&app.store, caller.tenant(), &id).await?;
    Ok(Hal::ok(AutoConfirmResource::new(&target, &origin)))
}

pub(super) async fn activate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    OptionalJson(body): OptionalJson<Activation>,
) -> ApiResult<StatusCode> {
    caller.require_all(&[Authority::ReadTarget, Authority::UpdateTarget])?;
    let Activation { initiator, remark } = body.unwrap_or_default();
    let initiator = initiator.unwrap_or_else(|| caller.name().to_owned());
    let wanted = confirmation::requested(Some(&initiator), remark.as_deref(), &caller.actor(), app.now())?;
    activate_auto_confirm(&app.store, caller.tenant(), &id, None, &wanted, &caller.actor()).await?;
    Ok(no_content())
}

pub(super) async fn deactivate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    caller.require_all(&[Authority::ReadTarget, Authority::UpdateTarget])?;
    until_settled(|| async {
        let mut target = super::load(&app.store, caller.tenant(), &id).await?;
        confirmation::deactivate(&mut target, &caller.actor(), app.now());
        let mut transaction = app.store.transaction(caller.tenant());
        transaction.save(&target);
        transaction.commit().await
    })
    .await?;
    Ok(no_content())
}
