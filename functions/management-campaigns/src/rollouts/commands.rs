//! `DELETE /rest/v1/rollouts/{id}` and the commands below it: they decide, the engine carries out.

use axum::extract::State;
use harrier_campaigns::rollouts;
use harrier_domain::authority::Authority;
use harrier_domain::text;
use harrier_rest::{ApiResult, Path, QueryParams, no_content};
use harrier_runtime::{App, Caller};
use http::StatusCode;

pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteRollout)?;
    rollouts::delete(&app.engine(), caller.tenant(), id, &caller.actor()).await?;
    Ok(no_content())
}

pub(super) async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    query: QueryParams,
) -> ApiResult<StatusCode> {
    decide(&app, &caller, id, true, &query).await
}

pub(super) async fn deny(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    query: QueryParams,
) -> ApiResult<StatusCode> {
    decide(&app, &caller, id, false, &query).await
}

async fn decide(app: &App, caller: &Caller, id: i64, approved: bool, query: &QueryParams) -> ApiResult<StatusCode> {
    caller.require(Authority::ApproveRollout)?;
    let remark = query.text("remark").map(|remark| text::approval_remark("remark", &remark)).transpose()?;
    rollouts::decide(&app.engine(), caller.tenant(), id, approved, remark, &caller.actor()).await?;
    Ok(no_content())
}

pub(super) async fn start(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::HandleRollout)?;
    rollouts::begin(&app.engine(), caller.tenant(), id, &caller.actor()).await?;
    Ok(no_content())
}

pub(super) async fn pause(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::HandleRollout)?;
    rollouts::pause(&app.engine(), caller.tenant(), id, &caller.actor()).await?;
    Ok(no_content())
}

pub(super) async fn resume(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::HandleRollout)?;
    rollouts::resume(&app.engine(), caller.tenant(), id, &caller.actor()).await?;
    Ok(no_content())
}

/// hawkBit's documentation asks for another authority, its code for this one (management §8.3 no. 2).
pub(super) async fn stop(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateRollout)?;
    rollouts::stop(&app.engine(), caller.tenant(), id, &caller.actor()).await?;
    Ok(no_content())
}

pub(super) async fn trigger_next_group(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateRollout)?;
    rollouts::trigger_next(&app.engine(), caller.tenant(), id, &caller.actor()).await?;
    Ok(no_content())
}
