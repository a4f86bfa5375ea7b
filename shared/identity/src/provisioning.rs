//! Making tenants and users: an administrator's work, never a side effect of a request.

use harrier_domain::audit::{Actor, Audit};
use harrier_domain::software::{DistributionSetType, SoftwareModuleType};
use harrier_domain::{Error, Tenant};
use harrier_store::{NameGuard, Result, Sequence, Store, StoreError, TenantRecord, Transaction, UserRecord};
use std::collections::BTreeSet;

/// A tenant to be made, with the types every tenant starts with (management §1.2).
#[derive(Debug, Clone)]
pub struct NewTenant {
    pub tenant: Tenant,
    /// Epoch milliseconds.
    pub now: i64,
}

/// Types seeded per tenant, each with one id.
const SEEDED: u32 = 5;

/// Makes the tenant with its types, unless it exists. Returns whether it was made.
///
/// # Errors
/// Storage errors.
pub async fn create_tenant(store: &Store, new: &NewTenant) -> Result<bool> {
    let tenant = &new.tenant;
    let mut ids = store.next_ids(tenant, Sequence::Catalogue, SEEDED).await?;
    let mut next = || ids.next().ok_or_else(|| StoreError::Backend("too few ids for the seed".to_owned()));
    let audit = Audit::created(&Actor::System, new.now);
    let os = module_type(next()?, "os", "OS", 1, &audit);
    let application = module_type(next()?, "application", "Application", i32::MAX, &audit);
    let os_only = set_type(next()?, ("os", "OS only"), &[os.id], &[], &audit);
    let app_only = set_type(next()?, ("app", "App(s) only"), &[application.id], &[], &audit);
    let os_with_app = set_type(next()?, ("os_app", "OS with app(s)"), &[os.id], &[application.id], &audit);

    let mut transaction = store.transaction(tenant);
    let record =
        TenantRecord { name: tenant.to_string(), default_set_type: os_with_app.id, created_at: new.now, revision: 1 };
    transaction.create_or_refuse(&record, Error::AlreadyExists);
    for module_type in [&os, &application] {
        transaction.create(module_type);
        guard(&mut transaction, "module-type", &module_type.key, &module_type.name, module_type.id);
    }
    for set_type in [&os_only, &app_only, &os_with_app] {
        transaction.create(set_type);
        guard(&mut transaction, "set-type", &set_type.key, &set_type.name, set_type.id);
    }
    match transaction.commit().await {
        Err(StoreError::Refused(Error::AlreadyExists)) => Ok(false),
        done => done.map(|()| true),
    }
}

/// A type's key and its name are unique, each alone (management §1.12).
fn guard(transaction: &mut Transaction<'_>, kind: &str, key: &str, name: &str, id: i64) {
    transaction.create(&NameGuard::new(&format!("{kind}-key"), &[key], id));
    transaction.create(&NameGuard::new(&format!("{kind}-name"), &[name], id));
}

fn module_type(id: i64, key: &str, name: &str, max_assignments: i32, audit: &Audit) -> SoftwareModuleType {
    SoftwareModuleType {
        id,
        key: key.to_owned(),
        name: name.to_owned(),
        description: Some(format!("Default software module type: {name}")),
        colour: None,
        min_artifacts: 0,
        max_assignments,
        deleted: false,
        audit: audit.clone(),
        revision: 1,
    }
}

fn set_type(
    id: i64,
    (key, name): (&str, &str),
    mandatory: &[i64],
    optional: &[i64],
    audit: &Audit,
) -> DistributionSetType {
    DistributionSetType {
        id,
        key: key.to_owned(),
        name: name.to_owned(),
        description: Some(format!("Default distribution set type: {name}")),
        colour: None,
        mandatory: BTreeSet::from_iter(mandatory.iter().copied()),
        optional: BTreeSet::from_iter(optional.iter().copied()),
        deleted: false,
        audit: audit.clone(),
        revision: 1,
    }
}

/// Makes a user or replaces one of the same tenant.
///
/// # Errors
/// [`Error::AlreadyExists`] when another tenant has a user of this name.
pub async fn put_user(store: &Store, mut user: UserRecord) -> Result<()> {
    let tenant = user.tenant.clone();
    let mut transaction = store.transaction(&tenant);
    match store.user(&user.name).await? {
        Some(known) if known.tenant != tenant => return Err(Error::AlreadyExists.into()),
        Some(mut known) => {
            user.revision = known.revision;
            *known = user;
            transaction.save(&known);
        }
        None => {
            transaction.create(&user);
        }
    }
    transaction.commit().await
}
