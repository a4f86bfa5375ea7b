//! `/rest/v1/system/configs`: the configuration of the tenant (management §5.16, domain §13).

pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

mod default_set_type;
pub(super) mod representation;
mod stored;
