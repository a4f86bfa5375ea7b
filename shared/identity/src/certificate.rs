//! Client certificates: whom one names, and who vouches for it (DDI §15, mechanism 1).
//!
//! Whoever ends the TLS connection — this program, or API Gateway — has made sure that the caller holds the certificate's
//! key. Here the certificate is verified against the authorities of the installation once more, to learn by which of them it
//! was issued: a tenant trusts authorities, not certificates.

use aws_lc_rs::digest::{SHA256, digest};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use thiserror::Error;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::common_name::common_name;

/// How long a verified certificate is believed without another look, milliseconds.
const BELIEVED_FOR: i64 = 60_000;

/// Most certificates remembered at once.
const MAX_REMEMBERED: usize = 10_000;

/// A device's certificate, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The subject's common name: the controller id.
    pub common_name: String,
    /// SHA-256 fingerprints, in hexadecimal, of the authorities on the path that was verified: the issuer first, the root last.
    pub authorities: Vec<String>,
}

/// A bundle of certificates that cannot be used.
#[derive(Debug, Error)]
#[error("the bundle of certificate authorities is not usable: {0}")]
pub struct AuthoritiesError(String);

/// The authorities that issue client certificates in this installation.
pub struct ClientAuthorities {
    /// Those whose own issuer is not among them.
    roots: Vec<Root>,
    intermediates: Vec<CertificateDer<'static>>,
    remembered: Mutex<HashMap<Vec<u8>, Remembered>>,
}

struct Root {
    anchor: TrustAnchor<'static>,
    certificate: CertificateDer<'static>,
}

struct Remembered {
    certificate: Arc<ClientCertificate>,
    until: i64,
}

impl std::fmt::Debug for ClientAuthorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientAuthorities").field("roots", &self.roots.len()).finish_non_exhaustive()
    }
}

impl ClientAuthorities {
    /// Reads a bundle in PEM format.
    ///
    /// # Errors
    /// When a certificate in it cannot be read, or there is none.
    pub fn from_pem(bundle: &[u8]) -> Result<Self, AuthoritiesError> {
        let certificates: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(bundle).collect();
        let certificates = certificates.map_err(|error| AuthoritiesError(error.to_string()))?;
        let mut authorities = Self { roots: Vec::new(), intermediates: Vec::new(), remembered: Mutex::default() };
        for certificate in &certificates {
            match root(certificate, &certificates)? {
                Some(root) => authorities.roots.push(root),
                None => authorities.intermediates.push(certificate.clone()),
            }
        }
        if authorities.roots.is_empty() {
            return Err(AuthoritiesError("there is no root certificate".to_owned()));
        }
        Ok(authorities)
    }

    /// The certificates of the bundle, roots first.
    pub fn certificates(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.roots.iter().map(|root| &root.certificate).chain(&self.intermediates)
    }

    /// Verifies a certificate with what the caller presented besides. `None` for one that is not ours, not valid at `now`
    /// (epoch milliseconds), not for clients, or names nobody.
    #[must_use]
    pub fn verify(&self, chain: &[CertificateDer<'_>], now: i64) -> Option<Arc<ClientCertificate>> {
        let key = fingerprint_of_chain(chain);
        if let Some(certificate) = self.recall(&key, now) {
            return Some(certificate);
        }
        let certificate = Arc::new(self.verify_anew(chain, now)?);
        self.keep(key, Remembered { certificate: Arc::clone(&certificate), until: now + BELIEVED_FOR });
        Some(certificate)
    }

    /// Verifies a single certificate in PEM format, as API Gateway passes it on.
    #[must_use]
    pub fn verify_pem(&self, certificate: &str, now: i64) -> Option<Arc<ClientCertificate>> {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).ok()?;
        self.verify(&[certificate], now)
    }

    fn verify_anew(&self, chain: &[CertificateDer<'_>], now: i64) -> Option<ClientCertificate> {
        let (own, presented) = chain.split_first()?;
        let end_entity = EndEntityCert::try_from(own).ok()?;
        let anchors: Vec<TrustAnchor<'_>> = self.roots.iter().map(|root| root.anchor.clone()).collect();
        let intermediates: Vec<CertificateDer<'_>> = presented.iter().chain(&self.intermediates).cloned().collect();
        let time = UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(now).ok()?));
        let usage = KeyUsage::client_auth();
        let path = end_entity
            .verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &intermediates, time, usage, None, None)
            .ok()?;
        let root = self.roots.iter().find(|root| root.anchor == *path.anchor())?;
        let issuers = path.intermediate_certificates().map(|issuer| fingerprint(&issuer.der()));
        let authorities = issuers.chain([fingerprint(&root.certificate)]).collect();
        Some(ClientCertificate { common_name: common_name(end_entity.subject())?, authorities })
    }

    fn recall(&self, key: &[u8], now: i64) -> Option<Arc<ClientCertificate>> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.get(key).filter(|one| now < one.until).map(|one| Arc::clone(&one.certificate))
    }

    fn keep(&self, key: Vec<u8>, one: Remembered) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MAX_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(key, one);
    }
}

/// A certificate that nobody in the bundle issued is a root; one that issued itself is, too.
fn root(
    certificate: &CertificateDer<'static>,
    bundle: &[CertificateDer<'static>],
) -> Result<Option<Root>, AuthoritiesError> {
    let unusable = |error: webpki::Error| AuthoritiesError(error.to_string());
    let parsed = EndEntityCert::try_from(certificate).map_err(unusable)?;
    let issued_it = |other: &CertificateDer<'static>| {
        EndEntityCert::try_from(other).is_ok_and(|other| other.subject() == parsed.issuer())
    };
    let is_own_issuer = parsed.subject() == parsed.issuer();
    if !is_own_issuer && bundle.iter().any(issued_it) {
        return Ok(None);
    }
    let anchor = anchor_from_trusted_cert(certificate).map_err(unusable)?.to_owned();
    Ok(Some(Root { anchor, certificate: certificate.clone() }))
}

