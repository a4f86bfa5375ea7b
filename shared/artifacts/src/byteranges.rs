//! The framing of several ranges in one body, `multipart/byteranges` (DDI §10). Lines end in CRLF.

use crate::range::ByteRange;

/// The boundary devices have always seen.
pub const BOUNDARY: &str = "THIS_STRING_SEPARATES_MULTIPART";

/// The `Content-Type` of the whole body.
pub const CONTENT_TYPE: &str = "multipart/byteranges; boundary=THIS_STRING_SEPARATES_MULTIPART";

/// What follows the bytes of every part.
pub const AFTER_PART: &str = "\r\n";

/// What follows the last part. No line end comes after it.
pub const CLOSING: &str = "--THIS_STRING_SEPARATES_MULTIPART--";

/// What precedes the bytes of a part.
#[must_use]
pub fn before_part(range: ByteRange, size: u64) -> String {
    let content_range = range.content_range(size);
    format!("--{BOUNDARY}\r\nContent-Type: application/octet-stream\r\nContent-Range: {content_range}\r\n\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_is_exact() {
        let head = before_part(ByteRange { first: 0, last: 499 }, 73_400_320);
        let expected = "--THIS_STRING_SEPARATES_MULTIPART\r\nContent-Type: application/octet-stream\r\n\
                        Content-Range: bytes 0-499/73400320\r\n\r\n";
        assert_eq!(head, expected);
        assert_eq!(CLOSING, format!("--{BOUNDARY}--"));
        assert_eq!(CONTENT_TYPE, format!("multipart/byteranges; boundary={BOUNDARY}"));
    }
}
