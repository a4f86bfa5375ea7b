//! The pseudo key `default.ds.type`, stored with the tenant itself (management §5.16, domain §2.6).

use harrier_domain::configuration::{DEFAULT_DISTRIBUTION_SET_TYPE, Kind, RawValue, Value};
use harrier_domain::software::DistributionSetType;
use harrier_domain::{Entity, Error, Tenant};
use harrier_store::{Loaded, Result, Store, TenantRecord, Transaction};

/// The id in a request. Texts are refused even if they spell a number: the key of a type (`os_app`) is a likely slip.
///
/// # Errors
/// [`Error::ConfigurationValueInvalid`] for anything but a whole number.
pub(super) fn id_in(raw: &RawValue) -> harrier_domain::Result<i64> {
    let number = match raw {
        RawValue::Integer(_) | RawValue::Float(_) => raw.convert(Kind::Long),
        RawValue::Bool(_) | RawValue::Text(_) => None,
    };
    match number {
        Some(Value::Long(id)) => Ok(id),
        _ => Err(Error::ConfigurationValueInvalid(format!(
            "The value of the configuration key {DEFAULT_DISTRIBUTION_SET_TYPE} is invalid: it must be the id of a type."
        ))),
    }
}

/// Makes `id` the default type, provided that the type is there when the transaction commits.
///
/// # Errors
/// [`Error::NotFound`] when no type has this id, or only one that was deleted.
pub(super) async fn write(
    store: &Store,
    transaction: &mut Transaction<'_>,
    tenant: &Tenant,
    record: &Loaded<TenantRecord>,
    id: i64,
) -> Result<()> {
    let set_type: Loaded<DistributionSetType> = store.get(tenant, id).await?;
    if set_type.deleted {
        return Err(Error::not_found(Entity::DistributionSetType, id).into());
    }
    let mut changed = record.clone();
    changed.default_set_type = id;
    transaction.check_unchanged(&set_type).save(&changed);
    Ok(())
}
