//! The functions' real programs, started and fed as Lambda does.
//!
//! By default those that `cargo build` made; `HARRIER_LAMBDA_DIR` names a directory of `<function>/bootstrap`.
#![forbid(unsafe_code)]

mod campaigns;
mod cold_start;
mod update;
mod uploads;
