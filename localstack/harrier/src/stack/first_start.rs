//! What an installation needs before it can serve. On AWS the deployment makes tables and bucket.

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata};
use harrier_domain::Tenant;
use harrier_identity::{NewTenant, create_tenant};
use harrier_runtime::App;
use harrier_store::schema::create_tables;

use super::StackError;
use super::administrator::{Administrator, ensure_administrator};
use super::options::AdministratorOptions;

/// Makes the tables, the bucket, tenant `DEFAULT` and its administrator where they are missing, and touches nothing else.
/// Returns who administers the installation.
///
/// # Errors
/// When the database or the object store refuses.
pub async fn prepare(
    app: &App,
    database: &aws_sdk_dynamodb::Client,
    objects: &aws_sdk_s3::Client,
    administrator: AdministratorOptions,
) -> Result<Administrator, StackError> {
    create_tables(database, &app.settings.table_prefix).await?;
    create_bucket(objects, &app.settings.bucket).await?;
    let tenant = Tenant::parse(Tenant::DEFAULT)?;
    create_tenant(&app.store, &NewTenant { tenant: tenant.clone(), now: app.now() }).await?;
    ensure_administrator(&app.store, &tenant, administrator).await
}

async fn create_bucket(objects: &aws_sdk_s3::Client, bucket: &str) -> Result<(), StackError> {
    match objects.create_bucket().bucket(bucket).send().await {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.code(), Some("BucketAlreadyOwnedByYou" | "BucketAlreadyExists")) => Ok(()),
        Err(error) => {
            Err(StackError::Bucket { bucket: bucket.to_owned(), reason: DisplayErrorContext(&error).to_string() })
        }
    }
}
