//! A function on Lambda: clients, warm-up, then the invocation loop.

use aws_config::BehaviorVersion;
use axum::Router;
use harrier_artifacts::encryption::ChunkedAesGcm;
use harrier_campaigns::StepQueue;
use harrier_domain::Tenant;
use harrier_store::Consistency;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::env;
use std::sync::Arc;

use crate::telemetry::{LogFormat, init_logs};
use crate::{App, KmsKeys, Settings};

/// Runs a function until Lambda ends it. `main.rs` calls nothing else.
///
/// # Errors
/// When the environment cannot be read, or the runtime interface fails.
pub async fn run(router: impl FnOnce(App) -> Router) -> Result<(), lambda_http::Error> {
    init_logs(LogFormat::Json);
    let app = app_from_environment().await?;
    warm_up(&app).await;
    lambda_http::run(router(app)).await
}

/// Runs a function that is invoked by events until Lambda ends it. `main.rs` calls nothing else.
///
/// # Errors
/// When the environment cannot be read, or the runtime interface fails.
pub async fn run_events<E, R, X, F>(handle: impl Fn(E, App) -> F) -> Result<(), lambda_runtime::Error>
where
    E: DeserializeOwned,
    R: Serialize,
    X: Into<lambda_runtime::Error>,
    F: Future<Output = Result<R, X>>,
{
    init_logs(LogFormat::Json);
    let app = app_from_environment().await?;
    warm_up(&app).await;
    let handle = &handle;
    let serve = |event: LambdaEvent<E>| {
        let app = app.clone();
        async move { handle(event.payload, app).await.map_err(Into::into) }
    };
    lambda_runtime::run(service_fn(serve)).await
}

async fn app_from_environment() -> Result<App, lambda_http::Error> {
    let aws = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let path_style = env::var("HARRIER_S3_PATH_STYLE").is_ok_and(|value| value == "true");
    let objects = aws_sdk_s3::config::Builder::from(&aws).force_path_style(path_style).build();
    let objects = aws_sdk_s3::Client::from_conf(objects);
    let app = App::new(aws_sdk_dynamodb::Client::new(&aws), objects.clone(), objects, Settings::from_environment()?)?;
    let app = match env::var("HARRIER_ARTIFACT_KMS_KEY") {
        Ok(key) if !key.is_empty() => {
            let keys = KmsKeys::new(aws_sdk_kms::Client::new(&aws), key);
            app.with_encryption(Arc::new(ChunkedAesGcm::new(Arc::new(keys))))
        }
        _ => app,
    };
    Ok(match env::var("HARRIER_STEP_QUEUE_URL") {
        Ok(url) if !url.is_empty() => app.with_steps(StepQueue::new(aws_sdk_sqs::Client::new(&aws), url)),
        _ => app,
    })
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
