//! `installedBase`: what is installed (DDI §8).

use harrier_deployments::{AssignmentOrder, TargetOrder, assign};
use harrier_domain::action::{Action, ActionType};
use harrier_domain::audit::Actor;
use harrier_domain::software::DistributionSetType;
use harrier_domain::{Entity, Error, text};
use harrier_rest::{ApiError, ApiResult, Hal, Json, Path, QueryParams};
use harrier_store::Consistency;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::access::{Device, Session};
use crate::deployment::{ActionPath, document};
use crate::documents::DeploymentBase;
use crate::history::DocumentQuery;

/// The space in which types, names and versions of distribution sets are unique (management §1.12).
const SET_NAMES: &str = "set";

pub async fn get(
    device: Device,
    Path((_, _, action)): ActionPath,
    query: QueryParams,
) -> ApiResult<Hal<DeploymentBase>> {
    let query = DocumentQuery::parse(&query)?;
    let Device { session, .. } = device;
    let found = session.store().action(session.tenant(), &session.controller_id, action, Consistency::Strong).await?;
    let action = found.ok_or_else(|| Error::not_found(Entity::Action, action))?;
    if !is_installed(&action) {
        return Err(ApiError::not_found());
    }
    document(&session, &action, &query).await
}

/// Failed updates and older ones stay readable; cancelled ones do not (DDI §8.1).
fn is_installed(action: &Action) -> bool {
    !action.active && !action.status.is_canceling_or_canceled()
}

/// The set a device says it has.
#[derive(Deserialize, JsonSchema)]
pub struct SelfReport {
    name: String,
    version: String,
}

/// The device was updated by other means (DDI §8.2).
pub async fn put(device: Device, Json(body): Json<SelfReport>) -> ApiResult<StatusCode> {
    let Device { session, .. } = device;
    let set = reported_set(&session, &body).await?;
    let order = AssignmentOrder {
        snapshot: &session.tenant,
        actor: &Actor::Device,
        quotas: &session.app.settings.quotas,
        distribution_set: set,
        targets: vec![as_installed(&session)],
        offline: true,
        refuse_unknown: true,
        unless_in_history: false,
        message: None,
        now: session.now,
    };
    let outcome = assign(session.store(), &order).await?;
    Ok(if outcome.assigned.is_empty() { StatusCode::OK } else { StatusCode::CREATED })
}

/// Sets are unique by type, name and version; a device knows nothing of types, so each is tried.
async fn reported_set(session: &Session, body: &SelfReport) -> ApiResult<i64> {
    let name = text::name("name", &body.name)?;
    let version = text::version("version", &body.version)?;
    for set_type in session.store().all::<DistributionSetType>(session.tenant()).await? {
        let type_id = set_type.id.to_string();
        let parts = [type_id.as_str(), &name, &version];
        if let Some(set) = session.store().owner_of_name(session.tenant(), SET_NAMES, &parts).await? {
            return Ok(set);
        }
    }
    Err(Error::not_found(Entity::DistributionSet, format!("{name}:{version}")).into())
}

fn as_installed(session: &Session) -> TargetOrder {
    TargetOrder {
        controller_id: session.controller_id.clone(),
        action_type: ActionType::Forced,
        forced_time: None,
        weight: None,
        window: None,
        confirmation_required: Some(false),
    }
}
