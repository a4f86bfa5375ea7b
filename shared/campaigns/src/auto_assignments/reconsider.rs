//! Changes behind the queries: what a target's record only refers to has another name or other rights by now.
//!
//! A tag that is renamed, a set that gets another version, a target type that takes more sets: no target changes, and yet other
//! targets match. Whoever changes such a thing puts a note for the clock into the same transaction; what comes of it is a pass
//! of the auto assignments that are concerned.

use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::{Tenant, named};
use harrier_query::Field;
use harrier_store::{Loaded, StoreError, Transaction};
use serde::{Deserialize, Serialize};

use super::ground::Ground;
use super::{AutoAssignStep, lifecycle, step};
use crate::{Engine, Result, due};

named! {
    /// What changed, as the clock calls it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub enum ReferredTo {
        /// The name of a target tag.
        TargetTags = "auto-assignments-after-target-tags",
        /// The name of a target type, or which sets it takes.
        TargetTypes = "auto-assignments-after-target-types",
        /// Name or version of a distribution set.
        DistributionSets = "auto-assignments-after-distribution-sets",
    }
}

impl ReferredTo {
    const ID: i64 = 0;

    fn concerns(self, ground: &Ground<'_>, auto: &AutoAssignment) -> bool {
        let Ok(query) = ground.query(&auto.query) else {
            return false;
        };
        match self {
            Self::TargetTags => query.reads(Field::Tag),
            Self::TargetTypes => true,
            Self::DistributionSets => query.reads(Field::AssignedSet) || query.reads(Field::InstalledSet),
        }
    }
}

/// Adds to the transaction of the change that auto assignments are to be reconsidered after it.
///
/// # Errors
/// When the step has no JSON.
pub fn add_reconsideration(
    transaction: &mut Transaction<'_>,
    tenant: &Tenant,
    changed: ReferredTo,
    now: i64,
) -> harrier_store::Result<()> {
    let reconsider = step(tenant, AutoAssignStep::Reconsider { changed });
    due::set(transaction, changed.name(), ReferredTo::ID, now, &reconsider)
        .map_err(|error| StoreError::Backend(error.to_string()))
}

/// The note goes first: a change that comes from now on leaves a new one. This step comes again until it is done.
pub(super) async fn perform(engine: &Engine, tenant: &Tenant, changed: ReferredTo) -> Result<()> {
    let mut transaction = engine.store.transaction(tenant);
    due::clear(&mut transaction, tenant, changed.name(), ReferredTo::ID);
    transaction.commit().await?;
    let Some(snapshot) = engine.tenant(tenant).await? else {
        return Ok(());
    };
    let ground = Ground { engine, snapshot: &snapshot };
    let all = engine.store.auto_assignments(tenant).await?.into_iter().map(Loaded::into_inner);
    for auto in all.filter(|auto| auto.is_running() && changed.concerns(&ground, auto)) {
        let passed = lifecycle::change(engine, tenant, auto.id, |auto| {
            auto.request_pass();
            Ok(())
        });
        match passed.await {
            Ok(_) | Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
