//! A small identity provider on this machine: discovery, keys, and tokens signed with AWS-LC itself rather than with the
//! library under test.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, KeyPair, RsaKeyPair};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harrier_identity::oidc::OidcSettings;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

use crate::stack::NOW;

pub const AUDIENCE: &str = "harrier";

pub struct Provider {
    pub issuer: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    issuer: String,
    published: Vec<Value>,
    reads: usize,
    down: bool,
    called: Option<String>,
}

impl Provider {
    pub async fn start(keys: &[&SigningKey]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/realm", listener.local_addr().unwrap());
        let shared = Arc::new(Mutex::new(Shared { issuer: issuer.clone(), ..Shared::default() }));
        let routes = Router::new()
            .route("/realm/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(published_keys))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let provider = Self { issuer, shared };
        provider.publish(keys);
        provider
    }

    pub fn settings(&self) -> OidcSettings {
        OidcSettings::new(&self.issuer, AUDIENCE).unwrap()
    }

    pub fn publish(&self, keys: &[&SigningKey]) {
        self.shared.lock().unwrap().published = keys.iter().map(|key| key.public()).collect();
    }

    pub fn go_down(&self) {
        self.shared.lock().unwrap().down = true;
    }

    pub fn come_up(&self) {
        self.shared.lock().unwrap().down = false;
    }

    /// The discovery document names another issuer from now on.
    pub fn call_itself(&self, issuer: &str) {
        self.shared.lock().unwrap().called = Some(issuer.to_owned());
    }

    /// How often its keys were asked for, answered or not.
    pub fn reads(&self) -> usize {
        self.shared.lock().unwrap().reads
    }

    /// Claims everybody should accept, changed by `changes`; `null` takes a claim away.
    pub fn claims(&self, changes: Value) -> Value {
        let mut claims = json!({
            "iss": self.issuer, "aud": ["account", AUDIENCE], "exp": NOW / 1000 + 3600, "sub": "42",
            "preferred_username": "ada", "tenant": "acme", "roles": ["READ_TARGET"],
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }
}

async fn discovery(State(shared): State<Arc<Mutex<Shared>>>) -> Result<Json<Value>, StatusCode> {
    let mut shared = shared.lock().unwrap();
    shared.reads += 1;
    if shared.down {
        return Err(StatusCode::BAD_GATEWAY);
    }
    let keys = shared.issuer.replace("/realm", "/keys");
    Ok(Json(json!({"issuer": shared.called.as_ref().unwrap_or(&shared.issuer), "jwks_uri": keys})))
}

async fn published_keys(State(shared): State<Arc<Mutex<Shared>>>) -> Json<Value> {
    Json(json!({"keys": shared.lock().unwrap().published}))
}

/// A key of the provider, made when the test runs.
pub struct SigningKey {
    name: &'static str,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    Elliptic(EcdsaKeyPair),
}

impl SigningKey {
    pub fn rsa(name: &'static str) -> Self {
        Self { name, pair: Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()) }
    }

    pub fn elliptic(name: &'static str) -> Self {
        let pair = EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { name, pair: Pair::Elliptic(pair) }
    }

    fn public(&self) -> Value {
        match &self.pair {
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                let modulus = key.modulus().big_endian_without_leading_zero().to_vec();
                let exponent = key.exponent().big_endian_without_leading_zero().to_vec();
                json!({"kty": "RSA", "use": "sig", "kid": self.name, "n": base64(&modulus), "e": base64(&exponent)})
            }
            Pair::Elliptic(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "kid": self.name, "x": base64(x), "y": base64(y)})
            }
        }
    }

    /// The public key as bytes, as somebody who takes it for a shared secret would use it.
    pub fn public_bytes(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Elliptic(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    pub fn token(&self, claims: &Value) -> String {
        let algorithm = if matches!(self.pair, Pair::Rsa(_)) { "RS256" } else { "ES256" };
        self.token_with(&json!({"alg": algorithm, "typ": "JWT", "kid": self.name}), claims)
    }

    /// A token whose header says whatever it likes.
    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
            Pair::Elliptic(pair) => pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec(),
        };
        format!("{message}.{}", base64(&signature))
    }
}

pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()))
}

pub fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
