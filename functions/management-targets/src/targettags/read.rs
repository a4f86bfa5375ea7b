//! `GET /rest/v1/targettags` and `GET /rest/v1/targettags/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetTag;
use harrier_query::fields;
use harrier_rest::resources::TagResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use harrier_store::search::TargetTagRow;
use std::collections::BTreeMap;

use crate::catalogue;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    request: PageRequest,
) -> ApiResult<Hal<Page<TagResource>>> {
    caller.require(Authority::ReadTarget)?;
    let tags: Vec<Loaded<TargetTag>> = app.store.all(caller.tenant()).await?;
    let by_id: BTreeMap<i64, &TargetTag> = tags.iter().map(|tag| (tag.id, &**tag)).collect();
    let rows = tags.iter().map(|tag| TargetTagRow(tag));
    let found = catalogue::page(&app, &caller, &request, &fields::TARGET_TAG, rows)?;
    let items = found.items.iter().filter_map(|row| by_id.get(&row.0.id));
    Ok(Hal::ok(Page::new(items.map(|tag| super::item(tag, &origin)).collect(), found.total)))
}

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<TagResource>> {
    caller.require(Authority::ReadTarget)?;
    let tag: Loaded<TargetTag> = app.store.get(caller.tenant(), id).await?;
    Ok(Hal::ok(super::single(&tag, &origin)))
}
