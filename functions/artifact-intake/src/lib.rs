//! Files that their uploaders put into storage are hashed, checked, encrypted where their module asks for it, and
//! registered (`domain-behaviour.md` §12.1). One event for each file, at least once and in no order.
#![forbid(unsafe_code)]

mod event;

use harrier_artifacts::Incoming;
use harrier_runtime::App;
use harrier_store::Result;
use harrier_uploads::Uploads;

pub use event::{Landed, LandedObject};

/// Takes in the files of an event. What is none of ours is ignored.
///
/// # Errors
/// When at least one could not be taken in for now: the whole event shall come again, which does nothing twice.
pub async fn handle(event: Landed, app: &App) -> Result<()> {
    let uploads = Uploads::new(app);
    let mut outcome = Ok(());
    for incoming in event.objects().filter_map(|object| ours(object, app)) {
        if let Err(error) = uploads.take_in(&incoming, app.now()).await {
            tracing::error!(key = incoming.key(), %error, "a file could not be taken in for now");
            outcome = Err(error);
        }
    }
    outcome
}

fn ours(object: LandedObject, app: &App) -> Option<Incoming> {
    let found = Incoming::parse(&object.key).filter(|_| object.bucket == app.settings.bucket);
    if found.is_none() {
        tracing::warn!(bucket = object.bucket, key = object.key, "an event about an object that is no upload");
    }
    found
}
