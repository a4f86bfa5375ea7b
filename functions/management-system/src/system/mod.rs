//! `/rest/v1/system`.

pub(crate) mod configs;
