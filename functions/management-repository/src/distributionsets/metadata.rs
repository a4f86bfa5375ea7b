//! `/rest/v1/distributionsets/{id}/metadata`

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use harrier_domain::authority::Authority;
use harrier_domain::quota::Quotas;
use harrier_domain::software::DistributionSet;
use harrier_domain::{Entity, Tenant};
use harrier_rest::resources::MetadataResource;
use harrier_rest::{ApiResult, Hal, Json, Page, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Loaded, MetadataOwner, Result, Store, until_settled};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::require_changeable;
use crate::metadata::{self, Draft};

/// What a not-found answer calls an entry: the reference says so for sets too (management §5.6).
const ENTITY: Entity = Entity::TargetMetadata;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/distributionsets/{id}/metadata", get(list).post(create))
        .route("/rest/v1/distributionsets/{id}/metadata/{key}", get(get_one).put(update).delete(delete))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "MetadataCreate")]
pub(super) struct EntryCreate {
    key: Option<String>,
    value: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "MetadataUpdate")]
pub(super) struct EntryUpdate {
    value: Option<String>,
}

async fn list(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<Hal<Page<MetadataResource>>> {
    caller.require(Authority::ReadDistributionSet)?;
    let _exists: Loaded<DistributionSet> = app.store.get(caller.tenant(), id).await?;
    let stored = app.store.metadata(caller.tenant(), MetadataOwner::Set(id), Consistency::Strong).await?;
    let content = stored.iter().map(|stored| MetadataResource::from(&stored.entry)).collect();
    Ok(Hal::ok(Page::complete(content)))
}

async fn get_one(
    State(app): State<App>,
    caller: Caller,
    Path((id, key)): Path<(i64, String)>,
) -> ApiResult<Hal<MetadataResource>> {
    caller.require(Authority::ReadDistributionSet)?;
    let _exists: Loaded<DistributionSet> = app.store.get(caller.tenant(), id).await?;
    let found = metadata::find(&app.store, caller.tenant(), MetadataOwner::Set(id), &key, ENTITY).await?;
    Ok(Hal::ok(MetadataResource::from(&found.entry)))
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(requests): Json<Vec<EntryCreate>>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateDistributionSet)?;
    let draft = |request: &EntryCreate| Draft::new(request.key.as_ref(), request.value.as_ref(), None)?.with_value();
    let drafts: Vec<Draft> = requests.iter().map(draft).collect::<harrier_domain::Result<_>>()?;
    metadata::check_list(&drafts)?;
    upsert(&app, caller.tenant(), id, &drafts).await?;
    Ok(StatusCode::CREATED)
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    Path((id, key)): Path<(i64, String)>,
    Json(request): Json<EntryUpdate>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateDistributionSet)?;
    let draft = Draft::new(Some(&key), request.value.as_ref(), None)?.with_value()?;
    upsert(&app, caller.tenant(), id, &[draft]).await?;
    Ok(no_content())
}

async fn upsert(app: &App, tenant: &Tenant, id: i64, drafts: &[Draft]) -> Result<()> {
    until_settled(|| try_upsert(&app.store, &app.settings.quotas, tenant, id, drafts)).await
}

async fn try_upsert(store: &Store, quotas: &Quotas, tenant: &Tenant, id: i64, drafts: &[Draft]) -> Result<()> {
    let set: Loaded<DistributionSet> = store.get(tenant, id).await?;
    require_changeable(&set)?;
    let owner = MetadataOwner::Set(id);
    let stored = store.metadata(tenant, owner, Consistency::Strong).await?;
    let changes = metadata::apply(&stored, drafts)?;
    if changes.new_keys > 0 {
        quotas.metadata_per_distribution_set(id, changes.stored_keys as u64, changes.new_keys as u64)?;
    }
    metadata::write(store, tenant, &set, owner, &changes.entries).await
}

async fn delete(State(app): State<App>, caller: Caller, Path((id, key)): Path<(i64, String)>) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateDistributionSet)?;
    until_settled(|| try_delete(&app.store, caller.tenant(), id, &key)).await?;
    Ok(no_content())
}

async fn try_delete(store: &Store, tenant: &Tenant, id: i64, key: &str) -> Result<()> {
    let set: Loaded<DistributionSet> = store.get(tenant, id).await?;
    require_changeable(&set)?;
    let found = metadata::find(store, tenant, MetadataOwner::Set(id), key, ENTITY).await?;
    let mut transaction = store.transaction(tenant);
    transaction.check_unchanged(&set).delete(&found);
    transaction.commit().await
}
