//! `/rest/v1/targets/{id}/metadata`
//!
//! The target is part of every transaction, so that metadata never outlives it.

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::text::{self, Violations};
use harrier_domain::{Entity, Error};
use harrier_rest::resources::MetadataResource;
use harrier_rest::{ApiResult, Hal, Json, Page, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, TargetDetails, until_settled};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct MetadataCreate {
    key: Option<String>,
    value: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "MetadataUpdate")]
pub(super) struct MetadataPut {
    value: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Hal<Page<MetadataResource>>> {
    caller.require(Authority::ReadTarget)?;
    let entries = read(&app, &caller, &id).await?.into_iter();
    Ok(Hal::ok(Page::complete(entries.map(|(key, value)| MetadataResource { key, value }).collect())))
}

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((id, key)): Path<(String, String)>,
) -> ApiResult<Hal<MetadataResource>> {
    caller.require(Authority::ReadTarget)?;
    let value = read(&app, &caller, &id).await?.remove(&key).ok_or_else(|| missing(&id, &key))?;
    Ok(Hal::ok(MetadataResource { key, value }))
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<Vec<MetadataCreate>>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let entries = checked(body)?;
    change(&app, &caller, &id, |metadata| {
        if entries.keys().any(|key| metadata.contains_key(key)) {
            return Err(Error::AlreadyExists);
        }
        let (held, added) = (metadata.len() as u64, entries.len() as u64);
        app.settings.quotas.metadata_per_target(&id, held, added)?;
        metadata.extend(entries.clone());
        Ok(())
    })
    .await?;
    Ok(StatusCode::CREATED)
}

pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((id, key)): Path<(String, String)>,
    Json(body): Json<MetadataPut>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let key = text::metadata_key("key", &key)?;
    let value = text::metadata_value("value", &text::required("value", body.value)?)?;
    change(&app, &caller, &id, |metadata| {
        if !metadata.contains_key(&key) {
            app.settings.quotas.metadata_per_target(&id, metadata.len() as u64, 1)?;
        }
        metadata.insert(key.clone(), value.clone());
        Ok(())
    })
    .await?;
    Ok(no_content())
}

pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((id, key)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    change(&app, &caller, &id, |metadata| metadata.remove(&key).map(|_| ()).ok_or_else(|| missing(&id, &key))).await?;
    Ok(no_content())
}

async fn read(app: &App, caller: &Caller, id: &str) -> Result<BTreeMap<String, String>> {
    super::load(&app.store, caller.tenant(), id).await?;
    let details = app.store.details(caller.tenant(), id).await?;
    Ok(details.map(|details| details.into_inner().metadata).unwrap_or_default())
}

/// The entries of a request: at least one, no key twice (management §7 no. 50).
fn checked(body: Vec<MetadataCreate>) -> harrier_domain::Result<BTreeMap<String, String>> {
    let count = body.len();
    let mut violations = Violations::default();
    if count == 0 {
        violations.add("metadata", "must not be empty");
    }
    let mut entries = BTreeMap::new();
    for MetadataCreate { key, value } in body {
        let key = violations.required(text::metadata_key, "key", key);
        entries.insert(key, violations.required(text::metadata_value, "value", value));
    }
    violations.finish()?;
    if entries.len() < count {
        return Err(Error::violation("key", "must not be given twice"));
    }
    Ok(entries)
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &str,
    decide: impl Fn(&mut BTreeMap<String, String>) -> harrier_domain::Result<()>,
) -> Result<()> {
    let tenant = caller.tenant();
    until_settled(|| async {
        let target = super::load(&app.store, tenant, id).await?;
        let details: Option<Loaded<TargetDetails>> = app.store.details(tenant, id).await?;
        let mut transaction = app.store.transaction(tenant);
        match details {
            Some(mut details) => {
                decide(&mut details.metadata)?;
                transaction.save(&details);
            }
            None => {
                let mut details = TargetDetails { controller_id: id.to_owned(), ..TargetDetails::default() };
                decide(&mut details.metadata)?;
                transaction.create(&details);
            }
        }
        if transaction.is_empty() {
            return Ok(());
        }
        transaction.check_unchanged(&target);
        transaction.commit().await
    })
    .await
}

fn missing(id: &str, key: &str) -> Error {
    Error::not_found(Entity::TargetMetadata, format!("{id}:{key}"))
}
