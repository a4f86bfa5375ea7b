//! `deploymentBase/{action}`: what to install (DDI §5).

use harrier_domain::action::{Action, ActionStatus};
use harrier_domain::feedback;
use harrier_rest::{ApiError, ApiResult, Hal, Path, QueryParams};

use crate::access::{Device, Session};
use crate::case::{self, Case};
use crate::documents::{Deployment, DeploymentBase};
use crate::history::DocumentQuery;

/// Tenant, device and action of a path.
pub type ActionPath = Path<(String, String, i64)>;

pub async fn get(
    device: Device,
    Path((_, _, action)): ActionPath,
    query: QueryParams,
) -> ApiResult<Hal<DeploymentBase>> {
    let query = DocumentQuery::parse(&query)?;
    let now = device.session.now;
    let (session, case, offered) = Case::decide(device, action, 0, |target, action| {
        let cancelled = case::lapse(target, action, now);
        if !is_offered(action) {
            return Ok((cancelled, false));
        }
        Ok((feedback::retrieve(target, action, now), true))
    })
    .await?;
    if !offered {
        return Err(ApiError::not_found());
    }
    document(&session, &case.action, &query).await
}

/// The state in which there is a deployment to fetch, closed actions included (DDI §5.2).
fn is_offered(action: &Action) -> bool {
    !action.status.is_canceling_or_canceled() && action.status != ActionStatus::WaitForConfirmation
}

/// The document of an action, open or closed.
pub async fn document(session: &Session, action: &Action, query: &DocumentQuery) -> ApiResult<Hal<DeploymentBase>> {
    let modules = session.library.deployment(session.lookup(action.audit.created_at), action.distribution_set).await?;
    Ok(Hal::ok(DeploymentBase {
        id: action.id.to_string(),
        deployment: Deployment::of(session, action, &modules),
        action_history: query.history(session, action).await?,
    }))
}
