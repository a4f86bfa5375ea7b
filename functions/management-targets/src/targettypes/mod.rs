//! `/rest/v1/targettypes` (management §5.2).

mod compatible;
mod create;
mod delete;
pub(crate) mod openapi;
mod read;
mod representation;
mod update;

use axum::Router;
use axum::routing::{delete, get};
use harrier_domain::software::DistributionSetType;
use harrier_domain::{Entity, Error};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Loaded, Result};

/// Where keys and names of target types are unique, each alone (management §1.12).
const KEYS: &str = "target-type-key";
const NAMES: &str = "target-type-name";

pub(crate) fn routes() -> Router<App> {
    let compatible = "/rest/v1/targettypes/{id}/compatibledistributionsettypes";
    Router::new()
        .route("/rest/v1/targettypes", get(read::list).post(create::create))
        .route("/rest/v1/targettypes/{id}", get(read::get).put(update::update).delete(delete::delete))
        .route(compatible, get(compatible::list).post(compatible::add))
        .route(&format!("{compatible}/{{set_type}}"), delete(compatible::remove))
}

/// The distribution set types with these ids, in their order; soft-deleted ones do not count.
///
/// # Errors
/// 404 that names `entity`, for ids that are none.
async fn set_types(
    app: &App,
    caller: &Caller,
    ids: &[i64],
    entity: Entity,
) -> Result<Vec<Loaded<DistributionSetType>>> {
    let found = app.store.find_many::<DistributionSetType>(caller.tenant(), ids, Consistency::Strong).await?;
    let known = |id: &i64| found.iter().any(|found| found.id == *id && !found.deleted);
    let missing: Vec<i64> = ids.iter().copied().filter(|id| !known(id)).collect();
    match missing.as_slice() {
        [] => Ok(found),
        [one] => Err(Error::not_found(entity, *one).into()),
        many => Err(Error::NotFoundMany { entity, ids: many.iter().map(|id| (*id).into()).collect() }.into()),
    }
}
