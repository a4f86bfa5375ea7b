//! A function on Lambda: clients, warm-up, then the invocation loop.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use harrier_artifacts::encryption::ChunkedAesGcm;
use harrier_campaigns::StepQueue;
use harrier_domain::Tenant;
use harrier_identity::ClientAuthorities;
use harrier_store::Consistency;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::env;
use std::io::Write;
use std::sync::Arc;

use crate::gateway::behind_gateway;
use crate::telemetry::{LogFormat, init_logs};
use crate::{App, KmsKeys, Settings, aws};

/// Runs a function until Lambda ends it. `main.rs` calls nothing else.
///
/// # Errors
/// When the environment cannot be read, or the runtime interface fails.
pub async fn run(router: impl FnOnce(App) -> Router) -> Result<(), lambda_http::Error> {
    init_logs(LogFormat::Json);
    let app = app_from_environment()?;
    warm_up(&app).await;
    lambda_http::run(behind_gateway(telling(app, router), None)).await
}

/// As [`run`], for the function that devices call: what the gateway passes on of their certificates is verified by the
/// authorities of its trust store.
///
/// # Errors
/// Those of [`run`], and when the trust store cannot be read.
pub async fn run_for_devices(router: impl FnOnce(App) -> Router) -> Result<(), lambda_http::Error> {
    init_logs(LogFormat::Json);
    let app = app_from_environment()?;
    let authorities = trust_store().await?;
    warm_up(&app).await;
    lambda_http::run(behind_gateway(telling(app, router), authorities.map(Arc::new))).await
}

/// The authorities at `HARRIER_TRUST_STORE`, `s3://bucket/key`; none without it.
async fn trust_store() -> Result<Option<ClientAuthorities>, lambda_http::Error> {
    let uri = env::var("HARRIER_TRUST_STORE").unwrap_or_default();
    if uri.is_empty() {
        return Ok(None);
    }
    let unusable = "the trust store is not at s3://bucket/key";
    let (bucket, key) = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).ok_or(unusable)?;
    let objects = aws_sdk_s3::Client::new(&aws::configuration()?);
    let bundle = objects.get_object().bucket(bucket).key(key).send().await?.body.collect().await?.into_bytes();
    Ok(Some(ClientAuthorities::from_pem(&bundle)?))
}

/// The function's routes; after each answer the log gets its metrics.
fn telling(app: App, router: impl FnOnce(App) -> Router) -> Router {
    router(app.clone()).layer(middleware::from_fn_with_state(app, tell_metrics))
}

async fn tell_metrics(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    tell(&app);
    response
}

/// Writes what there is to tell to the log, where CloudWatch finds it.
fn tell(app: &App) {
    let function = env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    if let Some(line) = app.metrics.embedded(&function, app.now()) {
        let mut output = std::io::stdout().lock();
        let _nobody_reads = writeln!(output, "{line}").and_then(|()| output.flush());
    }
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
    let app = app_from_environment()?;
    warm_up(&app).await;
    let handle = &handle;
    let serve = |event: LambdaEvent<E>| {
        let app = app.clone();
        async move {
            let handled = app.metrics.metered(handle(event.payload, app.clone())).await;
            tell(&app);
            handled.map_err(Into::into)
        }
    };
    lambda_runtime::run(service_fn(serve)).await
}

fn app_from_environment() -> Result<App, lambda_http::Error> {
    let aws = aws::configuration()?;
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
