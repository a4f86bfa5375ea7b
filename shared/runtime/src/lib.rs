//! What every function's `main.rs` shares: the clients, the settings, who is calling, metering, the Lambda loop.
#![forbid(unsafe_code)]

mod app;
mod aws;
mod caller;
mod clock;
mod events;
mod filtering;
mod gateway;
mod kms;
mod lambda;
mod metering;
mod metrics;
mod peer;
mod settings;
mod surfaces;
mod telemetry;
mod views;

pub use app::App;
pub use caller::Caller;
pub use clock::{Clock, ManualClock, SystemClock};
pub use events::{BatchFailures, QueueEvent, QueueMessage, StreamEvent};
pub use kms::KmsKeys;
pub use lambda::{run, run_events, run_for_devices};
pub use metrics::{Gauge, Metric, Metrics};
pub use peer::{GatewayPeer, peer_ip};
pub use settings::{DeliveryMode, Settings, SettingsError};
pub use surfaces::{device_surface, management_surface};
pub use telemetry::{LogFormat, init_logs};
