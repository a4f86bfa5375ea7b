//! Tenants, their configuration, users, and id sequences.

mod sequences;
mod settings;
mod tenants;
mod users;

pub use sequences::Sequence;
pub use settings::StoredSetting;
pub use tenants::TenantRecord;
pub use users::UserRecord;
