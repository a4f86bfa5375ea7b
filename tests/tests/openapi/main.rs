//! What the documentation says: complete, served as committed, and true. Its table of operations and authorities drives the
//! tests of logins, authorities and tenants, so what is not documented is not tested, and what is not tested fails here.

mod authorities;
mod committed;
mod contract;
mod described;
mod inventory;
mod page;
mod schemathesis;
mod tenants;
