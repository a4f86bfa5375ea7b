//! `harrier serve`.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use harrier::{AdministratorOptions, Options, Password, Stack, StackError, Storage, Time, Tls};
use harrier_domain::polling;
use harrier_domain::quota::Quotas;
use harrier_identity::device::CertificateHeaders;
use harrier_rest::{FilterSettings, Limits, Network, OriginPolicy};
use harrier_runtime::{DeliveryMode, Settings};

use super::storage::StorageOptions;

/// Files up to this many bytes are sent, larger ones redirected to, with `--delivery redirect`: as on AWS.
const REDIRECT_ABOVE: u64 = 4 * 1024 * 1024;

#[derive(Args)]
pub(super) struct Serve {
    /// Address of the device and management APIs.
    #[arg(long, env = "HARRIER_LISTEN", value_name = "IP:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Address of `/metrics` for Prometheus; without it there is none. Nobody logs in to it: keep it off public networks.
    #[arg(long, env = "HARRIER_METRICS_LISTEN", value_name = "IP:PORT")]
    metrics_listen: Option<SocketAddr>,
    /// URL under which devices and users reach us, for links; by default what each request names as its host.
    #[arg(long, env = "HARRIER_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Certificate chain in PEM format; with a key, the APIs speak HTTPS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Private key in PEM format.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Authorities of client certificates in PEM format: a device may log in with a certificate of theirs that names it, where
    /// its tenant trusts the SHA-256 fingerprint of one of them (`authentication.header.authority`).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    client_ca: Option<PathBuf>,

    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    administrator: Administrators,
    #[command(flatten)]
    artifacts: Artifacts,
    #[command(flatten)]
    behaviour: Behaviour,
    #[command(flatten)]
    filters: Filters,
}

#[derive(Args)]
#[command(next_help_heading = "Administrator of tenant DEFAULT")]
struct Administrators {
    /// User name.
    #[arg(long, value_name = "NAME", default_value = "admin")]
    admin_user: String,
    /// Password, set at every start; without it one is generated at the first start and printed once.
    #[arg(long, env = "HARRIER_ADMIN_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    admin_password: Option<String>,
}

#[derive(Args)]
#[command(next_help_heading = "Artifacts")]
struct Artifacts {
    /// Bucket of the artifacts.
    #[arg(long, env = "HARRIER_BUCKET", value_name = "NAME", default_value = "harrier-artifacts")]
    bucket: String,
    /// Send files ourselves, or redirect to presigned links for files above 4 MiB.
    #[arg(long, value_enum, default_value_t = Delivery::Inline)]
    delivery: Delivery,
    /// File of keys that encrypt the artifacts of encrypted software modules (`harrier admin create-key`).
    #[arg(long, env = "HARRIER_ENCRYPTION_KEY", value_name = "FILE")]
    encryption_key: Option<PathBuf>,
    /// Address of presigned links to embedded objects.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8081")]
    storage_listen: SocketAddr,
    /// URL under which devices reach that address.
    #[arg(long, value_name = "URL")]
    storage_url: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Delivery {
    Inline,
    Redirect,
}

#[derive(Args)]
#[command(next_help_heading = "Behaviour")]
struct Behaviour {
    /// Write down when a device was last seen only if the last time is this many seconds old.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    last_seen_seconds: u32,
    /// The shortest interval at which tenants may let their devices poll.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    min_polling_seconds: u32,
    /// Limits that differ from hawkBit's, for example `artifact-size=5368709120,artifact-storage=0`; 0 is no limit.
    #[arg(long, env = "HARRIER_QUOTAS", value_name = "NAME=NUMBER,…", default_value = "", hide_default_value = true)]
    quotas: Quotas,
    /// Answer each request with the DynamoDB request units it took (`x-request-units`).
    #[arg(long)]
    expose_request_units: bool,
    /// Believe `Forwarded` and `X-Forwarded-*`: only behind a proxy that sets them.
    #[arg(long)]
    trust_forwarded: bool,
    /// Believe the headers of a proxy that verified client certificates: only behind one that removes them from requests.
    #[arg(long)]
    trust_certificate_headers: bool,
    /// Names of such headers that hold the controller id, if they are not the usual ones.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "trust_certificate_headers")]
    certificate_id_headers: Vec<String>,
    /// Names of such headers that hold authorities, or with `-0`, `-1`, … one each, if they are not the usual ones.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "trust_certificate_headers")]
    certificate_authority_headers: Vec<String>,
}

/// DDI §16. The defaults are hawkBit's.
#[derive(Args)]
#[command(next_help_heading = "Who is heard")]
struct Filters {
    /// Reading requests a second that one address may send; more are answered 429. 0: no limit.
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    reads_per_second: u32,
    /// Other requests a second that one address may send. 0: no limit.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    writes_per_second: u32,
    /// Reading requests a second that one device may send from one address. 0: no limit.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    device_reads_per_second: u32,
    /// Other requests a second that one device may send from one address. 0: no limit.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    device_writes_per_second: u32,
    /// Addresses without limits, as `10.0.0.0/8`, separated by commas; by default loopback, private and link-local ones.
    #[arg(long, value_name = "NETWORKS", value_delimiter = ',')]
    unlimited_addresses: Option<Vec<Network>>,
    /// Addresses that are answered 403.
    #[arg(long, env = "HARRIER_BLOCKED_ADDRESSES", value_name = "NETWORKS", value_delimiter = ',')]
    blocked_addresses: Vec<Network>,
    /// Host names that requests may be for, others are answered 400; by default any.
    #[arg(long, env = "HARRIER_ALLOWED_HOSTS", value_name = "NAMES", value_delimiter = ',')]
    allowed_hosts: Vec<String>,
    /// Where devices may call from; by default anywhere.
    #[arg(long, env = "HARRIER_DEVICE_NETWORKS", value_name = "NETWORKS", value_delimiter = ',')]
    device_networks: Vec<Network>,
}

impl Filters {
    fn settings(&self) -> FilterSettings {
        FilterSettings {
            per_address: Limits { reads: self.reads_per_second, writes: self.writes_per_second },
            per_device: Limits { reads: self.device_reads_per_second, writes: self.device_writes_per_second },
            unlimited: self.unlimited_addresses.clone().unwrap_or_else(Network::private),
            blocked: self.blocked_addresses.clone(),
            allowed_hosts: self.allowed_hosts.clone(),
        }
    }
}

impl Serve {
    /// Serves until a signal or a failure ends it.
    pub(super) async fn run(self) -> Result<(), StackError> {
        let options = self.options();
        let storage = options.storage.clone();
        let mut stack = Stack::start(options).await?;
        say(&announcement(&stack, &storage));
        tokio::select! {
            failed = stack.failed() => return failed,
            signal = stop_signal() => signal?,
        }
        say("Stopping: requests under way may finish.\n");
        stack.shutdown().await
    }

