//! `/rest/v1/targettags` (management §5.3).

mod assigned;
mod assignment;
mod create;
mod delete;
pub(crate) mod openapi;
mod read;
mod update;

use axum::Router;
use axum::routing::{get, post};
use harrier_domain::classification::TargetTag;
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::TagResource;
use harrier_rest::{Href, Origin};
use harrier_runtime::App;
use schemars::JsonSchema;
use serde::Deserialize;

/// Where names of target tags are unique; those of distribution set tags are elsewhere (management §1.12).
const NAMES: &str = "target-tag-name";

pub(crate) fn routes() -> Router<App> {
    let assigned = "/rest/v1/targettags/{id}/assigned";
    Router::new()
        .route("/rest/v1/targettags", get(read::list).post(create::create))
        .route("/rest/v1/targettags/{id}", get(read::get).put(update::update).delete(delete::delete))
        .route(assigned, get(assigned::list).post(assigned::add_many).delete(assigned::remove_many))
        .route(&format!("{assigned}/{{target}}"), post(assigned::add).delete(assigned::remove))
}

/// A tag to be made or changed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
struct TagRequest {
    name: Option<String>,
    description: Option<String>,
    colour: Option<String>,
}

impl TagRequest {
    /// The same with trimmed texts, if they obey their rules.
    fn checked(self, violations: &mut Violations) -> Self {
        let name = violations.optional(text::name, "name", self.name);
        let description = violations.optional(text::description, "description", self.description);
        let colour = violations.optional(text::colour, "colour", self.colour);
        Self { name, description, colour }
    }
}

/// A tag inside a list.
pub(crate) fn item(tag: &TargetTag, origin: &Origin) -> TagResource {
    TagResource::item(tag, own_href(tag, origin))
}

fn single(tag: &TargetTag, origin: &Origin) -> TagResource {
    TagResource::single(tag, own_href(tag, origin), "assignedTargets")
}

fn own_href(tag: &TargetTag, origin: &Origin) -> Href {
    origin.href("/rest/v1/targettags").segment(tag.id)
}
