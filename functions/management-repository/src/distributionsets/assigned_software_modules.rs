//! `/rest/v1/distributionsets/{id}/assignedSM`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::error::LockedOperation;
use harrier_domain::quota::Quotas;
use harrier_domain::software::{DistributionSet, DistributionSetType, SoftwareModule};
use harrier_domain::{Entity, Error, Tenant};
use harrier_query::fields;
use harrier_rest::resources::SoftwareModuleResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Page, PageRequest, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::search::SoftwareModuleRow;
use harrier_store::{Loaded, MAX_TRANSACTION, Record, Result, SetMembership, Store, until_settled};
use http::StatusCode;
use std::collections::BTreeSet;

use super::require_changeable;
use crate::edits::{Editor, require_alive};
use crate::listing::Listing;
use crate::memberships::{self, Modules};
use crate::references::{Id, find_all, without_repetitions};

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    page: PageRequest,
) -> ApiResult<Hal<Page<SoftwareModuleResource>>> {
    caller.require_all(&[Authority::ReadDistributionSet, Authority::ReadSoftwareModule])?;
    let page = PageRequest { q: None, ..page };
    let listing = Listing::below(&app, &caller, page, &fields::DISTRIBUTION_SET, &fields::SOFTWARE_MODULE)?;
    let set: Loaded<DistributionSet> = app.store.get(caller.tenant(), id).await?;
    let described = app.store.describe_set(caller.tenant(), set.into_inner()).await?;
    let rows = described.modules.iter().map(|typed| SoftwareModuleRow {
        module: &typed.module,
        module_type: Some(&typed.module_type),
        metadata: &[],
    });
    let found = listing.page_of(rows);
    let find = |row: &SoftwareModuleRow<'_>| described.modules.iter().find(|typed| typed.module.id == row.module.id);
    let shown = found.items.iter().filter_map(find);
    let content = shown.map(|typed| SoftwareModuleResource::item(typed, &origin)).collect();
    Ok(Hal::ok(Page::new(content, found.total)))
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(modules): Json<Vec<Id>>,
) -> ApiResult<StatusCode> {
    caller.require_all(&[Authority::UpdateDistributionSet, Authority::ReadSoftwareModule])?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let ids: Vec<i64> = modules.iter().map(|module| module.id).collect();
    until_settled(|| try_add(store, tenant, &app.settings.quotas, id, &ids, &editor)).await?;
    Ok(no_content())
}

async fn try_add(store: &Store, tenant: &Tenant, quotas: &Quotas, id: i64, ids: &[i64], editor: &Editor) -> Result<()> {
    let mut set: Loaded<DistributionSet> = store.get(tenant, id).await?;
    require_changeable(&set)?;
    require_unlocked(&set, LockedOperation::AddSoftwareModule)?;
    quotas.software_modules_per_distribution_set(id, set.modules.len() as u64, ids.len() as u64)?;
    let wanted = without_repetitions::<SoftwareModule>(ids)?;
    let before = (*set).clone();
    let modules = put_in(store, tenant, &mut set, &wanted).await?;
    if set.modules == before.modules {
        return Ok(());
    }
    set.audit.touch(&editor.actor, editor.now);
    write(store, tenant, &set, &before, &modules).await
}

fn require_unlocked(set: &DistributionSet, operation: LockedOperation) -> harrier_domain::Result<()> {
    if set.locked {
        return Err(Error::Locked { entity: Entity::DistributionSet, id: set.id.into(), operation });
    }
    Ok(())
}

/// Puts the modules into the set; returns them as they were loaded.
async fn put_in(store: &Store, tenant: &Tenant, set: &mut DistributionSet, wanted: &BTreeSet<i64>) -> Result<Modules> {
    let set_type: Loaded<DistributionSetType> = store.get(tenant, set.type_id).await?;
    let added = find_all::<SoftwareModule>(store, tenant, wanted).await?;
    let present = store.describe_set(tenant, set.clone()).await?.modules;
    let typed = store.describe_modules(tenant, added.values().map(|module| (**module).clone()).collect()).await?;
    let all = [present, typed.clone()].concat();
    for typed in &typed {
        require_alive(typed.module.deleted, Entity::SoftwareModule, typed.module.id)?;
        set.add_module(&set_type, typed, &all)?;
    }
    Ok(added)
}

/// One transaction if it can hold everything; otherwise new memberships are written before the set, and those of replaced
/// modules are removed after it.
async fn write(
    store: &Store,
    tenant: &Tenant,
    set: &Loaded<DistributionSet>,
    before: &DistributionSet,
    modules: &Modules,
) -> Result<()> {
    let membership = |module: &i64| SetMembership { module: *module, set: set.id };
    let added: Vec<SetMembership> = set.modules.difference(&before.modules).map(membership).collect();
    let gone: Vec<SetMembership> = before.modules.difference(&set.modules).map(membership).collect();
    let mut whole = store.transaction(tenant);
    whole.save(set);
    memberships::attach(&added, modules, &mut whole);
    for membership in &gone {
        whole.delete_key(&membership.key(tenant));
    }
    if whole.len() <= MAX_TRANSACTION {
        return whole.commit().await;
    }
    memberships::reserve(store, tenant, &added, modules).await?;
    let mut transaction = store.transaction(tenant);
    transaction.save(set);
    transaction.commit().await?;
    memberships::remove(store, tenant, &gone).await
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((id, module)): Path<(i64, i64)>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateDistributionSet)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    until_settled(|| try_remove(store, tenant, id, module, &editor)).await?;
    Ok(no_content())
}

async fn try_remove(store: &Store, tenant: &Tenant, id: i64, module: i64, editor: &Editor) -> Result<()> {
    let mut set: Loaded<DistributionSet> = store.get(tenant, id).await?;
    require_changeable(&set)?;
    let _exists: Loaded<SoftwareModule> = store.get(tenant, module).await?;
    require_unlocked(&set, LockedOperation::RemoveSoftwareModule)?;
    if !set.modules.remove(&module) {
        return Ok(());
    }
    set.audit.touch(&editor.actor, editor.now);
    let mut transaction = store.transaction(tenant);
    transaction.save(&set).delete_key(&SetMembership { module, set: id }.key(tenant));
    transaction.commit().await
}
