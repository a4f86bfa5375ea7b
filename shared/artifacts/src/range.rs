//! The `Range` header (DDI §10), without any bytes.

/// One satisfiable range of a file. Both ends are inclusive, as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteRange {
    pub first: u64,
    pub last: u64,
}

impl ByteRange {
    /// How many bytes it spans; at least one.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a satisfiable range is never empty")]
    pub fn len(self) -> u64 {
        self.last - self.first + 1
    }

    /// The `Range` header that asks for exactly these bytes.
    #[must_use]
    pub fn request_header(self) -> String {
        format!("bytes={}-{}", self.first, self.last)
    }

    /// The `Content-Range` header of these bytes out of `size`.
    #[must_use]
    pub fn content_range(self, size: u64) -> String {
        format!("bytes {}-{}/{size}", self.first, self.last)
    }
}

/// The answer is 416, whatever the reason: bad syntax, out of bounds, overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotSatisfiable;

/// The ranges asked for, clamped to the file, ascending, disjoint; at least one.
///
/// Accepted is `bytes=` in lower case and a comma list of `digits*-digits*`; blanks are tolerated after a comma only. A
/// suffix longer than the file means the whole file. One bad or unsatisfiable element, or an overlap, refuses all.
///
/// # Errors
/// [`NotSatisfiable`].
pub fn parse_ranges(header: &str, size: u64) -> Result<Vec<ByteRange>, NotSatisfiable> {
    let list = header.strip_prefix("bytes=").ok_or(NotSatisfiable)?;
    let elements = list.split(',').enumerate().map(|(index, element)| without_leading_blanks(index, element));
    let mut ranges = elements.map(|element| parse_element(element, size)).collect::<Result<Vec<_>, _>>()?;
    ranges.sort_unstable();
    let overlap = ranges.windows(2).any(|pair| pair[0].last >= pair[1].first);
    if overlap { Err(NotSatisfiable) } else { Ok(ranges) }
}

fn without_leading_blanks(index: usize, element: &str) -> &str {
    if index == 0 { element } else { element.trim_start_matches([' ', '\t']) }
}

fn parse_element(element: &str, size: u64) -> Result<ByteRange, NotSatisfiable> {
    let (from, to) = element.split_once('-').ok_or(NotSatisfiable)?;
    match (parse_position(from)?, parse_position(to)?) {
        (Some(first), last) => bounded(first, last.unwrap_or(u64::MAX), size),
        (None, Some(length)) => suffix(length, size),
        (None, None) => Err(NotSatisfiable),
    }
}

/// A number too large for us is past the end of every file, which is all that matters.
fn parse_position(digits: &str) -> Result<Option<u64>, NotSatisfiable> {
    if digits.is_empty() {
        return Ok(None);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotSatisfiable);
    }
    Ok(Some(digits.parse().unwrap_or(u64::MAX)))
}

fn bounded(first: u64, last: u64, size: u64) -> Result<ByteRange, NotSatisfiable> {
    if first > last || first >= size {
        return Err(NotSatisfiable);
    }
    Ok(ByteRange { first, last: last.min(size - 1) })
}

fn suffix(length: u64, size: u64) -> Result<ByteRange, NotSatisfiable> {
    if length == 0 || size == 0 {
        return Err(NotSatisfiable);
    }
    Ok(ByteRange { first: size.saturating_sub(length), last: size - 1 })
}

#[cfg(test)]
#[path = "range_tests.rs"]
mod tests;
