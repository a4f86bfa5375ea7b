//! What every function's `main.rs` shares: the clients, the settings, who is calling, metering, the Lambda loop.
#![forbid(unsafe_code)]

mod app;
mod caller;
mod clock;
mod events;
mod kms;
mod lambda;
mod metering;
mod settings;
mod surfaces;
mod telemetry;

pub use app::App;
pub use caller::Caller;
pub use clock::{Clock, ManualClock, SystemClock};
pub use events::{BatchFailures, QueueEvent, QueueMessage, StreamEvent};
pub use kms::KmsKeys;
pub use lambda::{run, run_events};
pub use settings::{DeliveryMode, Settings, SettingsError};
pub use surfaces::{device_surface, management_surface};
pub use telemetry::{LogFormat, init_logs};
