//! `PUT /rest/v1/distributionsets/{id}`

use axum::extract::State;
use harrier_campaigns::auto_assignments::{ReferredTo, add_reconsideration};
use harrier_domain::authority::Authority;
use harrier_domain::edits::{change, change_optional};
use harrier_domain::error::LockedOperation;
use harrier_domain::software::{DistributionSet, SoftwareModule};
use harrier_domain::text::{self, Violations};
use harrier_domain::{Entity, Error, Tenant};
use harrier_rest::resources::DistributionSetResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Loaded, MAX_TRANSACTION, Record, Result, Store, Transaction, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;

use super::require_changeable;
use crate::edits::Editor;
use crate::names::Named;

/// Modules that are locked in the transaction that also saves the set, moves its name guard, and has the clock reconsider
/// auto assignments.
const LOCKED_WITH_SET: usize = MAX_TRANSACTION - 4;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DistributionSetUpdate {
    name: Option<String>,
    description: Option<String>,
    version: Option<String>,
    locked: Option<bool>,
    required_migration_step: Option<bool>,
}

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(request): Json<DistributionSetUpdate>,
) -> ApiResult<Hal<DistributionSetResource>> {
    caller.require(Authority::UpdateDistributionSet)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let updated = until_settled(|| try_update(store, tenant, id, &request, &editor)).await?;
    let described = store.describe_set(tenant, updated).await?;
    Ok(Hal::ok(DistributionSetResource::single(&described, &origin)))
}

async fn try_update(
    store: &Store,
    tenant: &Tenant,
    id: i64,
    request: &DistributionSetUpdate,
    editor: &Editor,
) -> Result<DistributionSet> {
    let mut set: Loaded<DistributionSet> = store.get(tenant, id).await?;
    let before = (*set).clone();
    decide(&mut set, request, editor)?;
    let mut transaction = store.transaction(tenant);
    transaction.save(&set);
    move_name(&before, &set, tenant, &mut transaction);
    if (&before.name, &before.version) != (&set.name, &set.version) {
        add_reconsideration(&mut transaction, tenant, ReferredTo::DistributionSets, editor.now)?;
    }
    // Locking a set locks its modules, also those that were unlocked since the set was locked before.
    if request.locked == Some(true) {
        lock_modules(store, tenant, &set, &mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(set.into_inner())
}

fn decide(set: &mut DistributionSet, request: &DistributionSetUpdate, editor: &Editor) -> harrier_domain::Result<()> {
    require_changeable(set)?;
    let before = set.clone();
    let mut violations = Violations::default();
    let name = violations.optional(text::name, "name", request.name.as_ref());
    let version = violations.optional(text::version, "version", request.version.as_ref());
    let description = violations.optional(text::description, "description", request.description.as_ref());
    violations.finish()?;
    change(&mut set.name, name);
    change(&mut set.version, version);
    change_optional(&mut set.description, description);
    change(&mut set.required_migration_step, request.required_migration_step);
    if before.locked && set.required_migration_step != before.required_migration_step {
        let operation = LockedOperation::ChangeRequiredMigrationStep;
        return Err(Error::Locked { entity: Entity::DistributionSet, id: set.id.into(), operation });
    }
    change(&mut set.locked, request.locked);
    if *set != before {
        set.audit.touch(&editor.actor, editor.now);
    }
    Ok(())
}

fn move_name(before: &DistributionSet, after: &DistributionSet, tenant: &Tenant, transaction: &mut Transaction<'_>) {
    let (old, new) = (before.guards(), after.guards());
    if old == new {
        return;
    }
    for guard in old {
        transaction.delete_key(&guard.key(tenant));
    }
    for guard in new {
        transaction.create_or_refuse(&guard, Error::AlreadyExists);
    }
}

/// Those that the set's transaction cannot hold are locked ahead of it: a locked module in an unlocked set is harmless.
async fn lock_modules(
    store: &Store,
    tenant: &Tenant,
    set: &DistributionSet,
    transaction: &mut Transaction<'_>,
) -> Result<()> {
    let ids: Vec<i64> = set.modules.iter().copied().collect();
    let mut modules = store.find_many::<SoftwareModule>(tenant, &ids, Consistency::Strong).await?;
    modules.retain(|module| !module.locked);
    for (index, mut module) in modules.into_iter().enumerate() {
        module.locked = true;
        if index < LOCKED_WITH_SET {
            transaction.save(&module);
            continue;
        }
        let mut ahead = store.transaction(tenant);
        ahead.save(&module);
        ahead.commit().await?;
    }
    Ok(())
}
