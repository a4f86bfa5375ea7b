//! How the HTTP APIs are described: OpenAPI 3.1, made from the types that are on the wire.
//!
//! Each resource of a function has an `openapi.rs` beside its handlers, a [`Section`] of [`Operation`]s. What all operations
//! have in common — logins, media types, the statuses that follow from a method, a path, a body — is added when the
//! document is made, and so is not repeated there:
//!
//! ```
//! use harrier_domain::authority::Authority;
//! use harrier_openapi::{Api, Section, document, get, many, page, post};
//! use schemars::JsonSchema;
//! use serde_json::json;
//!
//! #[derive(JsonSchema)]
//! struct ThingResource {
//!     name: String,
//! }
//!
//! #[derive(JsonSchema)]
//! struct ThingCreate {
//!     name: Option<String>,
//! }
//!
//! let things = Section::new("Things", "What there is.")
//!     .with(get("/rest/v1/things", "Lists things").needs(&[Authority::ReadTarget]).searched().answers(page::<ThingResource>()))
//!     .with(
//!         post("/rest/v1/things", "Makes things")
//!             .needs(&[Authority::CreateTarget])
//!             .takes(many::<ThingCreate>(), json!([{ "name": "one" }]))
//!             .creates(many::<ThingResource>())
//!             .fails(&[409]),
//!     );
//! let document = document(Api::Management, &[things]).unwrap();
//! assert_eq!(document["paths"]["/rest/v1/things"]["get"]["security"][0]["basic"][0], "READ_TARGET");
//! ```
//!
//! Nothing here runs in a function on Lambda: documents are made ahead, kept in `docs/openapi`, and served from there.
#![forbid(unsafe_code)]

mod document;
mod operation;
mod parameter;
mod responses;
mod schemas;
mod shape;

pub use document::{Api, DocumentError, Section, document, merged};
pub use operation::{Operation, delete, get, post, put};
pub use shape::{Shape, many, map, one, page};
