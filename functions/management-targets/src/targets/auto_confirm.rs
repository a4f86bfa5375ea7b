//! `/rest/v1/targets/{id}/autoConfirm`: works whether or not the confirmation flow is on (management §7 no. 48).

use axum::extract::State;
use harrier_domain::action::{Action, ActionStatus};
use harrier_domain::authority::Authority;
use harrier_domain::confirmation;
use harrier_domain::target::{AutoConfirm, Target};
use harrier_rest::resources::AutoConfirmResource;
use harrier_rest::{ApiResult, Hal, OptionalJson, Origin, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, StoreError, until_settled};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

/// Waiting actions released within one transaction: each takes two of its hundred changes.
const MOST_RELEASED: usize = 40;

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
    until_settled(|| try_activate(&app, &caller, &id, &wanted)).await?;
    Ok(no_content())
}

/// Releases what waits and activates, in one transaction. Very many waiting actions are released in several before it.
async fn try_activate(app: &App, caller: &Caller, id: &str, wanted: &AutoConfirm) -> Result<()> {
    let mut target = super::load(&app.store, caller.tenant(), id).await?;
    let waiting = waiting(&target);
    let last = waiting.len() <= MOST_RELEASED;
    if last || target.auto_confirm.is_some() {
        confirmation::activate(&mut target, wanted.clone(), &caller.actor(), app.now())?;
    }
    let some = &waiting[..waiting.len().min(MOST_RELEASED)];
    let mut actions = app.store.actions(caller.tenant(), id, some).await?;
    release(app, caller, &mut target, &mut actions, wanted).await?;
    if last { Ok(()) } else { Err(StoreError::Conflict) }
}

fn waiting(target: &Target) -> Vec<i64> {
    let waits = target.open_actions.iter().filter(|open| open.status == ActionStatus::WaitForConfirmation);
    waits.map(|open| open.id).collect()
}

async fn release(
    app: &App,
    caller: &Caller,
    target: &mut Loaded<Target>,
    actions: &mut [Loaded<Action>],
    wanted: &AutoConfirm,
) -> Result<()> {
    let mut transaction = app.store.transaction(caller.tenant());
    for action in actions {
        let entry = confirmation::release(target, action, wanted, &caller.actor(), app.now());
        transaction.save(action);
        if let Some(entry) = entry {
            transaction.create(&entry);
        }
    }
    transaction.save(target);
    transaction.commit().await
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
