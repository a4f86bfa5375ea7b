//! `harrier admin jobs` and `harrier admin dead-letters`.

use clap::Args;
use harrier::open_step_messages;
use harrier_domain::Tenant;
use harrier_store::{Job, Store, StoreError};

use super::admin::AdminError;
use super::storage::StorageOptions;

/// Dead letters shown at once.
const SHOWN: u32 = 100;

#[derive(Args)]
pub(super) struct Jobs {
    #[arg(long, default_value = Tenant::DEFAULT)]
    tenant: String,
    #[command(flatten)]
    pub(super) storage: StorageOptions,
}

#[derive(Args)]
pub(super) struct DeadLetters {
    /// Try all of them again, once the server runs.
    #[arg(long)]
    redrive: bool,
    #[command(flatten)]
    storage: StorageOptions,
}

impl Jobs {
    pub(super) async fn run(&self, store: &Store) -> Result<(), AdminError> {
        let tenant = Tenant::parse(&self.tenant).map_err(|_| AdminError::TenantName(self.tenant.clone()))?;
        for job in store.jobs(&tenant).await? {
            println!("{}", described(store, &tenant, &job).await?);
        }
        Ok(())
    }
}

async fn described(store: &Store, tenant: &Tenant, job: &Job) -> Result<String, StoreError> {
    let name = format!("{} {} by {} at {}", job.kind.name(), job.id, job.started_by, job.started_at);
    if let Some(finished_at) = job.finished_at {
        let Job { looked_at, changed, .. } = job;
        return Ok(format!("{name}: finished at {finished_at}, looked at {looked_at}, changed {changed}"));
    }
    let parts = store.job_parts(tenant, job.kind, job.id).await?;
    let done = parts.iter().filter(|part| part.done).count();
    let looked_at: u64 = parts.iter().map(|part| part.looked_at).sum();
    let changed: u64 = parts.iter().map(|part| part.changed).sum();
    Ok(format!("{name}: {done} of {} parts done, looked at {looked_at}, changed {changed}", parts.len()))
}

impl DeadLetters {
    pub(super) async fn run(self) -> Result<(), AdminError> {
        let messages = open_step_messages(&self.storage.storage(), self.storage.durability()).await?;
        if self.redrive {
            println!("{} steps are tried again.", messages.redrive().await?);
            return Ok(());
        }
        for (sent, text) in messages.dead_letters(SHOWN).await? {
            println!("{sent} {text}");
        }
        Ok(())
    }
}
