use clap::{CommandFactory, Parser};

use super::Cli;

#[test]
fn the_options_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn what_contradicts_itself_is_refused() {
    let refused: &[&[&str]] = &[
        &["serve", "--tls-key", "key.pem"],
        &["serve", "--memory", "--aws-endpoint", "http://127.0.0.1:4566"],
        &["serve", "--listen", "nowhere"],
        &["admin", "create-user", "anna", "--authority", "READ_EVERYTHING"],
        &["admin", "create-tenant"],
    ];
    for arguments in refused {
        let parsed = Cli::try_parse_from([&["harrier"], *arguments].concat());
        assert!(parsed.is_err(), "{arguments:?}");
    }
}
