//! `POST /rest/v1/softwaremodules`

use axum::extract::State;
use harrier_domain::audit::Audit;
use harrier_domain::authority::Authority;
use harrier_domain::software::{SoftwareModule, SoftwareModuleType, TypedModule};
use harrier_domain::text::{self, Violations};
use harrier_domain::{Error, Tenant};
use harrier_rest::resources::SoftwareModuleResource;
use harrier_rest::{ApiResult, Hal, Json, Origin};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, Store, Transaction, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::creation::{References, create_all, fresh_ids};
use crate::edits::Editor;
use crate::names::type_with_key;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct SoftwareModuleCreate {
    name: Option<String>,
    version: Option<String>,
    #[serde(rename = "type")]
    type_key: Option<String>,
    description: Option<String>,
    vendor: Option<String>,
    #[serde(default)]
    encrypted: bool,
}

/// The types that new modules refer to, by key.
struct Types(BTreeMap<String, Loaded<SoftwareModuleType>>);

impl References<SoftwareModule> for Types {
    fn attach(&self, modules: &[SoftwareModule], transaction: &mut Transaction<'_>) {
        let used: BTreeSet<i64> = modules.iter().map(|module| module.type_id).collect();
        for module_type in self.0.values().filter(|module_type| used.contains(&module_type.id)) {
            transaction.check_unchanged(module_type);
        }
    }
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(requests): Json<Vec<SoftwareModuleCreate>>,
) -> ApiResult<Hal<Vec<SoftwareModuleResource>>> {
    caller.require(Authority::CreateSoftwareModule)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let ids = fresh_ids(store, tenant, requests.len()).await?;
    if requests.iter().any(|request| request.encrypted) && !app.artifacts.can_encrypt() {
        return Err(Error::EncryptionNotSupported.into());
    }
    let created = until_settled(|| try_create(store, tenant, &requests, &ids, &editor)).await?;
    Ok(Hal::created(created.iter().map(|typed| SoftwareModuleResource::item(typed, &origin)).collect()))
}

async fn try_create(
    store: &Store,
    tenant: &Tenant,
    requests: &[SoftwareModuleCreate],
    ids: &[i64],
    editor: &Editor,
) -> Result<Vec<TypedModule>> {
    let types = Types(load_types(store, tenant, requests).await?);
    let decided = requests.iter().zip(ids).map(|(request, id)| decide(request, *id, &types, editor));
    let typed: Vec<TypedModule> = decided.collect::<harrier_domain::Result<_>>()?;
    let modules: Vec<SoftwareModule> = typed.iter().map(|typed| typed.module.clone()).collect();
    create_all(store, tenant, &modules, &types).await?;
    Ok(typed)
}

async fn load_types(
    store: &Store,
    tenant: &Tenant,
    requests: &[SoftwareModuleCreate],
) -> Result<BTreeMap<String, Loaded<SoftwareModuleType>>> {
    let keys: BTreeSet<&String> = requests.iter().filter_map(|request| request.type_key.as_ref()).collect();
    let mut types = BTreeMap::new();
    for key in keys {
        types.insert(key.clone(), type_with_key(store, tenant, key.trim()).await?);
    }
    Ok(types)
}

fn decide(
    request: &SoftwareModuleCreate,
    id: i64,
    types: &Types,
    editor: &Editor,
) -> harrier_domain::Result<TypedModule> {
    let mut violations = Violations::default();
    let name = violations.required(text::name, "name", request.name.as_ref());
    let version = violations.required(text::version, "version", request.version.as_ref());
    let description = violations.optional(text::description, "description", request.description.as_ref());
    let vendor = violations.optional(text::vendor, "vendor", request.vendor.as_ref());
    let module_type = request.type_key.as_ref().and_then(|key| types.0.get(key));
    let module_type = violations.check(text::required("type", module_type));
    violations.finish()?;
    let Some(module_type) = module_type else {
        return Err(Error::violation("type", "must not be null"));
    };
    if module_type.deleted {
        return Err(Error::Validation(format!("Software module type '{}' is deleted.", module_type.key)));
    }
    let module = SoftwareModule {
        id,
        type_id: module_type.id,
        name,
        version,
        description,
        vendor,
        encrypted: request.encrypted,
        locked: false,
        deleted: false,
        artifacts: Vec::new(),
        has_visible_metadata: false,
        audit: Audit::created(&editor.actor, editor.now),
        revision: 1,
    };
    Ok(TypedModule { module, module_type: (**module_type).clone() })
}
