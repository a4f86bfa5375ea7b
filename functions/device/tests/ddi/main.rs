//! The device API over HTTP, on the embedded stack. Test names carry the item of the contract's conformance checklist
//! (DDI §22) that they check.

mod artifacts;
mod bench;
mod budgets;
mod cancel;
mod clients;
mod config_data;
mod confirmation;
mod deployment;
mod feedback;
mod installed;
mod overrides;
mod polling;
mod security;
mod software;
mod windows;
