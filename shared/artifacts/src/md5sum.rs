//! The `.MD5SUM` resource of an artifact (DDI §9.6).

use harrier_domain::Result;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, Method, StatusCode};

use crate::disposition::md5sum_attachment;
use crate::file::ArtifactFile;
use crate::response::{Response, empty, respond, set, whole};

/// `<md5>␠␠<filename>` in US-ASCII, other characters as `?`, without a line end. `HEAD` gets the headers only.
///
/// # Errors
/// [`harrier_domain::Error::ArtifactLoadFailed`] never in practice: all header values are made ASCII.
pub fn md5sum_response(method: &Method, file: &ArtifactFile) -> Result<Response> {
    let body = md5sum_line(file);
    let mut headers = HeaderMap::new();
    set(&mut headers, CONTENT_TYPE, "text/plain")?;
    set(&mut headers, CONTENT_LENGTH, &body.len().to_string())?;
    set(&mut headers, CONTENT_DISPOSITION, &md5sum_attachment(&file.filename))?;
    set(&mut headers, X_CONTENT_TYPE_OPTIONS, "nosniff")?;
    let body = if method == Method::HEAD { empty() } else { whole(body) };
    Ok(respond(StatusCode::OK, headers, body))
}

fn md5sum_line(file: &ArtifactFile) -> String {
    let ascii = file.filename.chars().map(|character| if character.is_ascii() { character } else { '?' });
    format!("{}  {}", file.md5, ascii.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use harrier_domain::software::Binary;
    use http_body_util::BodyExt;

    fn file() -> ArtifactFile {
        let text = |value: &str| value.to_owned();
        let (sha1, md5) = (text("s"), text("900150983cd24fb0d6963f7d28e17f72"));
        let (sha256, binary) = (text("t"), Binary::Shared(text("t")));
        ArtifactFile { filename: text("für;1.bin"), size: 3, sha1, md5, sha256, binary, created_at: 0 }
    }

    #[test]
    fn body_and_headers() {
        let response = md5sum_response(&Method::GET, &file()).unwrap();
        assert_eq!(response.headers()[CONTENT_TYPE], "text/plain");
        assert_eq!(response.headers()[CONTENT_LENGTH], "43");
        assert_eq!(response.headers()[CONTENT_DISPOSITION], "attachment;filename=f_r;1.bin.MD5SUM");
        let body = block_on(response.into_body().collect()).unwrap().to_bytes();
        assert_eq!(body, "900150983cd24fb0d6963f7d28e17f72  f?r;1.bin");
    }

    #[test]
    fn head_has_the_length_and_no_body() {
        let response = md5sum_response(&Method::HEAD, &file()).unwrap();
        assert_eq!(response.headers()[CONTENT_LENGTH], "43");
        assert!(block_on(response.into_body().collect()).unwrap().to_bytes().is_empty());
    }
}
