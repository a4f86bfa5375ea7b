//! `POST /rest/v1/distributionsets`

use axum::extract::State;
use harrier_domain::audit::Audit;
use harrier_domain::authority::Authority;
use harrier_domain::quota::NEW_PARENT;
use harrier_domain::software::{DistributionSet, DistributionSetType, SoftwareModule, TypedModule};
use harrier_domain::text::{self, Violations};
use harrier_domain::{Entity, Error, Tenant};
use harrier_rest::resources::DistributionSetResource;
use harrier_rest::{ApiResult, Hal, Json, Origin};
use harrier_runtime::{App, Caller};
use harrier_store::{DescribedSet, Loaded, MAX_TRANSACTION, Result, SetMembership, Store, Transaction, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::creation::{References, create_all, fresh_ids, require_distinct_names, write_all};
use crate::edits::{Editor, require_alive};
use crate::memberships::{self, Modules};
use crate::names::type_with_key;
use crate::references::{Id, distinct, find_all};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DistributionSetCreate {
    name: Option<String>,
    version: Option<String>,
    #[serde(rename = "type")]
    type_key: Option<String>,
    description: Option<String>,
    modules: Option<Vec<Id>>,
    required_migration_step: Option<bool>,
}

impl DistributionSetCreate {
    fn module_ids(&self) -> BTreeSet<i64> {
        self.modules.as_deref().map(distinct).unwrap_or_default()
    }
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(requests): Json<Vec<DistributionSetCreate>>,
) -> ApiResult<Hal<Vec<DistributionSetResource>>> {
    caller.require(Authority::CreateDistributionSet)?;
    if requests.iter().any(|request| !request.module_ids().is_empty()) {
        caller.require(Authority::ReadSoftwareModule)?;
    }
    let order = Order {
        store: &app.store,
        tenant: caller.tenant(),
        default_type: caller.tenant.default_set_type,
        editor: Editor::new(&app, &caller),
        ids: fresh_ids(&app.store, caller.tenant(), requests.len()).await?,
        requests,
    };
    for request in &order.requests {
        let count = request.module_ids().len() as u64;
        app.settings.quotas.software_modules_per_distribution_set(NEW_PARENT, 0, count)?;
    }
    let created = until_settled(|| order.execute()).await?;
    Ok(Hal::created(created.iter().map(|set| DistributionSetResource::item(set, &origin)).collect()))
}

/// What a request asks for.
struct Order<'a> {
    store: &'a Store,
    tenant: &'a Tenant,
    default_type: i64,
    editor: Editor,
    /// Of the new sets.
    ids: Vec<i64>,
    requests: Vec<DistributionSetCreate>,
}

/// What the new sets refer to.
struct Loads {
    types: BTreeMap<i64, Loaded<DistributionSetType>>,
    /// For each request.
    type_ids: Vec<i64>,
    modules: Modules,
    typed: BTreeMap<i64, TypedModule>,
}

impl References<DistributionSet> for OfTypes<'_> {
    fn attach(&self, sets: &[DistributionSet], transaction: &mut Transaction<'_>) {
        for set_type in self.loads.types.values() {
            let count = count_of(sets, set_type.id);
            if count > 0 {
                transaction.check_unchanged(set_type).count_sets_of_type(self.tenant, set_type.id, count);
            }
        }
    }

    fn detach(&self, sets: &[DistributionSet], transaction: &mut Transaction<'_>) {
        for set_type in self.loads.types.keys() {
            let count = count_of(sets, *set_type);
            if count > 0 {
                transaction.count_sets_of_type(self.tenant, *set_type, -count);
            }
        }
    }
}

/// The types of new sets, and how many sets of each there are.
struct OfTypes<'a> {
    tenant: &'a Tenant,
    loads: &'a Loads,
}

fn count_of(sets: &[DistributionSet], set_type: i64) -> i64 {
    i64::try_from(sets.iter().filter(|set| set.type_id == set_type).count()).unwrap_or(i64::MAX)
}

