//! Any text as a query and as a sort order: parsed, bound, planned, evaluated.
#![no_main]

#[path = "../../shared/query/tests/common/mod.rs"]
mod common;
#[path = "../../shared/query/tests/robustness/property.rs"]
mod property;

libfuzzer_sys::fuzz_target!(|text: &str| property::check(text));
