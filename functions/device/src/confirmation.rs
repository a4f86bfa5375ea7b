//! `confirmationBase`: updates that wait until somebody confirms them (DDI §13).

use harrier_deployments::activate_auto_confirm;
use harrier_domain::action::{Action, ActionStatus};
use harrier_domain::audit::Actor;
use harrier_domain::confirmation::{self, Answer};
use harrier_domain::offer::Offer;
use harrier_domain::target::{AutoConfirm, Target};
use harrier_rest::{ApiError, ApiResult, Hal, Json, Links, OptionalJson, Path, QueryParams};
use harrier_store::{Loaded, Result, until_settled};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Device, Session, Visitor};
use crate::case::{self, Case};
use crate::contact::arrive;
use crate::deployment::ActionPath;
use crate::documents::{ConfirmationAction, Deployment};
use crate::feedback::texts;
use crate::history::DocumentQuery;
use crate::poll::mark;

/// The remark of a device that activates auto-confirmation without a body (DDI §13.5).
const NO_REMARK: &str = "Initiated using the Device Direct Integration API without providing a remark.";

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmationBase {
    auto_confirm: AutoConfirmState,
    #[serde(rename = "_links")]
    links: Links,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AutoConfirmState {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    initiator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    /// Epoch milliseconds; 0 while inactive, as the reference has it.
    activated_at: i64,
}

pub async fn get_base(visitor: Visitor) -> ApiResult<Hal<ConfirmationBase>> {
    let Device { session, target } = arrive(visitor).await?;
    let auto_confirm = state(target.auto_confirm.as_ref());
    Ok(Hal::ok(ConfirmationBase { auto_confirm, links: links(&session, &target) }).linked())
}

fn state(auto_confirm: Option<&AutoConfirm>) -> AutoConfirmState {
    AutoConfirmState {
        active: auto_confirm.is_some(),
        initiator: auto_confirm.and_then(|active| active.initiator.clone()),
        remark: auto_confirm.and_then(|active| active.remark.clone()),
        activated_at: auto_confirm.map_or(0, |active| active.activated_at),
    }
}

fn links(session: &Session, target: &Target) -> Links {
    let toggle = if target.auto_confirm.is_some() { "deactivateAutoConfirm" } else { "activateAutoConfirm" };
    let mut links = Links::new().with(toggle, session.links.confirmation().segment(toggle));
    if let Some(action) = target.current_action().filter(|action| Offer::of(action.status) == Offer::Confirmation) {
        links.add("confirmationBase", session.links.confirmation_of(action.id, mark(session, action)));
    }
    links
}

pub async fn get_action(
    device: Device,
    Path((_, _, action)): ActionPath,
    query: QueryParams,
) -> ApiResult<Hal<ConfirmationAction>> {
    let query = DocumentQuery::parse(&query)?;
    let now = device.session.now;
    let (session, case, ()) =
        Case::decide(device, action, 0, |target, action| Ok((case::lapse(target, action, now), ()))).await?;
    let action: &Action = &case.action;
    if !action.active || action.status != ActionStatus::WaitForConfirmation {
        return Err(ApiError::not_found());
    }
    let modules = session.library.deployment(session.lookup(action.audit.created_at), action.distribution_set).await?;
    Ok(Hal::ok(ConfirmationAction {
        id: action.id.to_string(),
        confirmation: Deployment::of(&session, action, &modules),
        action_history: query.history(&session, action).await?,
    }))
}

/// The body of DDI §13.4.
#[derive(Deserialize, JsonSchema)]
pub struct ConfirmationFeedback {
    confirmation: Word,
    code: Option<i32>,
    details: Option<Vec<Option<String>>>,
}

#[derive(Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Verdict")]
enum Word {
    Confirmed,
    Denied,
}

pub async fn post(
    device: Device,
    Path((_, _, action)): ActionPath,
    Json(body): Json<ConfirmationFeedback>,
) -> ApiResult<StatusCode> {
    let confirmed = body.confirmation == Word::Confirmed;
    let answer = Answer { confirmed, code: body.code, details: texts(body.details) };
    let (now, quotas) = (device.session.now, device.session.app.settings.quotas);
    let flow = device.session.tenant.configuration.confirmation_flow();
    Case::decide(device, action, quotas.status_entries_per_action, |target, action| {
        let entry = confirmation::answer(target, action, &answer, flow, &quotas, &Actor::Device, now)?;
        Ok((Some(entry), ()))
    })
    .await?;
    Ok(StatusCode::OK)
}

/// Who activates, and why.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "AutoConfirmActivation")]
pub struct Activation {
    initiator: Option<String>,
    remark: Option<String>,
}

pub async fn activate(device: Device, OptionalJson(body): OptionalJson<Activation>) -> ApiResult<StatusCode> {
    let Device { session, target } = device;
    let body = body.unwrap_or(Activation { initiator: None, remark: Some(NO_REMARK.to_owned()) });
    let (initiator, remark) = (body.initiator.as_deref(), body.remark.as_deref());
    let auto_confirm = confirmation::requested(initiator, remark, &Actor::Device, session.now)?;
    activate_auto_confirm(
        session.store(),
        session.tenant(),
        &session.controller_id,
        Some(target),
        &auto_confirm,
        &Actor::Device,
    )
    .await?;
    Ok(StatusCode::OK)
}

async fn current(session: &Session, at_hand: Option<Loaded<Target>>) -> Result<Loaded<Target>> {
    match at_hand {
        Some(target) => Ok(target),
        None => Ok(session.target_now().await?.ok_or_else(|| session.unknown())?),
    }
}

pub async fn deactivate(device: Device) -> ApiResult<StatusCode> {
    let Device { session, target } = device;
    let mut at_hand = Some(target);
    until_settled(|| {
        let at_hand = at_hand.take();
        async {
            let mut target = current(&session, at_hand).await?;
            confirmation::deactivate(&mut target, &Actor::Device, session.now);
            let mut transaction = session.store().transaction(session.tenant());
            transaction.save(&target);
            transaction.commit().await
        }
    })
    .await?;
    Ok(StatusCode::OK)
}
