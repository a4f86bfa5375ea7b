//! `/rest/v1/targetfilters/{id}/autoAssignDS` (deprecated, management §5.9): auto assignments by way of a filter.

use axum::extract::State;
use axum::response::Response;
use harrier_campaigns::auto_assignments::{self, Ground, add_removal, find_named};
use harrier_domain::action::ActionType;
use harrier_domain::authority::Authority;
use harrier_domain::auto_assignment::{AutoAssignment, AutoAssignmentDraft, Creator};
use harrier_domain::classification::TargetFilter;
use harrier_rest::resources::{ActionTypeName, TargetFilterResource};
use harrier_rest::{ApiError, ApiResult, Hal, Json, Origin, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, until_settled};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::links::{is_linked, linked, shown};
use crate::targets::show_set;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Response> {
    caller.require(Authority::ReadTarget)?;
    let filter: Loaded<TargetFilter> = app.store.get(caller.tenant(), id).await?;
    let auto = linked(&app, &caller, &filter).await?;
    show_set(&app, &caller, &origin, auto.map(|auto| auto.distribution_set)).await
}

/// What the filter's targets shall get (management §5.9 "AutoAssignRequest").
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AutoAssignRequest {
    id: Option<i64>,
    #[serde(rename = "type")]
    action_type: Option<ActionTypeName>,
    weight: Option<i64>,
    confirmation_required: Option<bool>,
}

pub(super) async fn post(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(body): Json<AutoAssignRequest>,
) -> ApiResult<Hal<TargetFilterResource>> {
    caller.require_all(&[Authority::ReadTarget, Authority::UpdateTarget, Authority::ReadDistributionSet])?;
    let draft = body.draft()?;
    let filter: Loaded<TargetFilter> = app.store.get(caller.tenant(), id).await?;
    let draft = AutoAssignmentDraft { name: Some(filter.name.clone()), query: Some(filter.query.clone()), ..draft };
    let auto = replace(&app, &caller, &filter, draft).await?;
    Ok(Hal::ok(shown(&caller, &filter, Some(&auto)).changed(&origin)))
}

impl AutoAssignRequest {
    fn draft(self) -> ApiResult<AutoAssignmentDraft> {
        Ok(AutoAssignmentDraft {
            distribution_set: self.id.ok_or_else(|| ApiError::not_readable("no distribution set is named"))?,
            action_type: self.action_type.map(ActionType::from),
            weight: self.weight,
            confirmation_required: self.confirmation_required,
            ..AutoAssignmentDraft::default()
        })
    }
}

/// A linked auto assignment gives way to the new one; one of the same name with another query does not.
async fn replace(
    app: &App,
    caller: &Caller,
    filter: &Loaded<TargetFilter>,
    draft: AutoAssignmentDraft,
) -> Result<AutoAssignment> {
    let engine = app.engine();
    let ground = Ground { engine: &engine, snapshot: &caller.tenant };
    let creator = Creator { actor: &caller.actor(), authorities: caller.authorities().granted() };
    let auto = auto_assignments::prepare(&ground, &creator, draft).await?;
    until_settled(|| async {
        let named = find_named(&app.store, caller.tenant(), &filter.name).await?;
        let old = named.filter(|auto| is_linked(filter, auto));
        let mut transaction = app.store.transaction(caller.tenant());
        auto_assignments::add(&ground, &mut transaction, old.as_ref(), &auto).await?;
        transaction.commit().await
    })
    .await?;
    auto_assignments::nudge(&engine, caller.tenant(), &auto).await;
    Ok(auto)
}

/// Removes the auto assignment of the filter's name, whatever its query.
pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let filter: Loaded<TargetFilter> = app.store.get(caller.tenant(), id).await?;
    until_settled(|| async {
        let mut transaction = app.store.transaction(caller.tenant());
        if let Some(auto) = find_named(&app.store, caller.tenant(), &filter.name).await? {
            add_removal(&mut transaction, caller.tenant(), &auto);
        }
        transaction.commit().await
    })
    .await?;
    Ok(no_content())
}
