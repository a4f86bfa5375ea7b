//! The parts of a multipart upload become one object. Nothing of the upload is touched before the object is in
//! place, so a completion that died half-way can be asked for again.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use s3s::crypto::{Checksum, Md5};
use s3s::dto::{CompletedMultipartUpload, ETag};
use s3s::{S3Error, S3Result, s3_error};

const BUFFER: usize = 256 * 1024;
const SMALLEST_PART: u64 = 5 * 1024 * 1024;

/// One part as the client lists it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) file: PathBuf,
    tag: Option<ETag>,
}

/// The parts in the order the client gives, which must be that of their numbers.
pub(super) fn listed_parts(
    upload: Option<CompletedMultipartUpload>,
    file: impl Fn(i32) -> PathBuf,
) -> S3Result<Vec<Part>> {
    let listed = upload.and_then(|upload| upload.parts).unwrap_or_default();
    let mut parts = Vec::with_capacity(listed.len());
    let mut last = 0;
    for part in listed {
        let number = part.part_number.ok_or_else(|| s3_error!(MalformedXML))?;
        if number <= last {
            return Err(s3_error!(InvalidPartOrder));
        }
        last = number;
        parts.push(Part { file: file(number), tag: part.e_tag });
    }
    if parts.is_empty() { Err(s3_error!(MalformedXML, "You must specify at least one part")) } else { Ok(parts) }
}

/// Writes the parts one after the other to the file `target` and gives the entity tag S3 gives such an object: the
/// MD5 of the parts' MD5s, and their number. Blocks; memory does not depend on the size.
pub(super) fn assemble(parts: &[Part], target: &Path) -> S3Result<String> {
    let mut output = BufWriter::with_capacity(BUFFER, File::create(target).map_err(S3Error::internal_error)?);
    let mut digests = Md5::new();
    for (index, part) in parts.iter().enumerate() {
        let (digest, length) = append(part, &mut output)?;
        if part.tag.as_ref().is_some_and(|tag| tag.value() != hex::encode(&digest)) {
            return Err(s3_error!(InvalidPart));
        }
        if index + 1 < parts.len() && length < SMALLEST_PART {
            return Err(s3_error!(EntityTooSmall));
        }
        digests.update(&digest);
    }
    output.flush().map_err(S3Error::internal_error)?;
    Ok(format!("{}-{}", hex::encode(digests.finalize()), parts.len()))
}

fn append(part: &Part, output: &mut impl Write) -> S3Result<(Vec<u8>, u64)> {
    let file = File::open(&part.file).map_err(|error| s3_error!(error, InvalidPart))?;
    let mut input = BufReader::with_capacity(BUFFER, file);
    let mut buffer = vec![0; BUFFER];
    let (mut digest, mut length) = (Md5::new(), 0);
    loop {
        let read = input.read(&mut buffer).map_err(S3Error::internal_error)?;
        if read == 0 {
            return Ok((digest.finalize().to_vec(), length));
        }
        digest.update(&buffer[..read]);
        output.write_all(&buffer[..read]).map_err(S3Error::internal_error)?;
        length += read as u64;
    }
}
