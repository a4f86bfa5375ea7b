//! A signed update image (`.swu`) with one file to be installed.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use harrier_tests::{files, programs};
use tempfile::TempDir;

const PAYLOAD: &str = "payload.bin";
const DESCRIPTION: &str = "sw-description";
const SIGNATURE: &str = "sw-description.sig";
const IMAGE: &str = "firmware.swu";

/// The image and what it was made of. Debian's SWUpdate takes only signed images.
pub struct Image {
    directory: TempDir,
}

impl Image {
    pub fn make(directory: TempDir, payload: &[u8]) -> Self {
        programs::require("openssl", "openssl");
        programs::require("cpio", "cpio");
        let image = Self { directory };
        image.make_certificate();
        std::fs::write(image.path(PAYLOAD), payload).expect("a written payload");
        std::fs::write(image.path(DESCRIPTION), image.description(payload)).expect("a written description");
        image.sign();
        image.pack();
        image
    }

    /// The `.swu` file.
    pub fn file(&self) -> PathBuf {
        self.path(IMAGE)
    }

    pub fn size(&self) -> u64 {
        std::fs::metadata(self.file()).expect("the image").len()
    }

    /// What the device trusts.
    pub fn certificate(&self) -> PathBuf {
        self.path("certificate.pem")
    }

    pub fn assert_installed(&self) {
        let read = |path: PathBuf| std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(read(self.path(PAYLOAD)) == read(self.installed()), "the installed file differs");
    }

    fn installed(&self) -> PathBuf {
        self.path("installed.bin")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn description(&self, payload: &[u8]) -> String {
        format!(
            r#"software = {{
                version = "1.0";
                hardware-compatibility: [ "1.0" ];
                files: ( {{
                    filename = "{PAYLOAD}";
                    path = "{}";
                    type = "rawfile";
                    sha256 = "{}";
                    properties: {{ create-destination = "true"; }}
                }} );
            }}"#,
            self.installed().display(),
            files::sha256(payload),
        )
    }

    fn make_certificate(&self) {
        let request =
            "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=harrier-tests -keyout key.pem -out certificate.pem";
        let usage = ["keyUsage=critical,digitalSignature,keyCertSign", "extendedKeyUsage=emailProtection,codeSigning"];
        let mut command = self.command("openssl", request);
        command.args(usage.into_iter().flat_map(|usage| ["-addext", usage]));
        run(&mut command);
    }

    fn sign(&self) {
        let sign = "cms -sign -in sw-description -out sw-description.sig -signer certificate.pem -inkey key.pem \
                    -outform DER -nosmimecap -binary";
        run(&mut self.command("openssl", sign));
    }

    /// The description must be first, then its signature.
    fn pack(&self) {
        let mut command = self.command("sh", "-c");
        run(command
            .arg(format!("printf '%s\\n' {DESCRIPTION} {SIGNATURE} {PAYLOAD} | cpio -o -H crc --quiet > {IMAGE}")));
    }

    fn command(&self, program: &str, arguments: &str) -> Command {
        let mut command = Command::new(program);
        command.args(arguments.split_whitespace()).current_dir(self.directory.path()).stderr(Stdio::null());
        command
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
