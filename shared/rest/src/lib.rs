//! What every HTTP function shares: HAL, paging, errors, entity tags, content negotiation, CBOR.
//!
//! A function builds its `axum::Router` with the extractors of this crate, answers [`Hal`] or [`ApiError`], and hands the
//! router to a [`Surface`], which negotiates, tags, logs and catches panics around it.
#![forbid(unsafe_code)]

pub mod accept;
pub mod body;
pub mod error;
pub mod filters;
pub mod href;
pub mod links;
pub mod origin;
pub mod page;
pub mod path;
pub mod query;
pub mod render;
pub mod resources;
pub mod surface;

mod access_log;
mod cbor;
mod etag;
mod headers;
mod panics;

pub use body::{Json, OptionalJson};
pub use error::{ApiError, ApiResult};
pub use filters::{FilterSettings, Limits, Network, RequestFilters};
pub use href::Href;
pub use links::{Link, Links};
pub use origin::{Origin, OriginPolicy, Scheme};
pub use page::{Page, PageRequest, Representation, SoftDeletedMode};
pub use path::Path;
pub use query::QueryParams;
pub use render::{Hal, no_content};
pub use surface::{Api, Produces, Surface};
