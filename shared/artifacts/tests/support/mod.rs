//! An S3 stand-in on a loopback port that remembers the requests it answered, and artifacts to put there.
#![allow(dead_code, reason = "every test file takes what it needs")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use bytes::Bytes;
use futures::Stream;
use harrier_artifacts::{ArtifactFile, Artifacts, Digests, Expected, Hasher, Staged, UploadLimits};
use http_body_util::BodyExt;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub const TENANT: &str = "DEFAULT";
pub const MIB: usize = 1024 * 1024;
const BUCKET: &str = "artifacts";

/// The requests answered so far, as `METHOD path?query`.
pub type Answered = watch::Receiver<Vec<String>>;

pub struct Storage {
    pub artifacts: Artifacts,
    pub answered: Answered,
    root: TempDir,
}

impl Storage {
    pub async fn start() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join(BUCKET)).unwrap();
        let (log, answered) = watch::channel(Vec::new());
        let endpoint = serve(service(root.path()), Arc::new(log)).await;
        Self { artifacts: Artifacts::new(client(&endpoint), BUCKET), answered, root }
    }

    /// Everything stored: objects, and parts of unfinished uploads, but not the stand-in's own notes about them.
    pub fn stored(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        collect_files(self.root.path(), self.root.path(), &mut found);
        found
    }

    /// How many answered requests contain `pattern`.
    pub fn count(&self, pattern: &str) -> usize {
        count(&self.answered.borrow(), pattern)
    }

    /// Uploads and publishes `content`.
    pub async fn store(&self, filename: &str, content: &[u8]) -> ArtifactFile {
        let staged = self.stage("upload", content).await;
        self.artifacts.publish(&staged).await.unwrap();
        file(filename, staged)
    }

    /// The same, encrypted.
    pub async fn store_sealed(&self, filename: &str, name: &str, content: &[u8]) -> ArtifactFile {
        let stream = chunked(content.to_vec(), 64 * 1024);
        let staged = self.artifacts.stage_sealed(TENANT, name, stream, UploadLimits::default()).await.unwrap();
        self.artifacts.publish(&staged).await.unwrap();
        file(filename, staged)
    }

    pub async fn stage(&self, upload_id: &str, content: &[u8]) -> Staged {
        let stream = chunked(content.to_vec(), 64 * 1024);
        self.artifacts.stage(TENANT, upload_id, stream, UploadLimits::default()).await.unwrap()
    }

    pub async fn read(&self, staged: &Staged) -> Vec<u8> {
        use futures::TryStreamExt;
        let content = self.artifacts.open(TENANT, &file("f", staged.clone()), None).await.unwrap();
        content.try_collect::<Vec<_>>().await.unwrap().concat()
    }

    /// The bytes of an object as they are stored.
    pub fn raw(&self, key: &str) -> Vec<u8> {
        std::fs::read(self.root.path().join(BUCKET).join(key)).unwrap()
    }

    /// Replaces the bytes of an object, as somebody who can write to the bucket.
    pub fn tamper(&self, key: &str, content: &[u8]) {
        std::fs::write(self.root.path().join(BUCKET).join(key), content).unwrap();
    }
}

fn file(filename: &str, staged: Staged) -> ArtifactFile {
    let (binary, size) = (staged.binary(), staged.size);
    let Digests { md5, sha1, sha256 } = staged.digests;
    ArtifactFile { filename: filename.into(), size, sha1, md5, sha256, binary, created_at: 784_111_777_600 }
}

pub fn count(requests: &[String], pattern: &str) -> usize {
    requests.iter().filter(|request| request.contains(pattern)).count()
}

/// Content in which no two stretches look alike.
pub fn content(size: usize) -> Vec<u8> {
    (0..size.div_ceil(8) as u64)
        .flat_map(|word| word.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes())
        .take(size)
        .collect()
}

pub fn digests(content: &[u8]) -> Digests {
    let mut hasher = Hasher::new();
    hasher.update(content);
    hasher.finish()
}

pub fn expecting_sha1(sha1: &str) -> Expected {
    Expected { sha1: Some(sha1.to_owned()), ..Expected::default() }
}

pub fn chunked(content: Vec<u8>, size: usize) -> impl Stream<Item = Result<Bytes, String>> + Send {
    let whole = Bytes::from(content);
    let starts = (0..whole.len()).step_by(size);
    futures::stream::iter(starts.map(move |start| Ok(whole.slice(start..whole.len().min(start + size)))))
}

pub async fn body_of(response: harrier_artifacts::Response) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

/// Holds at compile time that a handler may await this on any thread.
pub fn sendable<F: Future + Send>(future: F) -> F {
    future
}

fn collect_files(root: &Path, directory: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        let is_note = name.ends_with(".json");
        if path.is_dir() {
            collect_files(root, &path, found);
        } else if !is_note {
            found.insert(name);
        }
    }
}

fn service(root: &Path) -> S3Service {
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
    builder.set_auth(SimpleAuth::from_single("access", "secret"));
    builder.build()
}

async fn serve(service: S3Service, log: Arc<watch::Sender<Vec<String>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(answer_all(socket, service.clone(), log.clone()));
        }
    });
    endpoint
}

async fn answer_all(socket: tokio::net::TcpStream, service: S3Service, log: Arc<watch::Sender<Vec<String>>>) {
    let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let (service, log) = (service.clone(), log.clone());
        async move {
            let line = format!("{} {}", request.method(), request.uri());
            let response = hyper::service::Service::call(&service, request).await;
            log.send_modify(|lines| lines.push(line));
            response
        }
    });
    Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), answer).await.ok();
}

fn client(endpoint: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("access", "secret", None, None, "test"))
        .endpoint_url(endpoint)
        .force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}
