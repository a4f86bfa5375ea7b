//! `/rest/v1/distributionsettypes/{id}/mandatorymoduletypes` and `…/optionalmoduletypes`

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use harrier_domain::authority::Authority;
use harrier_domain::quota::Quotas;
use harrier_domain::software::{DistributionSetType, SoftwareModuleType};
use harrier_domain::{Entity, Error, Tenant};
use harrier_rest::resources::SoftwareModuleTypeResource;
use harrier_rest::{ApiError, ApiResult, Hal, Json, Origin, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Loaded, Result, Store, until_settled};
use http::StatusCode;
use std::collections::BTreeSet;

use crate::edits::{Editor, require_alive};
use crate::references::Id;

/// What a module type is to a set type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Mandatory,
    Optional,
}

impl Role {
    fn listed(self, set_type: &DistributionSetType) -> &BTreeSet<i64> {
        match self {
            Self::Mandatory => &set_type.mandatory,
            Self::Optional => &set_type.optional,
        }
    }

    /// Lists the module type in this role, and in this role only.
    fn put_into(self, set_type: &mut DistributionSetType, module_type: i64) {
        let (into, out_of) = match self {
            Self::Mandatory => (&mut set_type.mandatory, &mut set_type.optional),
            Self::Optional => (&mut set_type.optional, &mut set_type.mandatory),
        };
        out_of.remove(&module_type);
        into.insert(module_type);
    }
}

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/distributionsettypes/{id}/mandatorymoduletypes", get(list_mandatory).post(add_mandatory))
        .route(
            "/rest/v1/distributionsettypes/{id}/mandatorymoduletypes/{module_type}",
            get(get_mandatory).delete(remove),
        )
        .route("/rest/v1/distributionsettypes/{id}/optionalmoduletypes", get(list_optional).post(add_optional))
        .route("/rest/v1/distributionsettypes/{id}/optionalmoduletypes/{module_type}", get(get_optional).delete(remove))
}

type TypeList = ApiResult<Hal<Vec<SoftwareModuleTypeResource>>>;
type OneType = ApiResult<Hal<SoftwareModuleTypeResource>>;

async fn list_mandatory(State(app): State<App>, caller: Caller, origin: Origin, Path(id): Path<i64>) -> TypeList {
    list(&app, &caller, &origin, id, Role::Mandatory).await
}

async fn list_optional(State(app): State<App>, caller: Caller, origin: Origin, Path(id): Path<i64>) -> TypeList {
    list(&app, &caller, &origin, id, Role::Optional).await
}

async fn list(app: &App, caller: &Caller, origin: &Origin, id: i64, role: Role) -> TypeList {
    caller.require(Authority::ReadDistributionSetType)?;
    let set_type: Loaded<DistributionSetType> = app.store.get(caller.tenant(), id).await?;
    let ids: Vec<i64> = role.listed(&set_type).iter().copied().collect();
    let types = app.store.find_many::<SoftwareModuleType>(caller.tenant(), &ids, Consistency::Strong).await?;
    Ok(Hal::ok(types.iter().map(|one| SoftwareModuleTypeResource::new(one, origin)).collect()))
}

async fn get_mandatory(State(app): State<App>, caller: Caller, origin: Origin, Path(ids): Path<(i64, i64)>) -> OneType {
    get_one(&app, &caller, &origin, ids, Role::Mandatory).await
}

async fn get_optional(State(app): State<App>, caller: Caller, origin: Origin, Path(ids): Path<(i64, i64)>) -> OneType {
    get_one(&app, &caller, &origin, ids, Role::Optional).await
}

async fn get_one(app: &App, caller: &Caller, origin: &Origin, ids: (i64, i64), role: Role) -> OneType {
    caller.require_all(&[Authority::ReadDistributionSetType, Authority::ReadSoftwareModuleType])?;
    let (id, module_type) = ids;
    let set_type: Loaded<DistributionSetType> = app.store.get(caller.tenant(), id).await?;
    let found: Loaded<SoftwareModuleType> = app.store.get(caller.tenant(), module_type).await?;
    if !role.listed(&set_type).contains(&module_type) {
        return Err(ApiError::module_type_not_in_set_type(module_type, id));
    }
    Ok(Hal::ok(SoftwareModuleTypeResource::new(&found, origin)))
}

async fn add_mandatory(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(added): Json<Id>,
) -> ApiResult<StatusCode> {
    add(&app, &caller, id, added.id, Role::Mandatory).await
}

async fn add_optional(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(added): Json<Id>,
) -> ApiResult<StatusCode> {
    add(&app, &caller, id, added.id, Role::Optional).await
}

async fn add(app: &App, caller: &Caller, id: i64, added: i64, role: Role) -> ApiResult<StatusCode> {
    caller.require_all(&[Authority::UpdateDistributionSetType, Authority::ReadSoftwareModuleType])?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(app, caller));
    until_settled(|| try_add(store, tenant, &app.settings.quotas, (id, added), role, &editor)).await?;
    Ok(no_content())
}

async fn try_add(
    store: &Store,
    tenant: &Tenant,
    quotas: &Quotas,
    (id, added): (i64, i64),
    role: Role,
    editor: &Editor,
) -> Result<()> {
    let mut set_type = changeable(store, tenant, id).await?;
    let listed = set_type.mandatory.len() + set_type.optional.len();
    quotas.software_module_types_per_distribution_set_type(id, listed as u64, 1)?;
    let module_type: Loaded<SoftwareModuleType> = store.get(tenant, added).await?;
    require_alive(module_type.deleted, Entity::SoftwareModuleType, added)?;
    if role.listed(&set_type).contains(&added) {
        return Ok(());
    }
    role.put_into(&mut set_type, added);
    set_type.audit.touch(&editor.actor, editor.now);
    let mut transaction = store.transaction(tenant);
    transaction.save(&set_type).check_unchanged(&module_type);
    transaction.require_no_sets_of_type(tenant, id, read_only(id));
    transaction.commit().await
}

/// The set type, if what it lists may change: no set uses it, not even a soft-deleted one.
async fn changeable(store: &Store, tenant: &Tenant, id: i64) -> Result<Loaded<DistributionSetType>> {
    let set_type: Loaded<DistributionSetType> = store.get(tenant, id).await?;
    require_alive(set_type.deleted, Entity::DistributionSetType, id)?;
    if store.count_of_sets_of_type(tenant, id).await? > 0 {
        return Err(read_only(id).into());
    }
    Ok(set_type)
}

fn read_only(id: i64) -> Error {
    Error::ReadOnly { entity: Entity::DistributionSetType, id: id.into() }
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((id, removed)): Path<(i64, i64)>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateDistributionSetType)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    until_settled(|| try_remove(store, tenant, id, removed, &editor)).await?;
    Ok(no_content())
}

/// Whatever the role in the path: both paths remove the module type (management §5.7).
async fn try_remove(store: &Store, tenant: &Tenant, id: i64, removed: i64, editor: &Editor) -> Result<()> {
    let mut set_type = changeable(store, tenant, id).await?;
    let _exists: Loaded<SoftwareModuleType> = store.get(tenant, removed).await?;
    if !(set_type.mandatory.remove(&removed) | set_type.optional.remove(&removed)) {
        return Ok(());
    }
    set_type.audit.touch(&editor.actor, editor.now);
    let mut transaction = store.transaction(tenant);
    transaction.save(&set_type).require_no_sets_of_type(tenant, id, read_only(id));
    transaction.commit().await
}