/// What `openssl x509 -fingerprint -sha256` prints, without colons and in lower case.
fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    hex::encode(digest(&SHA256, certificate))
}

fn fingerprint_of_chain(chain: &[CertificateDer<'_>]) -> Vec<u8> {
    chain.iter().flat_map(|certificate| digest(&SHA256, certificate).as_ref().to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{
        BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
    };

    /// 2026-06-01T00:00:00Z.
    const NOW: i64 = 1_780_272_000_000;

    struct Authority {
        certificate: CertificateDer<'static>,
        pem: String,
        issuer: Issuer<'static, KeyPair>,
    }

    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::OrganizationName, "Example");
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        params
    }

    fn authority(name: &str, issued_by: Option<&Authority>) -> Authority {
        let (mut params, key) = (params(name), KeyPair::generate().unwrap());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = match issued_by {
            Some(above) => params.signed_by(&key, &above.issuer).unwrap(),
            None => params.self_signed(&key).unwrap(),
        };
        let (der, pem) = (certificate.der().clone(), certificate.pem());
        Authority { certificate: der, pem, issuer: Issuer::new(params, key) }
    }

    impl Authority {
        fn device(&self, name: &str) -> CertificateDer<'static> {
            self.issue(&params(name))
        }

        fn issue(&self, params: &CertificateParams) -> CertificateDer<'static> {
            params.signed_by(&KeyPair::generate().unwrap(), &self.issuer).unwrap().der().clone()
        }

        fn fingerprint(&self) -> String {
            fingerprint(&self.certificate)
        }
    }

    fn trusting(authorities: &[&Authority]) -> ClientAuthorities {
        let bundle: String = authorities.iter().map(|authority| authority.pem.as_str()).collect();
        ClientAuthorities::from_pem(bundle.as_bytes()).unwrap()
    }

    fn names(certificate: Option<Arc<ClientCertificate>>) -> Option<(String, Vec<String>)> {
        certificate.map(|certificate| (certificate.common_name.clone(), certificate.authorities.clone()))
    }

    #[test]
    fn a_certificate_is_known_by_those_who_issued_it() {
        let root = authority("root", None);
        let middle = authority("middle", Some(&root));
        let (direct, below) = (root.device("dev-1"), middle.device("dev-2"));
        let all = vec![middle.fingerprint(), root.fingerprint()];
        let by_root = Some(("dev-1".to_owned(), vec![root.fingerprint()]));
        let by_middle = Some(("dev-2".to_owned(), all));
        let ours = trusting(&[&root]);
        assert_eq!(names(ours.verify(std::slice::from_ref(&direct), NOW)), by_root);
        assert_eq!(names(ours.verify(std::slice::from_ref(&below), NOW)), None, "nobody shows who issued it");
        assert_eq!(names(ours.verify(&[below.clone(), middle.certificate.clone()], NOW)), by_middle);
        let with_middle = trusting(&[&middle, &root]);
        assert_eq!(names(with_middle.verify(&[below], NOW)), by_middle, "the bundle has what the device lacks");
        assert_eq!(names(with_middle.verify(&[direct], NOW)), by_root);
    }

    #[test]
    fn an_authority_that_is_only_shown_vouches_for_nobody() {
        let (ours, others) = (authority("ours", None), authority("others", None));
        let both = trusting(&[&ours, &others]);
        let device = ours.device("dev");
        let shown = both.verify(&[device, others.certificate.clone()], NOW);
        assert_eq!(names(shown), Some(("dev".to_owned(), vec![ours.fingerprint()])));
        // One that has the name of ours, but not its key.
        let impostor = authority("ours", None);
        assert_eq!(both.verify(&[impostor.device("dev")], NOW), None);
        assert_eq!(both.verify(&[impostor.device("dev"), impostor.certificate.clone()], NOW), None);
    }

    #[test]
    fn what_is_not_for_clients_or_not_for_now_is_nothing() {
        let root = authority("root", None);
        let ours = trusting(&[&root]);
        let mut server = params("dev");
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let mut client = params("dev");
        client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let mut nameless = CertificateParams::default();
        (nameless.not_before, nameless.not_after) = (client.not_before, client.not_after);
        nameless.distinguished_name = rcgen::DistinguishedName::new();
        let device = root.issue(&client);
        assert!(ours.verify(std::slice::from_ref(&device), NOW).is_some());
        assert!(ours.verify(&[root.issue(&server)], NOW).is_none());
        assert!(ours.verify(&[root.issue(&nameless)], NOW).is_none());
        let year = 365 * 86_400_000;
        assert!(ours.verify(&[device], NOW + year).is_none(), "remembered for a while only");
        assert!(ours.verify(&[], NOW).is_none());
        assert!(ours.verify(&[CertificateDer::from(vec![0x30, 0x03, 1, 2, 3])], NOW).is_none());
        assert!(ours.verify_pem("no certificate", NOW).is_none());
    }

    #[test]
    fn a_bundle_needs_a_root() {
        assert!(ClientAuthorities::from_pem(b"").is_err());
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(ClientAuthorities::from_pem(broken.as_bytes()).is_err());
    }
}
