//! `harrier admin`: tenants, users, the work of campaigns, and whether everything fits together.

use std::fs::OpenOptions;
use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use harrier::{Password, StackError, Storage, open_database, set_administrator};
use harrier_artifacts::encryption::LocalKeys;
use harrier_domain::Tenant;
use harrier_domain::authority::Authority;
use harrier_identity::{NewTenant, create_tenant};
use harrier_runtime::{Clock, SystemClock};
use harrier_store::schema::create_tables;
use harrier_store::{CheckReport, Consistency, Database, Store, StoreError};

use super::campaigns::{DeadLetters, Jobs};
use super::storage::StorageOptions;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum AdminError {
    #[error("'{0}' cannot be the name of a tenant")]
    TenantName(String),
    #[error("there is no tenant '{0}'")]
    UnknownTenant(String),
    #[error("there is no user '{0}'")]
    UnknownUser(String),
    #[error("the key file {file}: {source}", file = .file.display())]
    KeyFile { file: PathBuf, source: std::io::Error },
    #[error("the password is empty")]
    EmptyPassword,
    #[error("{0} things are broken")]
    Broken(usize),
    #[error(transparent)]
    Stack(#[from] StackError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Subcommand)]
pub(super) enum Admin {
    /// Make a tenant with the types every tenant starts with.
    CreateTenant(CreateTenant),
    /// Make a user, or replace one of the same tenant.
    CreateUser(CreateUser),
    /// Give a user another password.
    SetPassword(SetPassword),
    /// Write a new key file for `serve --encryption-key`, readable by its owner alone.
    CreateKey(CreateKey),
    /// Show the invalidations and clean-ups of a tenant, and how far they are.
    Jobs(Jobs),
    /// Show the steps of campaigns that failed again and again, or have them tried again. Embedded storage only.
    DeadLetters(DeadLetters),
    /// Check that all a tenant has fits together, every counter included. Reads everything; nobody may write meanwhile.
    Check(Check),
}

#[derive(Args)]
pub(super) struct Check {
    #[arg(default_value = Tenant::DEFAULT)]
    tenant: String,
    #[command(flatten)]
    storage: StorageOptions,
}

#[derive(Args)]
pub(super) struct CreateTenant {
    /// 1 to 40 letters, digits, `-`, `_`, `.`; stored in upper case.
    name: String,
    #[command(flatten)]
    storage: StorageOptions,
}

#[derive(Args)]
pub(super) struct CreateUser {
    /// The login, unique in the installation.
    name: String,
    #[arg(long, default_value = Tenant::DEFAULT)]
    tenant: String,
    /// A right or role, for example `READ_TARGET` or `ROLE_ROLLOUT_ADMIN`; repeatable.
    #[arg(long = "authority", value_name = "AUTHORITY", default_value = "ROLE_TENANT_ADMIN", value_parser = authority)]
    authorities: Vec<String>,
    #[command(flatten)]
    password: PasswordOptions,
    #[command(flatten)]
    storage: StorageOptions,
}

#[derive(Args)]
pub(super) struct SetPassword {
    /// The login.
    #[arg(default_value = "admin")]
    name: String,
    #[command(flatten)]
    password: PasswordOptions,
    #[command(flatten)]
    storage: StorageOptions,
}

#[derive(Args)]
struct PasswordOptions {
    /// Read the password from standard input; without it one is generated and printed.
    #[arg(long)]
    password_stdin: bool,
}

impl Admin {
    pub(super) async fn run(self) -> Result<(), AdminError> {
        match self {
            Self::CreateTenant(command) => command.run().await,
            Self::CreateUser(command) => command.run().await,
            Self::SetPassword(command) => command.run().await,
            Self::CreateKey(command) => command.run(),
            Self::Jobs(command) => command.run(&open_store(&command.storage).await?).await,
            Self::DeadLetters(command) => command.run().await,
            Self::Check(command) => command.run().await,
        }
    }
}

#[derive(Args)]
pub(super) struct CreateKey {
    /// The file; it must not exist.
    file: PathBuf,
}

impl CreateKey {
    fn run(self) -> Result<(), AdminError> {
        let line = LocalKeys::generate_line().map_err(|_| AdminError::Stack(StackError::Randomness))?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&self.file).and_then(|mut file| {
            file.write_all(line.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        });
        written.map_err(|source| AdminError::KeyFile { file: self.file.clone(), source })?;
        println!("The key is in {}. Keep a copy: without it, what it encrypts is lost.", self.file.display());
        Ok(())
    }
}

impl CreateTenant {
    async fn run(self) -> Result<(), AdminError> {
        let tenant = Tenant::parse(&self.name).map_err(|_| AdminError::TenantName(self.name))?;
        let store = open_store(&self.storage).await?;
        match create_tenant(&store, &NewTenant { tenant: tenant.clone(), now: SystemClock.now() }).await? {
            true => println!("Tenant {tenant} is made."),
            false => println!("Tenant {tenant} exists already."),
        }
        Ok(())
    }
}

impl CreateUser {
    async fn run(self) -> Result<(), AdminError> {
        let store = open_store(&self.storage).await?;
        let tenant = known_tenant(&store, &self.tenant).await?;
        let password = self.password.read()?;
        let made = set_administrator(&store, &tenant, &self.name, self.authorities, password).await?;
        println!("User {} of tenant {tenant} is made.", made.name);
        tell(&made.password);
        Ok(())
    }
}

impl SetPassword {
    async fn run(self) -> Result<(), AdminError> {
        let store = open_store(&self.storage).await?;
        let user = store.user(&self.name).await?.ok_or_else(|| AdminError::UnknownUser(self.name.clone()))?;
        let password = self.password.read()?;
        let changed = set_administrator(&store, &user.tenant, &user.name, user.authorities.clone(), password).await?;
        println!("User {} of tenant {} has a new password.", changed.name, user.tenant);
        tell(&changed.password);
        Ok(())
    }
}

impl Check {
    /// Prints what was found; a failure if anything is broken. What a crash may leave behind is none.
    async fn run(self) -> Result<(), AdminError> {
        let store = open_store(&self.storage).await?;
        let tenant = known_tenant(&store, &self.tenant).await?;
        let report = store.check(&tenant).await?;
        for finding in &report.findings {
            println!("{finding}");
        }
        let CheckReport { targets, actions, entries, artifacts, .. } = report;
        println!(
            "Tenant {tenant}: {targets} targets, {actions} actions, {entries} history entries, {artifacts} artifacts."
        );
        match report.broken().count() {
            0 => Ok(()),
            broken => Err(AdminError::Broken(broken)),
        }
    }
}

async fn known_tenant(store: &Store, name: &str) -> Result<Tenant, AdminError> {
    let unknown = || AdminError::UnknownTenant(name.to_owned());
    let tenant = Tenant::parse(name).map_err(|_| unknown())?;
    store.tenant(&tenant, Consistency::Strong).await?.map(|_| tenant).ok_or_else(unknown)
}

impl PasswordOptions {
    /// The first line of standard input, if that was asked for.
    fn read(&self) -> Result<Option<String>, AdminError> {
        if !self.password_stdin {
            return Ok(None);
        }
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(StackError::from)?;
        let password = line.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            return Err(AdminError::EmptyPassword);
        }
        Ok(Some(password.to_owned()))
    }
}

fn tell(password: &Password) {
    if let Password::Generated(password) = password {
        println!("Password: {password}   (shown this once)");
    }
}

fn authority(name: &str) -> Result<String, String> {
    match Authority::from_name(name) {
        Some(known) => Ok(known.name().to_owned()),
        None => Err("no such authority".to_owned()),
    }
}

/// The store; embedded tables are made when they are missing, because `admin` may come before the first `serve`. On AWS
/// the deployment makes them.
async fn open_store(options: &StorageOptions) -> Result<Store, AdminError> {
    let (storage, prefix) = (options.storage(), options.table_prefix());
    let database = open_database(&storage, options.durability()).await?;
    if !matches!(storage, Storage::Aws(_)) {
        create_tables(&database, &prefix).await?;
    }
    Ok(Store::new(Database::new(database, prefix)))
}
