//! `/rest/v1/distributionsettags` (management §5.8).

mod assigned;
mod create;
mod delete;
mod get;
mod list;
pub(crate) mod openapi;
mod update;

use axum::Router;
use axum::routing::{get, post};
use harrier_domain::classification::DistributionSetTag;
use harrier_rest::resources::TagResource;
use harrier_rest::{Href, Origin};
use harrier_runtime::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/distributionsettags", get(list::list).post(create::create))
        .route("/rest/v1/distributionsettags/{id}", get(get::get).put(update::update).delete(delete::delete))
        .route(
            "/rest/v1/distributionsettags/{id}/assigned",
            get(assigned::list).post(assigned::assign_all).delete(assigned::unassign_all),
        )
        .route("/rest/v1/distributionsettags/{id}/assigned/{set}", post(assigned::assign).delete(assigned::unassign))
}

fn href(id: i64, origin: &Origin) -> Href {
    origin.href("/rest/v1/distributionsettags").segment(id)
}

fn item(tag: &DistributionSetTag, origin: &Origin) -> TagResource {
    TagResource::item(tag, href(tag.id, origin))
}

fn single(tag: &DistributionSetTag, origin: &Origin) -> TagResource {
    TagResource::single(tag, href(tag.id, origin), "assignedDistributionSets")
}
