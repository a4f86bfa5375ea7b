//! Giving a target a type, or taking it away.

use harrier_domain::Tenant;
use harrier_domain::classification::TargetType;
use harrier_domain::target::Target;
use harrier_store::{Loaded, Result, Store, Transaction};

/// The type a target shall have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NewType {
    Unchanged,
    None,
    Some(i64),
}

/// Gives the target its new type, and the transaction what keeps the counts right. Whoever saves the target afterwards
/// puts it into the same transaction.
///
/// # Errors
/// 404 for an unknown type.
pub(crate) async fn retype(
    store: &Store,
    tenant: &Tenant,
    target: &mut Target,
    wanted: NewType,
    transaction: &mut Transaction<'_>,
) -> Result<()> {
    let old = target.target_type;
    target.target_type = match wanted {
        NewType::Unchanged => return Ok(()),
        NewType::None => None,
        NewType::Some(id) => {
            let target_type: Loaded<TargetType> = store.get(tenant, id).await?;
            if old != Some(id) {
                transaction.check_unchanged(&target_type);
            }
            Some(id)
        }
    };
    if target.target_type != old {
        count(tenant, &target.controller_id, old, -1, transaction);
        count(tenant, &target.controller_id, target.target_type, 1, transaction);
    }
    Ok(())
}

fn count(tenant: &Tenant, controller_id: &str, id: Option<i64>, amount: i64, transaction: &mut Transaction<'_>) {
    if let Some(id) = id {
        transaction.count_target_of_type(tenant, id, controller_id, amount);
    }
}
