//! `/rest/v1/softwaremodules/{id}/metadata`

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use harrier_domain::authority::Authority;
use harrier_domain::quota::Quotas;
use harrier_domain::software::SoftwareModule;
use harrier_domain::{Entity, Tenant};
use harrier_rest::resources::ModuleMetadataResource;
use harrier_rest::{ApiResult, Hal, Json, Page, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Loaded, MetadataOwner, Result, Store, until_settled};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::edits::require_alive;
use crate::metadata::{self, Draft};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/softwaremodules/{id}/metadata", get(list).post(create))
        .route("/rest/v1/softwaremodules/{id}/metadata/{key}", get(get_one).put(update).delete(delete))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ModuleMetadataCreate")]
pub(super) struct EntryCreate {
    key: Option<String>,
    value: Option<String>,
    #[serde(default)]
    target_visible: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ModuleMetadataUpdate")]
pub(super) struct EntryUpdate {
    value: Option<String>,
    target_visible: Option<bool>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> ApiResult<Hal<Page<ModuleMetadataResource>>> {
    caller.require(Authority::ReadSoftwareModule)?;
    let _exists: Loaded<SoftwareModule> = app.store.get(caller.tenant(), id).await?;
    let stored = app.store.metadata(caller.tenant(), MetadataOwner::Module(id), Consistency::Strong).await?;
    let content = stored.iter().map(|stored| ModuleMetadataResource::from(&stored.entry)).collect();
    Ok(Hal::ok(Page::complete(content)))
}

async fn get_one(
    State(app): State<App>,
    caller: Caller,
    Path((id, key)): Path<(i64, String)>,
) -> ApiResult<Hal<ModuleMetadataResource>> {
    caller.require(Authority::ReadSoftwareModule)?;
    let _exists: Loaded<SoftwareModule> = app.store.get(caller.tenant(), id).await?;
    let (owner, entity) = (MetadataOwner::Module(id), Entity::SoftwareModuleMetadata);
    let found = metadata::find(&app.store, caller.tenant(), owner, &key, entity).await?;
    Ok(Hal::ok(ModuleMetadataResource::from(&found.entry)))
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(requests): Json<Vec<EntryCreate>>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateSoftwareModule)?;
    let draft = |request: &EntryCreate| {
        Draft::new(request.key.as_ref(), request.value.as_ref(), Some(request.target_visible))?.with_value()
    };
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
    caller.require(Authority::UpdateSoftwareModule)?;
    let draft = Draft::new(Some(&key), request.value.as_ref(), request.target_visible)?;
    upsert(&app, caller.tenant(), id, &[draft]).await?;
    Ok(no_content())
}

async fn upsert(app: &App, tenant: &Tenant, id: i64, drafts: &[Draft]) -> Result<()> {
    until_settled(|| try_upsert(&app.store, &app.settings.quotas, tenant, id, drafts)).await
}

async fn try_upsert(store: &Store, quotas: &Quotas, tenant: &Tenant, id: i64, drafts: &[Draft]) -> Result<()> {
    let mut module: Loaded<SoftwareModule> = store.get(tenant, id).await?;
    require_alive(module.deleted, Entity::SoftwareModule, id)?;
    let owner = MetadataOwner::Module(id);
    let stored = store.metadata(tenant, owner, Consistency::Strong).await?;
    let changes = metadata::apply(&stored, drafts)?;
    if changes.new_keys > 0 {
        quotas.metadata_per_software_module(id, changes.stored_keys as u64, changes.new_keys as u64)?;
    }
    module.has_visible_metadata = changes.any_visible;
    metadata::write(store, tenant, &module, owner, &changes.entries).await
}

async fn delete(State(app): State<App>, caller: Caller, Path((id, key)): Path<(i64, String)>) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateSoftwareModule)?;
    until_settled(|| try_delete(&app.store, caller.tenant(), id, &key)).await?;
    Ok(no_content())
}

async fn try_delete(store: &Store, tenant: &Tenant, id: i64, key: &str) -> Result<()> {
    let mut module: Loaded<SoftwareModule> = store.get(tenant, id).await?;
    require_alive(module.deleted, Entity::SoftwareModule, id)?;
    let owner = MetadataOwner::Module(id);
    let found = metadata::find(store, tenant, owner, key, Entity::SoftwareModuleMetadata).await?;
    let stored = store.metadata(tenant, owner, Consistency::Strong).await?;
    let mut others = stored.iter().filter(|stored| stored.entry.key != found.entry.key);
    module.has_visible_metadata = others.any(|other| other.entry.visible);
    let mut transaction = store.transaction(tenant);
    transaction.save_or_check(&module).delete(&found);
    transaction.commit().await
}
