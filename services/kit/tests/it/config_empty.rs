//! What is empty, and what is out of bounds.

use clap::Command;
use kit::config::{Env, Opt, Settings, Span, flags, parses};

const OPTIONS: &[Opt] = &[
    Opt::new("api_token", "", "TEXT", "Who may write", parses::<String>).secret(),
    Opt::new(
        "bind",
        "127.0.0.1:8080",
        "ADDRESS",
        "Where",
        parses::<kit::config::Listens>,
    ),
];

fn value(variables: &[(&str, &str)], arguments: &[&str], key: &str) -> Result<String, String> {
    let command = Command::new("x").args(flags(OPTIONS));
    let matches = command.get_matches_from([&["x"], arguments].concat());
    let env = Env::of(variables.iter().copied());
    let settings = Settings::load(OPTIONS, &env, &matches).map_err(|error| error.to_string())?;
    let row = settings
        .table()
        .into_iter()
        .find(|row| row.0 == key)
        .unwrap();
    Ok(row.1)
}

#[test]
fn an_empty_secret_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "\n").unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(value(&[], &["--api-token", ""], "api_token").unwrap(), "");
    assert_eq!(
        value(&[("HBNB_API_TOKEN", "")], &[], "api_token").unwrap(),
        ""
    );
    assert_eq!(
        value(&[("HBNB_API_TOKEN_FILE", file)], &[], "api_token").unwrap(),
        ""
    );
}

#[test]
fn an_option_that_needs_a_value_does_not_take_an_empty_one() {
    assert!(
        value(&[], &["--bind", ""], "bind")
            .unwrap_err()
            .contains("bind")
    );
}

#[test]
fn lengths_of_time_have_bounds() {
    for (text, wanted) in [
        ("0", None),
        ("1ms", None),
        ("24days", None),
        ("500us", Some("give 0, or at least 1ms")),
        ("25days", Some("give at most 24days")),
        (
            "500000000000years",
            Some("give a time such as 500ms, 5s or 1m"),
        ),
    ] {
        let said = text.parse::<Span>().err();
        let expected = wanted.map(str::to_owned);
        assert!(
            said == expected || (text.contains("years") && said.is_some()),
            "{text}: {said:?}"
        );
    }
}
