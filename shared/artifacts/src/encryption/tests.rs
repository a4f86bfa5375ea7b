//! What was sealed opens to the same bytes, in any range, and nothing else opens.

use std::sync::Arc;

use bytes::Bytes;
use futures::executor::block_on;
use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::{Error, Result};
use proptest::prelude::*;

use super::layout::Layout;
use super::opening::Opening;
use super::{ArtifactEncryption, ChunkedAesGcm, EncryptionError, KeyWrapper, LocalKeys, SealedObject, Sealer};
use crate::range::ByteRange;

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const OTHER_KEY: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

const CHUNK: usize = 64 * 1024;
const SEALED_CHUNK: usize = CHUNK + 16;
const HEADER: usize = 512;

fn encryption(keys: &str) -> ChunkedAesGcm {
    ChunkedAesGcm::new(Arc::new(LocalKeys::parse(keys).unwrap()))
}

fn object(name: &str) -> SealedObject {
    SealedObject { tenant: "DEFAULT".to_owned(), name: name.to_owned() }
}

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index.wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

fn seal(name: &str, plain: &[u8], piece: usize) -> Vec<u8> {
    let mut sealer = Sealer::new(block_on(encryption(KEY).begin(&object(name))).unwrap());
    let mut sealed = Vec::new();
    for piece in plain.chunks(piece) {
        sealed.extend_from_slice(&sealer.push(piece).unwrap());
    }
    sealed.extend_from_slice(&sealer.finish().unwrap());
    assert_eq!(sealer.length(), sealed.len() as u64);
    sealed
}

