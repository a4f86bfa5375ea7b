//! Logs: one line of JSON per event on Lambda, readable text on a terminal. `HARRIER_LOG` filters by level and by target:
//! `info`, `warn,harrier_store=debug`.

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Json,
    Text,
}

/// Starts logging to standard error. A second call does nothing.
pub fn init_logs(format: LogFormat) {
    let lines = tracing_subscriber::fmt::layer().with_target(false).with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Text => lines.boxed(),
    };
    let _already_started = tracing_subscriber::registry().with(lines.with_filter(filter())).try_init();
}

/// The embedded S3 logs every refusal as an error of its own.
fn filter() -> Targets {
    let wanted = std::env::var("HARRIER_LOG").ok().and_then(|text| text.parse().ok());
    let filter: Targets = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    filter.with_target("s3s", LevelFilter::OFF)
}
