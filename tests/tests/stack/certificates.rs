//! Client certificates: `harrier serve --client-ca` (DDI §15).

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use harrier::{Options, Tls};
use harrier_domain::Tenant;
use harrier_domain::configuration::{Entry, Key, Value};
use harrier_store::StoredSetting;
use harrier_tests::Installation;
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};

/// An authority that issues certificates to servers and devices.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let (mut params, key) = (params(name), KeyPair::generate().unwrap());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    fn issue(&self, params: &CertificateParams) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// As an operator would get it from `openssl x509 -fingerprint -sha256`.
    fn fingerprint(&self) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, self.certificate.der());
        digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn write(directory: &Path, name: &str, content: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// A server whose certificate is of the same authority as those of its devices.
async fn serve(authority: &Authority, directory: &Path) -> Installation {
    let (certificate, key) = authority.issue(&params("localhost"));
    let mut options = Options::in_memory();
    options.tls = Some(Tls {
        certificate: write(directory, "server.pem", &certificate.pem()),
        key: write(directory, "server.key", &key.serialize_pem()),
        client_authorities: Some(write(directory, "clients.pem", &authority.certificate.pem())),
    });
    Installation::start_with(options).await
}

/// Sets a tenant's setting behind the APIs, whose certificate no ordinary client knows.
async fn configure(installation: &Installation, key: Key, value: Value) {
    let (app, tenant) = (installation.stack().app(), Tenant::parse(Tenant::DEFAULT).unwrap());
    let (by, at) = ("ops".to_owned(), app.now());
    let entry = Entry { value, created_by: by.clone(), created_at: at, last_modified_by: by, last_modified_at: at };
    let mut transaction = app.store.transaction(&tenant);
    transaction.put(&StoredSetting { key: key.name().to_owned(), entry, revision: 1 });
    transaction.commit().await.unwrap();
    app.tenants.forget(&tenant);
}

/// Asks with a certificate, or without; returns the status, or `None` when there is no connection.
async fn ask(
    server: SocketAddr,
    trusted: &Authority,
    identity: Option<(Certificate, KeyPair)>,
    path: &str,
    headers: &str,
) -> Option<u16> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.certificate.der().clone()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots);
    let config = match identity {
        Some((certificate, key)) => {
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
            config.with_client_auth_cert(vec![certificate.der().clone()], key).unwrap()
        }
        None => config.with_no_client_auth(),
    };
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    let exchange = move || {
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(server).unwrap());
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = Vec::new();
        let _closed_without_notice = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
    };
    tokio::task::spawn_blocking(exchange).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_36_a_device_logs_in_with_its_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let (ours, others) = (Authority::new("ours"), Authority::new("others"));
    let installation = serve(&ours, directory.path()).await;
    let server = installation.stack().address();
    let trust = async |authority: &str| {
        configure(&installation, Key::HeaderAuthentication, Value::Bool(true)).await;
        configure(&installation, Key::HeaderAuthority, Value::Text(authority.to_owned())).await;
    };
    let device = |name: &str| Some(ours.issue(&params(name)));
    let poll = "/DEFAULT/controller/v1/dev-1";

    assert_eq!(ask(server, &ours, device("dev-1"), poll, "").await, Some(401), "the tenant trusts nobody yet");
    trust(&format!("another, {}", ours.fingerprint())).await;
    assert_eq!(ask(server, &ours, device("dev-1"), poll, "").await, Some(200));
    assert_eq!(ask(server, &ours, device("dev-2"), poll, "").await, Some(401), "another device's certificate");
    assert_eq!(ask(server, &ours, None, poll, "").await, Some(401), "no certificate");
    let claims = format!("X-Controller-Id: dev-1\r\nX-Authority: {}\r\n", ours.fingerprint());
    assert_eq!(ask(server, &ours, None, poll, &claims).await, Some(401), "only words");
    assert_eq!(
        ask(server, &ours, None, "/rest/v1/userinfo", "").await,
        Some(401),
        "users need no certificate to be heard"
    );
    let foreign = Some(others.issue(&params("dev-1")));
    assert_ne!(ask(server, &ours, foreign, poll, "").await, Some(200), "another authority's certificate");
    trust(&others.fingerprint()).await;
    assert_eq!(ask(server, &ours, device("dev-1"), poll, "").await, Some(401), "the tenant trusts another authority");
}