/// Opens as delivery does, the storage being `sealed`.
fn open(name: &str, sealed: &[u8], size: usize, range: ByteRange) -> Result<Vec<u8>> {
    let header = sealed.get(..HEADER).unwrap_or_default();
    let cipher = block_on(encryption(KEY).resume(&object(name), header)).map_err(|_| Error::EncryptionFailed)?;
    let layout = Layout { header: HEADER as u64, chunk: CHUNK as u64, overhead: 16, size: size as u64 };
    let span = layout.span(range);
    let bytes = sealed.get(span.bytes.first as usize..=span.bytes.last as usize).ok_or(Error::ArtifactLoadFailed)?;
    let pieces: Vec<_> = bytes.chunks(10_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let opening = Opening::new(stream::iter(pieces).boxed(), cipher, layout, span, range.len());
    let opened =
        async { opening.stream(name).await?.try_collect::<Vec<_>>().await.map_err(|_| Error::EncryptionFailed) };
    Ok(block_on(opened)?.concat())
}

fn whole(size: usize) -> ByteRange {
    ByteRange { first: 0, last: size as u64 - 1 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_range_of_any_file_opens(
        size in prop_oneof![1_usize..200, CHUNK - 2..CHUNK + 3, 2 * CHUNK - 2..2 * CHUNK + 3, 1_usize..250_000],
        piece in 1_usize..100_000,
        ends in (any::<u64>(), any::<u64>()),
    ) {
        let plain = content(size);
        let sealed = seal("a", &plain, piece);
        prop_assert_eq!(sealed.len(), HEADER + size + size.div_ceil(CHUNK) * 16);
        let (one, other) = (ends.0 % size as u64, ends.1 % size as u64);
        let range = ByteRange { first: one.min(other), last: one.max(other) };
        let expected = &plain[range.first as usize..=range.last as usize];
        prop_assert!(open("a", &sealed, size, range).unwrap() == expected);
        prop_assert!(open("a", &sealed, size, whole(size)).unwrap() == plain);
    }

    #[test]
    fn a_changed_bit_opens_nothing(size in 1_usize..150_000, place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut sealed = seal("a", &content(size), 50_000);
        let place = place.index(sealed.len());
        sealed[place] ^= 1 << bit;
        prop_assert!(open("a", &sealed, size, whole(size)).is_err(), "{}", place);
    }
}

#[test]
fn chunks_open_at_their_own_place_only() {
    let size = 3 * CHUNK + 100;
    let sealed = seal("a", &content(size), CHUNK);
    let chunk = |index: usize| HEADER + index * SEALED_CHUNK..HEADER + (index + 1) * SEALED_CHUNK;
    let mut swapped = sealed.clone();
    swapped[chunk(0)].copy_from_slice(&sealed[chunk(1)]);
    swapped[chunk(1)].copy_from_slice(&sealed[chunk(0)]);
    assert_eq!(open("a", &swapped, size, whole(size)), Err(Error::EncryptionFailed));
    let second = ByteRange { first: CHUNK as u64, last: CHUNK as u64 + 5 };
    assert_eq!(open("a", &swapped, size, second), Err(Error::EncryptionFailed));

    let mut repeated = sealed.clone();
    repeated[chunk(2)].copy_from_slice(&sealed[chunk(1)]);
    assert_eq!(open("a", &repeated, size, whole(size)), Err(Error::EncryptionFailed));
}

#[test]
fn what_was_cut_short_or_made_longer_does_not_open_as_a_whole() {
    let size = 2 * CHUNK;
    let sealed = seal("a", &content(size), CHUNK);
    assert_eq!(open("a", &sealed[..sealed.len() - 1], size, whole(size)), Err(Error::ArtifactLoadFailed));
    // The record was changed along: the first chunk is not the last, and the second not the first of two.
    assert_eq!(open("a", &sealed[..HEADER + SEALED_CHUNK], CHUNK, whole(CHUNK)), Err(Error::EncryptionFailed));
    let longer = [&sealed[..], &sealed[HEADER..]].concat();
    assert_eq!(open("a", &longer, 4 * CHUNK, whole(4 * CHUNK)), Err(Error::EncryptionFailed));
}

#[test]
fn an_object_opens_under_its_own_name_only() {
    let sealed = seal("a", &content(100), 100);
    assert!(open("a", &sealed, 100, whole(100)).is_ok());
    assert_eq!(open("b", &sealed, 100, whole(100)), Err(Error::EncryptionFailed));
    let elsewhere = SealedObject { tenant: "OTHER".to_owned(), name: "a".to_owned() };
    assert!(block_on(encryption(KEY).resume(&elsewhere, &sealed[..HEADER])).is_err());
}

#[test]
fn another_objects_chunks_and_header_do_not_open() {
    let (one, other) = (seal("a", &content(100), 100), seal("a", &content(100), 100));
    assert_ne!(one[..HEADER], other[..HEADER], "each has a key of its own");
    assert_ne!(one[HEADER..], other[HEADER..]);
    let mixed = [&one[..HEADER], &other[HEADER..]].concat();
    assert_eq!(open("a", &mixed, 100, whole(100)), Err(Error::EncryptionFailed));
}

#[test]
fn keys_are_replaced_by_putting_a_new_one_on_top() {
    let wrap = |keys: &str| block_on(LocalKeys::parse(keys).unwrap().generate(&object("a"))).unwrap();
    let unwrap = |keys: &str, wrapped: &[u8]| block_on(LocalKeys::parse(keys).unwrap().unwrap(wrapped, &object("a")));
    let both = format!("# new\n{OTHER_KEY}\n\n{KEY}\n");
    let (old, new) = (wrap(KEY), wrap(&both));
    assert_eq!(unwrap(&both, &old.wrapped).unwrap(), old.plain);
    assert_eq!(unwrap(OTHER_KEY, &new.wrapped).unwrap(), new.plain);
    assert!(matches!(unwrap(KEY, &new.wrapped), Err(EncryptionError::Keys(_))));
    assert!(matches!(unwrap(KEY, &old.wrapped[..20]), Err(EncryptionError::Forged)));
}

#[test]
fn key_files_are_read_strictly_and_never_shown() {
    for bad in ["", "# none", "0011", &KEY.replace('0', "x"), &format!("{KEY}00")] {
        let error = LocalKeys::parse(bad).unwrap_err().to_string();
        assert!(bad.is_empty() || !error.contains(bad), "{error}");
    }
    let line = LocalKeys::generate_line().unwrap();
    let keys = LocalKeys::parse(&line).unwrap();
    assert!(!format!("{keys:?}").contains(&line[..8]));
    assert_ne!(line, LocalKeys::generate_line().unwrap());
}

#[test]
fn a_header_that_is_none_is_refused() {
    let sealed = seal("a", &content(10), 10);
    let mut other_version = sealed[..HEADER].to_vec();
    other_version[7] = 2;
    let mut too_long = sealed[..HEADER].to_vec();
    too_long[8] = 0xff;
    for header in [&sealed[..HEADER - 1], &other_version, &too_long, &[]] {
        let refused = block_on(encryption(KEY).resume(&object("a"), header));
        assert!(matches!(refused, Err(EncryptionError::Forged)));
    }
}
