//! Real devices finish real updates: the client programs are not ours, the server is the `harrier` program.

mod hawkbit_crate;
mod scenario;
mod swupdate;
