//! `/rest/v1/system`.

pub(crate) mod configs;
pub(crate) mod openapi;
