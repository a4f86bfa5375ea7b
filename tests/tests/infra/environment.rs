//! The environment the template sets is the one the functions read.

use std::collections::BTreeSet;

use crate::template::{at, load, text};

const READERS: [&str; 3] = [
    include_str!("../../../shared/runtime/src/settings.rs"),
    include_str!("../../../shared/runtime/src/lambda.rs"),
    include_str!("../../../shared/runtime/src/telemetry.rs"),
];

/// Never set on a public gateway: anybody could send the headers it makes us believe.
const NEVER_SET: [&str; 3] =
    ["HARRIER_TRUST_CERTIFICATE_HEADERS", "HARRIER_CERTIFICATE_ID_HEADERS", "HARRIER_CERTIFICATE_AUTHORITY_HEADERS"];

#[test]
fn every_variable_is_set_and_every_one_set_is_read() {
    let template = load();
    let variables = at(&template, "Globals.Function.Environment.Variables").as_mapping().expect("a mapping");
    let set: BTreeSet<String> = variables.iter().map(|(name, _)| text(name)).collect();
    let mut read: BTreeSet<String> = READERS.iter().flat_map(|source| names_in(source)).collect();
    for exception in NEVER_SET {
        assert!(read.remove(exception), "the name of the exception changed: {exception}");
    }
    assert_eq!(set, read);
}

/// The texts of a source that begin with `HARRIER_`.
fn names_in(source: &str) -> impl Iterator<Item = String> {
    source.split("\"HARRIER_").skip(1).filter_map(|rest| Some(format!("HARRIER_{}", rest.split('"').next()?)))
}