impl Order<'_> {
    async fn execute(&self) -> Result<Vec<DescribedSet>> {
        let loads = self.load().await?;
        let decided = self.requests.iter().enumerate().map(|(index, _)| self.decide(index, &loads));
        let described: Vec<DescribedSet> = decided.collect::<harrier_domain::Result<_>>()?;
        let sets: Vec<DistributionSet> = described.iter().map(|described| described.set.clone()).collect();
        self.write(&sets, &loads).await?;
        Ok(described)
    }

    async fn load(&self) -> Result<Loads> {
        let mut types = BTreeMap::new();
        let mut type_ids = Vec::new();
        for request in &self.requests {
            let set_type: Loaded<DistributionSetType> = match &request.type_key {
                Some(key) => type_with_key(self.store, self.tenant, key.trim()).await?,
                None => self.store.get(self.tenant, self.default_type).await?,
            };
            type_ids.push(set_type.id);
            types.insert(set_type.id, set_type);
        }
        let wanted = self.requests.iter().flat_map(DistributionSetCreate::module_ids).collect();
        let modules = find_all::<SoftwareModule>(self.store, self.tenant, &wanted).await?;
        let plain = modules.values().map(|module| (**module).clone()).collect();
        let typed = self.store.describe_modules(self.tenant, plain).await?;
        let typed = typed.into_iter().map(|typed| (typed.module.id, typed)).collect();
        Ok(Loads { types, type_ids, modules, typed })
    }

    fn decide(&self, index: usize, loads: &Loads) -> harrier_domain::Result<DescribedSet> {
        let lost = || Error::BodyNotReadable("a request element has no counterpart".to_owned());
        let request = self.requests.get(index).ok_or_else(lost)?;
        let type_id = loads.type_ids.get(index).ok_or_else(lost)?;
        let set_type = loads.types.get(type_id).ok_or_else(lost)?;
        if set_type.deleted {
            return Err(Error::Validation(format!("Distribution set type '{}' is deleted.", set_type.key)));
        }
        let mut set = self.plain(request, *self.ids.get(index).ok_or_else(lost)?, set_type.id)?;
        let chosen: Vec<TypedModule> =
            request.module_ids().iter().filter_map(|id| loads.typed.get(id)).cloned().collect();
        for typed in &chosen {
            require_alive(typed.module.deleted, Entity::SoftwareModule, typed.module.id)?;
            set.add_module(set_type, typed, &chosen)?;
        }
        let held = chosen.into_iter().filter(|typed| set.modules.contains(&typed.module.id)).collect();
        Ok(DescribedSet { set_type: (**set_type).clone(), modules: held, set })
    }

    fn plain(&self, request: &DistributionSetCreate, id: i64, type_id: i64) -> harrier_domain::Result<DistributionSet> {
        let mut violations = Violations::default();
        let set = DistributionSet {
            id,
            type_id,
            name: violations.required(text::name, "name", request.name.as_ref()),
            version: violations.required(text::version, "version", request.version.as_ref()),
            description: violations.optional(text::description, "description", request.description.as_ref()),
            modules: BTreeSet::new(),
            required_migration_step: request.required_migration_step.unwrap_or_default(),
            locked: false,
            valid: true,
            deleted: false,
            used: false,
            tags: BTreeSet::new(),
            audit: Audit::created(&self.editor.actor, self.editor.now),
            revision: 1,
        };
        violations.finish().map(|()| set)
    }

    /// One transaction if it can hold everything, otherwise the memberships first.
    async fn write(&self, sets: &[DistributionSet], loads: &Loads) -> Result<()> {
        require_distinct_names(sets)?;
        let types = OfTypes { tenant: self.tenant, loads };
        let held: Vec<SetMembership> = sets.iter().flat_map(memberships::of).collect();
        let mut whole = self.store.transaction(self.tenant);
        write_all(sets, &mut whole);
        types.attach(sets, &mut whole);
        memberships::attach(&held, &loads.modules, &mut whole);
        if whole.len() <= MAX_TRANSACTION {
            return whole.commit().await;
        }
        memberships::reserve(self.store, self.tenant, &held, &loads.modules).await?;
        let created = create_all(self.store, self.tenant, sets, &types).await;
        if created.is_err()
            && let Err(error) = memberships::remove(self.store, self.tenant, &held).await
        {
            tracing::error!(%error, "memberships of a failed creation are left behind");
        }
        created
    }
}
