//! `PUT /rest/v1/targetfilters/{id}`
//!
//! The linked auto assignment follows: another name renames it, another query replaces it by a new one, which is checked and
//! begins anew (`domain-behaviour.md` §10.7).

use axum::extract::State;
use harrier_campaigns::auto_assignments::{self, Ground};
use harrier_domain::authority::Authority;
use harrier_domain::auto_assignment::{AutoAssignment, AutoAssignmentDraft, Creator};
use harrier_domain::classification::TargetFilter;
use harrier_domain::edits;
use harrier_rest::resources::TargetFilterResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, Transaction, until_settled};

use super::links::{linked, shown};
use super::{FilterRequest, NAMES};
use crate::catalogue::change_name;

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(body): Json<FilterRequest>,
) -> ApiResult<Hal<TargetFilterResource>> {
    caller.require(Authority::UpdateTarget)?;
    let request = body.checked(&app, &caller)?;
    let (filter, auto) = until_settled(|| change(&app, &caller, id, &request)).await?;
    if let Some(auto) = &auto {
        auto_assignments::nudge(&app.engine(), caller.tenant(), auto).await;
    }
    Ok(Hal::ok(shown(&caller, &filter, auto.as_ref()).changed(&origin)))
}

async fn change(
    app: &App,
    caller: &Caller,
    id: i64,
    request: &FilterRequest,
) -> Result<(TargetFilter, Option<AutoAssignment>)> {
    let mut filter: Loaded<TargetFilter> = app.store.get(caller.tenant(), id).await?;
    let before = (*filter).clone();
    let auto = linked(app, caller, &before).await?;
    edits::change(&mut filter.name, request.name.clone());
    edits::change(&mut filter.query, request.query.clone());
    if *filter == before {
        return Ok((before, auto.map(Loaded::into_inner)));
    }
    filter.audit.touch(&caller.actor(), app.now());
    let mut transaction = app.store.transaction(caller.tenant());
    transaction.save(&filter);
    change_name(&mut transaction, caller, NAMES, (&before.name, &filter.name), id);
    let auto = match auto {
        Some(auto) => Some(follow(app, caller, &mut transaction, &filter, auto).await?),
        None => None,
    };
    transaction.commit().await?;
    Ok((filter.into_inner(), auto))
}

async fn follow(
    app: &App,
    caller: &Caller,
    transaction: &mut Transaction<'_>,
    filter: &TargetFilter,
    mut auto: Loaded<AutoAssignment>,
) -> Result<AutoAssignment> {
    if auto.query == filter.query {
        let before = std::mem::replace(&mut auto.name, filter.name.clone());
        auto.audit.touch(&caller.actor(), app.now());
        auto_assignments::add_renaming(transaction, caller.tenant(), &before, &auto);
        return Ok(auto.into_inner());
    }
    let draft =
        AutoAssignmentDraft { name: Some(filter.name.clone()), query: Some(filter.query.clone()), ..auto.draft() };
    let engine = app.engine();
    let ground = Ground { engine: &engine, snapshot: &caller.tenant };
    let creator = Creator { actor: &caller.actor(), authorities: caller.authorities().granted() };
    let anew = auto_assignments::prepare(&ground, &creator, draft).await?;
    auto_assignments::add(&ground, transaction, Some(&auto), &anew).await?;
    Ok(anew)
}
