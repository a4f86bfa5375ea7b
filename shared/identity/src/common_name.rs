//! The common name of a certificate's subject, read from its DER.

/// `id-at-commonName`, 2.5.4.3.
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const IA5_STRING: u8 = 0x16;

/// The common name in the content of a `Name`. `None` unless there is exactly one, as text: who has two names is nobody.
pub(crate) fn common_name(name: &[u8]) -> Option<String> {
    let mut found = None;
    let mut relative_names = name;
    while !relative_names.is_empty() {
        let mut attributes = take(&mut relative_names, SET)?;
        while !attributes.is_empty() {
            let mut attribute = take(&mut attributes, SEQUENCE)?;
            if take(&mut attribute, OBJECT_IDENTIFIER)? == COMMON_NAME && found.replace(text(attribute)?).is_some() {
                return None;
            }
        }
    }
    found.filter(|name| !name.is_empty())
}

fn text(mut value: &[u8]) -> Option<String> {
    let tag = *value.first()?;
    if ![UTF8_STRING, PRINTABLE_STRING, IA5_STRING].contains(&tag) {
        return None;
    }
    let bytes = take(&mut value, tag)?;
    value.is_empty().then(|| std::str::from_utf8(bytes).ok().map(str::to_owned)).flatten()
}

/// Takes one element with this tag off the front, and returns its content.
fn take<'d>(data: &mut &'d [u8], tag: u8) -> Option<&'d [u8]> {
    let (found, rest) = data.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81 => (usize::from(*rest.first()?), &rest[1..]),
        0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk::<2>()?)), &rest[2..]),
        _ => return None,
    };
    let (content, left) = rest.split_at_checked(length)?;
    *data = left;
    (*found == tag).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        let head = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
        [head, content.to_vec()].concat()
    }

    fn attribute(last_arc: u8, tag: u8, value: &str) -> Vec<u8> {
        let id = element(OBJECT_IDENTIFIER, &[0x55, 0x04, last_arc]);
        element(SET, &element(SEQUENCE, &[id, element(tag, value.as_bytes())].concat()))
    }

    #[test]
    fn the_one_common_name_is_found() {
        let organisation = attribute(10, UTF8_STRING, "Example");
        let long = "x".repeat(100);
        for (tag, name) in
            [(UTF8_STRING, "gerät-7"), (PRINTABLE_STRING, "dev-7"), (IA5_STRING, "dev-7"), (UTF8_STRING, &long)]
        {
            let subject = [organisation.clone(), attribute(3, tag, name)].concat();
            assert_eq!(common_name(&subject).as_deref(), Some(name));
        }
    }

    #[test]
    fn no_name_two_names_and_nonsense_are_nobody() {
        let name = attribute(3, UTF8_STRING, "dev");
        let twice = [name.clone(), attribute(3, UTF8_STRING, "other")].concat();
        let bytes = attribute(3, 0x1e, "\0d\0e\0v");
        for subject in [vec![], attribute(10, UTF8_STRING, "dev"), twice, bytes, attribute(3, UTF8_STRING, "")] {
            assert_eq!(common_name(&subject), None, "{subject:?}");
        }
        for end in 1..name.len() {
            assert_eq!(common_name(&name[..end]), None, "cut after {end}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_do_no_harm(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let _ = common_name(&bytes);
        }
    }
}
