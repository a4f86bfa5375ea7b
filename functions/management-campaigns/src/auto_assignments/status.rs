//! `POST /rest/v1/autoassignments/{id}/…`: approve, deny, start, pause, resume.

use axum::extract::State;
use harrier_campaigns::auto_assignments;
use harrier_domain::authority::Authority;
use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::text;
use harrier_rest::{ApiResult, Path, QueryParams, no_content};
use harrier_runtime::{App, Caller};
use http::StatusCode;

pub(super) async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    query: QueryParams,
) -> ApiResult<StatusCode> {
    caller.require(Authority::ApproveAutoAssignment)?;
    let (remark, actor, now) = (remark(&query)?, caller.actor(), app.now());
    change(&app, &caller, id, |auto| auto.approve(remark.clone(), &actor, now)).await
}

pub(super) async fn deny(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    query: QueryParams,
) -> ApiResult<StatusCode> {
    caller.require(Authority::ApproveAutoAssignment)?;
    let (remark, actor, now) = (remark(&query)?, caller.actor(), app.now());
    change(&app, &caller, id, |auto| auto.deny(remark.clone(), &actor, now)).await
}

fn remark(query: &QueryParams) -> harrier_domain::Result<Option<String>> {
    query.text("remark").map(|remark| text::approval_remark("approvalRemark", &remark)).transpose()
}

pub(super) async fn start(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    handle(&app, &caller, id, AutoAssignment::start).await
}

pub(super) async fn pause(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    handle(&app, &caller, id, AutoAssignment::pause).await
}

pub(super) async fn resume(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    handle(&app, &caller, id, AutoAssignment::resume).await
}

type Operation = fn(&mut AutoAssignment, &harrier_domain::audit::Actor, i64) -> harrier_domain::Result<()>;

async fn handle(app: &App, caller: &Caller, id: i64, operation: Operation) -> ApiResult<StatusCode> {
    caller.require(Authority::HandleAutoAssignment)?;
    let (actor, now) = (caller.actor(), app.now());
    change(app, caller, id, |auto| operation(auto, &actor, now)).await
}

async fn change(
    app: &App,
    caller: &Caller,
    id: i64,
    decide: impl Fn(&mut AutoAssignment) -> harrier_domain::Result<()> + Sync,
) -> ApiResult<StatusCode> {
    auto_assignments::change(&app.engine(), caller.tenant(), id, decide).await?;
    Ok(no_content())
}
