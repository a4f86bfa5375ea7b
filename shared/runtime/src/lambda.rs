//! An HTTP function on Lambda: clients, warm-up, then the invocation loop.

use aws_config::BehaviorVersion;
use axum::Router;
use harrier_domain::Tenant;
use harrier_store::Consistency;
use std::env;

use crate::gateway::behind_gateway;
use crate::telemetry::{LogFormat, init_logs};
use crate::{App, Settings};

/// Runs a function until Lambda ends it. `main.rs` calls nothing else.
///
/// # Errors
/// When the environment cannot be read, or the runtime interface fails.
pub async fn run(router: impl FnOnce(App) -> Router) -> Result<(), lambda_http::Error> {
    init_logs(LogFormat::Json);
    let app = app_from_environment().await?;
    warm_up(&app).await;
    lambda_http::run(behind_gateway(router(app))).await
}

async fn app_from_environment() -> Result<App, lambda_http::Error> {
    let aws = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let path_style = env::var("HARRIER_S3_PATH_STYLE").is_ok_and(|value| value == "true");
    let objects = aws_sdk_s3::config::Builder::from(&aws).force_path_style(path_style).build();
    let objects = aws_sdk_s3::Client::from_conf(objects);
    Ok(App::new(aws_sdk_dynamodb::Client::new(&aws), objects.clone(), objects, Settings::from_environment()?)?)
}

/// Opens the connection to the database while Lambda does not yet count the time: the first TLS handshake is slow.
async fn warm_up(app: &App) {
    let Ok(tenant) = Tenant::parse(Tenant::DEFAULT) else {
        return;
    };
    if let Err(error) = app.store.tenant(&tenant, Consistency::Eventual).await {
        tracing::warn!(%error, "the warm-up did not reach the database");
    }
}
