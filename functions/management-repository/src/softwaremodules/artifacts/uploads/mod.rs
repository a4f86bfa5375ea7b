//! `/rest/v1/softwaremodules/{id}/artifacts/uploads`: uploads of any size, in parts that go to object storage directly.
//!
//! Not in the contract; whoever only knows the contract never sees it. The way of an upload:
//!
//! 1. `POST …/uploads` asks for it: name, size, and digests where they are known.
//! 2. `GET …/uploads/{upload}/parts` tells which parts are missing, and where to `PUT` each.
//! 3. `POST …/uploads/{upload}/complete` when all are there.
//! 4. `GET …/uploads/{upload}` tells what has become of it.

mod abort;
mod begin;
mod complete;
mod get;
mod list;
mod parts;
mod representation;

use axum::Router;
use axum::routing::{get, post};
use harrier_runtime::App;

pub(super) fn routes() -> Router<App> {
    const UPLOADS: &str = "/rest/v1/softwaremodules/{id}/artifacts/uploads";
    Router::new()
        .route(UPLOADS, get(list::list).post(begin::begin))
        .route(&format!("{UPLOADS}/{{upload}}"), get(get::get).delete(abort::abort))
        .route(&format!("{UPLOADS}/{{upload}}/parts"), get(parts::parts))
        .route(&format!("{UPLOADS}/{{upload}}/complete"), post(complete::complete))
}
