//! The only crate that knows DynamoDB: keys, items, transactions, metering.
//!
//! A unit of work loads records, lets the domain decide, and commits one [`Transaction`]; [`until_settled`] repeats that
//! when somebody else was faster. [`measure`] tells what it cost.
#![forbid(unsafe_code)]

mod campaigns;
mod catalogue;
mod changes;
mod consistency;
mod database;
mod error;
mod expression;
mod fleet;
mod item;
mod keys;
mod meter;
mod pages;
mod range;
mod records;
mod retry;
mod rollouts;
pub mod schema;
pub mod search;
mod tenancy;
mod transaction;

pub use campaigns::{DueCampaign, Job, JobKind, JobPart};
pub use catalogue::{
    Blob, CatalogueRecord, Claim, DescribedSet, MetadataOwner, NameGuard, OwnedMetadata, REMOVAL_TIME, SetMembership,
};
pub use changes::{Changed, FleetChange, StreamRecord};
pub use consistency::CheckReport;
pub use database::{Consistency, Database, MAX_PAGE};
pub use error::{Result, StoreError};
pub use fleet::{ActionReference, ActionWalk, HistoryOrder, TargetDetails, WalkOrder};
pub use item::{Item, Key, Loaded, Record};
pub use keys::{ACTION_SHARDS, TARGET_SHARDS, target_shard};
pub use meter::{Units, measure};
pub use retry::{MAX_ATTEMPTS, until_settled};
pub use rollouts::{
    Candidate, CandidateCursor, DynamicRollout, GroupMember, RolloutJob, RolloutProgress, RolloutTask, counter_shard,
};
pub use tenancy::{Sequence, StoredSetting, TenantRecord, UserRecord};
pub use transaction::{MAX_TRANSACTION, Transaction};

use harrier_domain::Tenant;

/// The store: cheap to clone, shared by everything.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
}

impl Store {
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Starts collecting the changes of one decision.
    pub fn transaction<'a>(&'a self, tenant: &'a Tenant) -> Transaction<'a> {
        Transaction::new(&self.database, tenant)
    }
}
