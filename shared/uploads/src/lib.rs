//! How files get into software modules, and out of them again (`domain-behaviour.md` §12): the units of work behind
//! `management-repository`, which takes requests, and `artifact-intake`, which takes files in that were put into storage.
//!
//! A file comes in one of two ways, and both end in [`Uploads::register`] or its like:
//!
//! - In one request: it is staged while it is read, then registered.
//! - In parts: [`Uploads::begin`] writes an [`harrier_domain::upload::Upload`]; the uploader puts the parts into storage;
//!   [`Uploads::complete`] makes them one object; [`Uploads::take_in`] reads, checks and registers it.
//!
//! The object itself is the message that it is to be taken in, and goes last, after the outcome was written. So whatever
//! dies in between, taking in is repeated, and repeating it is harmless.
#![forbid(unsafe_code)]

mod admission;
mod begin;
mod end;
mod intake;
mod parts;
mod registration;
mod release;

use harrier_artifacts::Artifacts;
use harrier_domain::quota::Quotas;
use harrier_runtime::App;
use harrier_store::Store;

pub use admission::check_module;
pub use begin::UploadRequest;
pub use parts::{Part, PartPage};
pub use registration::Registration;

/// What the units of work need.
#[derive(Debug, Clone)]
pub struct Uploads {
    store: Store,
    artifacts: Artifacts,
    quotas: Quotas,
    /// Largest encrypted file that can be delivered, bytes: we send those ourselves, whatever their size.
    largest_encrypted: Option<u64>,
}

impl Uploads {
    #[must_use]
    pub fn new(app: &App) -> Self {
        Self {
            store: app.store.clone(),
            artifacts: app.artifacts.clone(),
            quotas: app.settings.quotas,
            largest_encrypted: app.settings.largest_encrypted,
        }
    }
}
