//! `Content-Disposition` of artifacts and of their checksum files (DDI §9.3, §9.6).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Names are cut to so many characters.
const MAX_NAME: usize = 78;

/// Characters that make quoting necessary. A blank is not among them: that is what the reference does.
const QUOTED: &[char] = &['(', ')', '<', '>', '@', ',', ';', ':', '\\', '"', '/', '[', ']', '?', '='];

/// What RFC 8187 lets stand unencoded, as far as it is not alphanumeric anyway.
const EXTENDED_VALUE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'!').remove(b'#').remove(b'$').remove(b'&').remove(b'+').remove(b'-').remove(b'.');

/// `attachment;filename=<name>`: no blank, quoted only where needed.
///
/// A name outside printable ASCII cannot stand in a header everywhere on its way (proxies and the Lambda runtime refuse it),
/// so it gets an ASCII stand-in and its true form in `filename*`.
#[must_use]
pub fn attachment(filename: &str) -> String {
    let name = filename.chars().take(MAX_NAME).collect::<String>();
    let plain = format!("attachment;filename={}", quoted_if_needed(&printable(&name)));
    if name.chars().all(is_printable) {
        return plain;
    }
    format!("{plain};filename*=UTF-8''{}", utf8_percent_encode(&name, EXTENDED_VALUE))
}

/// `attachment;filename=<name>.MD5SUM`, never quoted.
#[must_use]
pub fn md5sum_attachment(filename: &str) -> String {
    format!("attachment;filename={}.MD5SUM", printable(filename))
}

fn printable(name: &str) -> String {
    name.chars().map(|character| if is_printable(character) { character } else { '_' }).collect()
}

fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~')
}

fn quoted_if_needed(name: &str) -> String {
    if !name.contains(QUOTED) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attachments() {
        let long = "x".repeat(100);
        let table = [
            ("fw.bin", "attachment;filename=fw.bin".to_owned()),
            ("my fw.bin", "attachment;filename=my fw.bin".to_owned()),
            ("a;b.bin", "attachment;filename=\"a;b.bin\"".to_owned()),
            ("a\"b\\c", "attachment;filename=\"a\\\"b\\\\c\"".to_owned()),
            ("a=b", "attachment;filename=\"a=b\"".to_owned()),
            (&long, format!("attachment;filename={}", "x".repeat(78))),
            ("a\r\nb", "attachment;filename=a__b;filename*=UTF-8''a%0D%0Ab".to_owned()),
            ("für 1.bin", "attachment;filename=f_r 1.bin;filename*=UTF-8''f%C3%BCr%201.bin".to_owned()),
        ];
        for (name, expected) in table {
            assert_eq!(attachment(name), expected, "{name}");
        }
    }

    #[test]
    fn every_special_character_is_quoted() {
        for special in QUOTED {
            assert!(attachment(&format!("a{special}b")).contains("filename=\""), "{special}");
        }
    }

    #[test]
    fn checksum_files_are_never_quoted() {
        assert_eq!(md5sum_attachment("a;b.bin"), "attachment;filename=a;b.bin.MD5SUM");
        assert_eq!(md5sum_attachment("ü"), "attachment;filename=_.MD5SUM");
    }
}
