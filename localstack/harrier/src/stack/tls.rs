//! HTTPS, and client certificates.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware;
use axum_server::tls::TlsInfo;
use axum_server::tls_rustls::RustlsConfig;
use harrier_identity::ClientAuthorities;
use harrier_runtime::App;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::{StackError, Tls};

/// The protocols of HTTPS, best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// How the listener speaks TLS.
pub(super) struct Secured {
    pub config: RustlsConfig,
    /// Whose client certificates it takes.
    pub authorities: Option<Arc<ClientAuthorities>>,
}

/// Reads certificates and key.
pub(super) async fn load(tls: Option<&Tls>) -> Result<Option<Secured>, StackError> {
    let Some(tls) = tls.cloned() else {
        return Ok(None);
    };
    let loaded = tokio::task::spawn_blocking(move || read(&tls)).await.map_err(std::io::Error::other)?;
    loaded.map(Some)
}

fn read(tls: &Tls) -> Result<Secured, StackError> {
    let authorities = tls.client_authorities.as_deref().map(read_authorities).transpose()?.map(Arc::new);
    let unusable = |source| StackError::Tls { certificate: tls.certificate.clone(), key: tls.key.clone(), source };
    let config = configuration(tls, authorities.as_deref()).map_err(unusable)?;
    Ok(Secured { config: RustlsConfig::from_config(Arc::new(config)), authorities })
}

fn read_authorities(path: &Path) -> Result<ClientAuthorities, StackError> {
    let unusable = |source: std::io::Error| StackError::ClientAuthorities { path: path.to_path_buf(), source };
    let bundle = std::fs::read(path).map_err(unusable)?;
    ClientAuthorities::from_pem(&bundle).map_err(|error| unusable(std::io::Error::other(error)))
}

fn configuration(tls: &Tls, authorities: Option<&ClientAuthorities>) -> std::io::Result<ServerConfig> {
    let other = std::io::Error::other::<rustls::Error>;
    let pem = std::io::Error::other::<rustls_pki_types::pem::Error>;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&tls.certificate).map_err(pem)?.collect();
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(pem)?;
    let builder = match authorities {
        Some(authorities) => ServerConfig::builder().with_client_cert_verifier(verifier(authorities)?),
        None => ServerConfig::builder().with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(chain.map_err(pem)?, key).map_err(other)?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

/// Users of the Management API have no certificate, so showing one is up to the caller.
fn verifier(authorities: &ClientAuthorities) -> std::io::Result<Arc<dyn rustls::server::danger::ClientCertVerifier>> {
    let mut roots = RootCertStore::empty();
    for certificate in authorities.certificates() {
        roots.add(certificate.clone()).map_err(std::io::Error::other)?;
    }
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).allow_unauthenticated().build();
    verifier.map_err(std::io::Error::other).map(|verifier| verifier as _)
}

/// Routes whose handlers find the caller's certificate, verified, in the request's extensions.
pub(super) fn with_certificates(routes: Router, app: &App, authorities: Option<Arc<ClientAuthorities>>) -> Router {
    let Some(authorities) = authorities else {
        return routes;
    };
    let app = app.clone();
    routes.layer(middleware::map_request(move |mut request: Request| {
        if let Some(tls) = request.extensions().get::<Arc<TlsInfo>>() {
            let chain: Vec<CertificateDer<'_>> =
                tls.peer_certificates.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
            if let Some(certificate) = authorities.verify(&chain, app.now()) {
                request.extensions_mut().insert(certificate);
            }
        }
        std::future::ready(request)
    }))
}
