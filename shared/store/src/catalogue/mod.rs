//! Software and what describes it: types, modules, artifacts' binaries, distribution sets, and guards of unique names.
//!
//! A tenant's catalogue is small (thousands of entities, not millions), so a listing reads the kind's one partition.

mod blobs;
mod described;
mod entities;
mod guards;
mod metadata;
mod type_usage;
mod uploads;

pub use blobs::{Blob, REMOVAL_TIME};
pub use described::DescribedSet;
pub use entities::{CatalogueRecord, SetMembership};
pub use guards::NameGuard;
pub use metadata::{MetadataOwner, OwnedMetadata};
pub use uploads::Claim;
