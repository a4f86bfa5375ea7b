//! `POST /rest/v1/distributionsettypes`

use axum::extract::State;
use harrier_domain::audit::Audit;
use harrier_domain::authority::Authority;
use harrier_domain::quota::{NEW_PARENT, Quotas};
use harrier_domain::software::{DistributionSetType, SoftwareModuleType};
use harrier_domain::text::{self, Violations};
use harrier_domain::{Entity, Tenant};
use harrier_rest::resources::DistributionSetTypeResource;
use harrier_rest::{ApiResult, Hal, Json, Origin};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, Store, Transaction, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::creation::{References, create_all, fresh_ids};
use crate::edits::{Editor, require_alive};
use crate::references::{Id, distinct, find_all};

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct DistributionSetTypeCreate {
    key: Option<String>,
    name: Option<String>,
    description: Option<String>,
    colour: Option<String>,
    mandatorymodules: Option<Vec<Id>>,
    optionalmodules: Option<Vec<Id>>,
}

impl DistributionSetTypeCreate {
    fn mandatory(&self) -> BTreeSet<i64> {
        self.mandatorymodules.as_deref().map(distinct).unwrap_or_default()
    }

    /// A type that is asked for in both roles is mandatory (management §5.7: never both).
    fn optional(&self) -> BTreeSet<i64> {
        let optional = self.optionalmodules.as_deref().map(distinct).unwrap_or_default();
        &optional - &self.mandatory()
    }
}

/// The module types that new set types list.
struct ModuleTypes(BTreeMap<i64, Loaded<SoftwareModuleType>>);

impl References<DistributionSetType> for ModuleTypes {
    fn attach(&self, set_types: &[DistributionSetType], transaction: &mut Transaction<'_>) {
        let listed = |id: i64| set_types.iter().any(|set_type| set_type.takes(id));
        for module_type in self.0.values().filter(|module_type| listed(module_type.id)) {
            transaction.check_unchanged(module_type);
        }
    }
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(requests): Json<Vec<DistributionSetTypeCreate>>,
) -> ApiResult<Hal<Vec<DistributionSetTypeResource>>> {
    caller.require(Authority::CreateDistributionSetType)?;
    if requests.iter().any(|request| !(request.mandatory().is_empty() && request.optional().is_empty())) {
        caller.require(Authority::ReadSoftwareModuleType)?;
    }
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let ids = fresh_ids(store, tenant, requests.len()).await?;
    let types = requests.iter().zip(ids).map(|(request, id)| decide(request, id, &app.settings.quotas, &editor));
    let types: Vec<DistributionSetType> = types.collect::<harrier_domain::Result<_>>()?;
    until_settled(|| write(store, tenant, &types)).await?;
    Ok(Hal::created(types.iter().map(|one| DistributionSetTypeResource::item(one, &origin)).collect()))
}

async fn write(store: &Store, tenant: &Tenant, types: &[DistributionSetType]) -> Result<()> {
    let listed = types.iter().flat_map(|one| one.mandatory.union(&one.optional).copied()).collect();
    let module_types = find_all::<SoftwareModuleType>(store, tenant, &listed).await?;
    for module_type in module_types.values() {
        require_alive(module_type.deleted, Entity::SoftwareModuleType, module_type.id)?;
    }
    create_all(store, tenant, types, &ModuleTypes(module_types)).await
}

fn decide(
    request: &DistributionSetTypeCreate,
    id: i64,
    quotas: &Quotas,
    editor: &Editor,
) -> harrier_domain::Result<DistributionSetType> {
    let mut violations = Violations::default();
    let set_type = DistributionSetType {
        id,
        key: violations.required(text::key, "key", request.key.as_ref()),
        name: violations.required(text::name, "name", request.name.as_ref()),
        description: violations.optional(text::description, "description", request.description.as_ref()),
        colour: violations.optional(text::colour, "colour", request.colour.as_ref()),
        mandatory: request.mandatory(),
        optional: request.optional(),
        deleted: false,
        audit: Audit::created(&editor.actor, editor.now),
        revision: 1,
    };
    violations.finish()?;
    let listed = set_type.mandatory.len() + set_type.optional.len();
    quotas.software_module_types_per_distribution_set_type(NEW_PARENT, 0, listed as u64)?;
    Ok(set_type)
}
