//! `/rest/v1/autoassignments` and what comes of it (management §5.5, domain §10, surprises 61 to 69 and 103).

mod api;
mod behind_the_query;
mod fleet;
mod steps;
mod surprises;

pub use fleet::Fleet;
