//! `infra/template.yaml` says what the code says: tables, environment, rights.
#![forbid(unsafe_code)]

mod campaigns;
mod environment;
mod rights;
mod tables;
mod template;
