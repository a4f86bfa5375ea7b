//! Artifact binaries in S3: staging, content-addressed blobs, delivery with ranges, presigned links.
//!
//! The only crate that knows S3. An upload is streamed into a staging object while all three digests are computed, then
//! published as a blob named by its sha256 and shared within the tenant (domain §12). A large file comes the other way round:
//! its uploader puts parts into storage by presigned links, and we read them from there. Delivery answers `GET` and `HEAD` of
//! an artifact with every header the device and management contracts ask for (DDI §9, §10; management §5.12).
//!
//! What may be decided without S3 is pure and lives apart: [`range`], [`byteranges`], [`conditions`], [`disposition`],
//! [`answer`].
#![forbid(unsafe_code)]

pub mod answer;
pub mod byteranges;
pub mod conditions;
pub mod disposition;
pub mod encryption;
pub mod keys;
pub mod range;

mod blobs;
mod client;
mod deliver;
mod digests;
mod failure;
mod file;
mod incoming;
mod limits;
mod md5sum;
mod multipart_upload;
mod part_reader;
mod presign;
mod publish;
mod response;
mod several_ranges;
mod stage;

pub use blobs::ByteChunks;
pub use client::{Artifacts, TransferSizes};
pub use deliver::{Delivery, DeliveryRequest, precondition_failed};
pub use digests::{Digests, Expected, Hasher};
pub use file::ArtifactFile;
pub use incoming::ReceivedPart;
pub use keys::Incoming;
pub use limits::{StorageRoom, UploadLimits};
pub use md5sum::md5sum_response;
pub use presign::PresignOptions;
pub use response::{Body, Response};
pub use stage::Staged;