    fn options(self) -> Options {
        let settings = self.settings();
        let tls = self.tls_certificate.zip(self.tls_key);
        let password = self.administrator.admin_password.filter(|password| !password.is_empty());
        Options {
            storage: self.storage.storage(),
            durability: self.storage.durability(),
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            storage_listen: self.artifacts.storage_listen,
            storage_url: self.artifacts.storage_url,
            tls: tls.map(|(certificate, key)| Tls { certificate, key, client_authorities: self.client_ca }),
            encryption_key: self.artifacts.encryption_key,
            administrator: AdministratorOptions { name: self.administrator.admin_user, password },
            settings,
            time: Time::default(),
            pumps: true,
        }
    }

    fn settings(&self) -> Settings {
        let Behaviour { last_seen_seconds, expose_request_units, trust_forwarded, trust_certificate_headers, .. } =
            self.behaviour;
        let shortest_interval = i64::from(self.behaviour.min_polling_seconds) * 1000;
        let public_base_url = self.public_url.clone();
        Settings {
            table_prefix: self.storage.table_prefix(),
            bucket: self.artifacts.bucket.clone(),
            origin: OriginPolicy { public_base_url, trust_forwarded, ..OriginPolicy::default() },
            delivery: match self.artifacts.delivery {
                Delivery::Inline => DeliveryMode::Inline,
                Delivery::Redirect => DeliveryMode::RedirectAbove(REDIRECT_ABOVE),
            },
            last_seen_resolution: i64::from(last_seen_seconds) * 1000,
            certificate_headers: trust_certificate_headers.then(|| {
                let ids = self.behaviour.certificate_id_headers.clone();
                CertificateHeaders::named(ids, self.behaviour.certificate_authority_headers.clone())
            }),
            filters: self.filters.settings(),
            device_networks: self.filters.device_networks.clone(),
            expose_request_units,
            quotas: self.behaviour.quotas,
            polling_limits: polling::Limits { min: shortest_interval, ..polling::Limits::default() },
            ..Settings::default()
        }
    }
}

fn announcement(stack: &Stack, storage: &Storage) -> String {
    let (url, tenant, administrator) = (stack.url(), stack.tenant(), stack.administrator());
    let password = match &administrator.password {
        Password::Generated(password) => format!("{password}   (shown this once)"),
        Password::Given(_) => "as given".to_owned(),
        Password::Unchanged => "unchanged".to_owned(),
    };
    let links = stack.storage_address().map(|address| format!("  artifact links  http://{address}\n"));
    let metrics = stack.metrics_url().map(|url| format!("  metrics         {url}\n"));
    format!(
        "Harrier listens on {url}\n\
        \x20 device API      {url}/{tenant}/controller/v1/<controllerId>\n\
        \x20 management API  {url}/rest/v1\n\
        {}{}\
        \x20 storage         {}\n\
        \x20 administrator   {} of tenant {tenant}\n\
        \x20 password        {password}\n",
        links.unwrap_or_default(),
        metrics.unwrap_or_default(),
        described(storage),
        administrator.name,
    )
}

/// Unlike `println!`, does not mind if nobody reads our output any more.
fn say(text: &str) {
    let mut output = std::io::stdout().lock();
    let _nobody_reads = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

fn described(storage: &Storage) -> String {
    match storage {
        Storage::Memory => "memory: nothing outlives this process".to_owned(),
        Storage::Directory(directory) => directory.display().to_string(),
        Storage::Aws(endpoint) => endpoint.clone(),
        Storage::DynamoDb(endpoint, Some(directory)) => format!("{endpoint}, objects in {}", directory.display()),
        Storage::DynamoDb(endpoint, None) => format!("{endpoint}, objects in memory"),
    }
}

#[cfg(unix)]
async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stop_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
