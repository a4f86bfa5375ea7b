//! The function's part of the Management API, on the embedded database and object store. Numbers are those of the
//! contract's subtle behaviours (management §7).

mod artifacts;
mod distributionsets;
mod distributionsettags;
mod distributionsettypes;
mod encryption;
mod metadata;
mod softwaremodules;
mod softwaremoduletypes;
mod uploads;
mod uploads_intake;
mod world;
