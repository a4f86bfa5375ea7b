//! Where everything lives. `T` is the tenant (`docs/architecture.md`, "Data").
//!
//! Numbers in sort keys are padded so that they sort as numbers. Controller ids stand last in their keys: they may
//! contain any character but blanks. Tenant names contain no `#`.

use harrier_domain::Tenant;

use crate::item::Key;
use crate::schema::Table;

/// Partitions that the targets of a tenant are spread over.
pub const TARGET_SHARDS: u32 = 32;

/// Partitions of the by-id index that the actions of a tenant are spread over.
pub const ACTION_SHARDS: i64 = 32;

/// The shard a target lives in: stable for ever, hence a hash of our own (FNV-1a).
#[must_use]
pub fn target_shard(controller_id: &str) -> u32 {
    let hash =
        controller_id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ (hash >> 16)) % TARGET_SHARDS
}

pub(crate) fn targets(tenant: &Tenant, shard: u32) -> String {
    format!("{tenant}#target#{shard:02}")
}

pub(crate) fn target(tenant: &Tenant, controller_id: &str) -> Key {
    fleet(targets(tenant, target_shard(controller_id)), controller_id.to_owned())
}

pub(crate) fn all_details(tenant: &Tenant, shard: u32) -> String {
    format!("{tenant}#details#{shard:02}")
}

pub(crate) fn details(tenant: &Tenant, controller_id: &str) -> Key {
    fleet(all_details(tenant, target_shard(controller_id)), controller_id.to_owned())
}

pub(crate) fn actions(tenant: &Tenant, controller_id: &str) -> String {
    format!("{tenant}#actions#{controller_id}")
}

/// Actions sort before history entries, so that a listing of actions does not read the history.
pub(crate) const ACTION_PREFIX: &str = "action#";

pub(crate) fn action(tenant: &Tenant, controller_id: &str, id: i64) -> Key {
    fleet(actions(tenant, controller_id), format!("{ACTION_PREFIX}{id:010}"))
}

pub(crate) const ENTRY_PREFIX: &str = "entry#";

pub(crate) fn entry_prefix(action: i64) -> String {
    format!("{ENTRY_PREFIX}{action:010}#")
}

pub(crate) fn entry(tenant: &Tenant, controller_id: &str, action: i64, id: i64) -> Key {
    fleet(actions(tenant, controller_id), format!("{}{id:016}", entry_prefix(action)))
}

pub(crate) fn action_index(tenant: &Tenant, id: i64) -> String {
    format!("{tenant}#actions#{:02}", id.rem_euclid(ACTION_SHARDS))
}

pub(crate) fn target_counts(tenant: &Tenant) -> String {
    format!("{tenant}#count#target")
}

pub(crate) fn target_count(tenant: &Tenant, shard: u32) -> Key {
    fleet(target_counts(tenant), format!("{shard:02}"))
}

fn fleet(partition: String, sort: String) -> Key {
    Key { table: Table::Fleet, partition, sort }
}

/// All entities of a kind: `kind` is a constant of the catalogue's records.
pub(crate) fn catalogue_kind(tenant: &Tenant, kind: &str) -> String {
    format!("{tenant}#{kind}")
}

pub(crate) fn catalogue(tenant: &Tenant, kind: &str, id: i64) -> Key {
    Key { table: Table::Catalogue, partition: catalogue_kind(tenant, kind), sort: padded(id) }
}

/// A catalogue item whose sort key is a text.
pub(crate) fn catalogue_text(tenant: &Tenant, kind: &str, sort: &str) -> Key {
    Key { table: Table::Catalogue, partition: catalogue_kind(tenant, kind), sort: sort.to_owned() }
}

/// All campaigns of a kind.
pub(crate) fn campaigns(tenant: &Tenant, kind: &str) -> String {
    format!("{tenant}#{kind}")
}

pub(crate) fn campaign(tenant: &Tenant, kind: &str, id: i64) -> Key {
    Key { table: Table::Campaigns, partition: campaigns(tenant, kind), sort: padded(id) }
}

pub(crate) fn padded(id: i64) -> String {
    format!("{id:019}")
}

pub(crate) fn tenancy(tenant: &Tenant, kind: &str, sort: &str) -> Key {
    Key { table: Table::Tenancy, partition: format!("{tenant}#{kind}"), sort: sort.to_owned() }
}

/// Tenancy items that belong to the installation, not to a tenant. No tenant is called `.`-something with a `#`.
pub(crate) fn installation(kind: &str, sort: &str) -> Key {
    Key { table: Table::Tenancy, partition: format!("#{kind}"), sort: sort.to_owned() }
}

/// The partition of everything that waits for the clock, across tenants: no tenant's name begins with `#`.
pub(crate) const DUE: &str = "#due";

/// When the clock looks at a campaign next.
pub(crate) fn due(tenant: &Tenant, campaign: &str) -> Key {
    Key { table: Table::Campaigns, partition: DUE.to_owned(), sort: format!("{tenant}#{campaign}") }
}

/// Who decides about a campaign right now.
pub(crate) fn lease(tenant: &Tenant, campaign: &str) -> Key {
    Key { table: Table::Campaigns, partition: format!("{tenant}#lease"), sort: campaign.to_owned() }
}

/// All jobs of a tenant.
pub(crate) fn jobs(tenant: &Tenant) -> String {
    format!("{tenant}#job")
}

pub(crate) fn job(tenant: &Tenant, kind: &str, id: i64) -> Key {
    Key { table: Table::Campaigns, partition: jobs(tenant), sort: format!("{kind}#{}", padded(id)) }
}

pub(crate) fn job_parts(tenant: &Tenant, kind: &str, id: i64) -> String {
    format!("{tenant}#job#{kind}#{}", padded(id))
}

pub(crate) fn job_part(tenant: &Tenant, kind: &str, id: i64, part: u32) -> Key {
    Key { table: Table::Campaigns, partition: job_parts(tenant, kind, id), sort: format!("{part:02}") }
}

/// What lives under a key of the fleet table, with its target's controller id.
pub(crate) enum FleetItem {
    Target(String),
    Details(String),
    Action(String),
}

/// Reads a key of the fleet table; `None` for history entries and counters.
pub(crate) fn read_fleet_key(partition: &str, sort: &str) -> Option<(Tenant, FleetItem)> {
    let (tenant, rest) = partition.split_once('#')?;
    let tenant = Tenant::parse(tenant).ok()?;
    let (kind, place) = rest.split_once('#')?;
    let item = match kind {
        "target" => FleetItem::Target(sort.to_owned()),
        "details" => FleetItem::Details(sort.to_owned()),
        "actions" if sort.starts_with(ACTION_PREFIX) => FleetItem::Action(place.to_owned()),
        _ => return None,
    };
    Some((tenant, item))
}
