//! Files to be delivered.

use std::path::Path;

use harrier_artifacts::Hasher;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use crate::Management;

/// Bytes no compression makes smaller, the same for the same seed.
#[must_use]
pub fn random_bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; length];
    StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
    bytes
}

/// Lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finish().sha256
}

/// Uploads a file as a stream into a module and returns the artifact.
///
/// # Panics
/// When the file cannot be read or the server refuses it.
pub async fn upload(management: &Management, module: i64, file: &Path) -> serde_json::Value {
    let name = file.file_name().and_then(|name| name.to_str()).expect("a file name");
    let opened = File::open(file).await.expect("a readable file");
    let length = opened.metadata().await.expect("a length").len();
    let content = reqwest::Body::wrap_stream(ReaderStream::with_capacity(opened, 256 * 1024));
    management.upload(module, name, length, content).await.expect("the upload is accepted")
}
