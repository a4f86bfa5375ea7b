//! What API Gateway says about a request, in place of the connection that ends at it. Callers cannot say it: it comes
//! beside the request, not in it.

use axum::Router;
use axum::extract::Request;
use axum::middleware;
use harrier_identity::{ClientAuthorities, ClientCertificate};
use lambda_http::request::RequestContext;
use std::sync::Arc;

use crate::peer::GatewayPeer;
use crate::{Clock, SystemClock};

/// Routes whose handlers find the caller's address as [`GatewayPeer`], and its certificate where there are authorities to
/// verify it by.
pub(crate) fn behind_gateway(router: Router, authorities: Option<Arc<ClientAuthorities>>) -> Router {
    router.layer(middleware::map_request(move |request: Request| {
        std::future::ready(with_context(request, authorities.as_deref(), SystemClock.now()))
    }))
}

fn with_context(mut request: Request, authorities: Option<&ClientAuthorities>, now: i64) -> Request {
    let Some(RequestContext::ApiGatewayV2(context)) = request.extensions().get::<RequestContext>() else {
        return request;
    };
    let peer = context.http.source_ip.as_ref().and_then(|address| address.parse().ok()).map(GatewayPeer);
    let shown =
        context.authentication.as_ref().and_then(|shown| shown.client_cert.as_ref()?.client_cert_pem.as_deref());
    let certificate: Option<Arc<ClientCertificate>> =
        shown.zip(authorities).and_then(|(certificate, authorities)| authorities.verify_pem(certificate, now));
    let extensions = request.extensions_mut();
    peer.map(|peer| extensions.insert(peer));
    certificate.map(|certificate| extensions.insert(certificate));
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    use serde_json::json;

    /// A root and the certificate it issued to a device, both in PEM format.
    fn certificates(device: &str) -> (String, String) {
        let params = |name: &str| {
            let mut params = CertificateParams::default();
            params.distinguished_name.push(DnType::CommonName, name);
            params
        };
        let (mut root, key) = (params("root"), KeyPair::generate().unwrap());
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = root.self_signed(&key).unwrap().pem();
        let issued = params(device).signed_by(&KeyPair::generate().unwrap(), &Issuer::new(root, key)).unwrap();
        (pem, issued.pem())
    }

    fn request(certificate: Option<&str>) -> Request {
        let shown = certificate.map(|pem| {
            json!({"clientCert": {
                "clientCertPem": pem,
                // Nobody looks at what is only said about the certificate.
                "subjectDN": "CN=somebody else",
                "issuerDN": "CN=somebody else",
                "serialNumber": "1",
                "validity": {"notBefore": "May 28 12:30:02 2019 GMT", "notAfter": "Aug  5 09:36:04 2031 GMT"},
            }})
        });
        let context: ApiGatewayV2httpRequestContext = serde_json::from_value(json!({
            "http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9"},
            "timeEpoch": 0,
            "authentication": shown,
        }))
        .unwrap();
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(RequestContext::ApiGatewayV2(context));
        request
    }

    fn certified(request: Request, authorities: Option<&ClientAuthorities>) -> Option<String> {
        let request = with_context(request, authorities, SystemClock.now());
        let peer = request.extensions().get::<GatewayPeer>().copied();
        assert_eq!(peer, Some(GatewayPeer([203, 0, 113, 9].into())));
        request.extensions().get::<Arc<ClientCertificate>>().map(|certificate| certificate.common_name.clone())
    }

    #[test]
    fn item_36_the_certificate_of_a_gateway_is_verified_and_only_with_a_trust_store() {
        let ((root, device), (other_root, _)) = (certificates("dev-1"), certificates("dev-1"));
        let trusting = |pem: &str| ClientAuthorities::from_pem(pem.as_bytes()).unwrap();
        let ours = trusting(&root);
        assert_eq!(certified(request(Some(&device)), Some(&ours)).as_deref(), Some("dev-1"));
        assert_eq!(certified(request(Some(&device)), None), None, "no trust store");
        assert_eq!(certified(request(Some(&device)), Some(&trusting(&other_root))), None, "another's certificate");
        assert_eq!(certified(request(None), Some(&ours)), None, "no certificate");
        assert_eq!(certified(request(Some("nonsense")), Some(&ours)), None);
    }
}
