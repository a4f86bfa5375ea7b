//! `PUT /rest/v1/targetfilters/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetFilter;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, until_settled};

use super::representation::TargetFilterResource;
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
    let filter = until_settled(|| change(&app, &caller, id, &request)).await?;
    Ok(Hal::ok(TargetFilterResource::single(&filter, &origin)))
}

async fn change(app: &App, caller: &Caller, id: i64, request: &FilterRequest) -> Result<Loaded<TargetFilter>> {
    let mut filter: Loaded<TargetFilter> = app.store.get(caller.tenant(), id).await?;
    let before = (*filter).clone();
    if let Some(name) = &request.name {
        filter.name.clone_from(name);
    }
    if let Some(query) = &request.query {
        filter.query.clone_from(query);
    }
    if *filter == before {
        return Ok(filter);
    }
    filter.audit.touch(&caller.actor(), app.now());
    let mut transaction = app.store.transaction(caller.tenant());
    transaction.save(&filter);
    change_name(&mut transaction, caller, NAMES, (&before.name, &filter.name), id);
    transaction.commit().await?;
    Ok(filter)
}
