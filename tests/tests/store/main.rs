#![forbid(unsafe_code)]
//! What any DynamoDB must do for Harrier.
//!
//! Every test runs on the embedded engine, and as well on the endpoint that `HARRIER_TEST_DYNAMODB_ENDPOINT` names (see
//! `tests/dynamodb-local.sh`).

mod catalogue;
mod consistency;
mod environment;
mod faults;
mod golden;
mod history;
mod samples;
mod search;
mod search_cost;
mod search_model;
mod tenancy;
mod transactions;
