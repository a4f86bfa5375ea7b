//! Rollouts, their groups, who is in them, and how far the engine has got.
//!
//! Everything is in the `campaigns` table. Group members lie in the order in which their targets were made, so that a
//! listing and a job read them from front to back.

mod candidates;
mod counts;
mod entities;
mod jobs;
mod members;

pub use candidates::{Candidate, CandidateCursor};
pub(crate) use counts::counted;
pub use counts::counter_shard;
pub use entities::DynamicRollout;
pub use jobs::{RolloutJob, RolloutProgress, RolloutTask};
pub use members::GroupMember;

use harrier_domain::Tenant;

use crate::item::Key;
use crate::keys;
use crate::range::Range;
use crate::schema::Table;

fn key(tenant: &Tenant, kind: &str, sort: String) -> Key {
    Key { table: Table::Campaigns, partition: keys::campaigns(tenant, kind), sort }
}

/// Everything of a kind.
fn all_of(tenant: &Tenant, kind: &str) -> Range {
    Range::of(Table::Campaigns, keys::campaigns(tenant, kind))
}
