//! Precedence of the layers, and what a wrong option is told.

use std::path::PathBuf;

use clap::Command;
use kit::config::{
    COMMON, Common, ConfigError, Env, Opt, Secret, Settings, Size, admin_bind, bind, boolean,
    flags, parses,
};
use serde::Deserialize;
use tempfile::TempDir;

#[derive(Debug, Deserialize)]
struct Own {
    api_token: Option<Secret>,
    body_limit: Size,
    demo: bool,
    cors_origins: String,
}

/// Variables, arguments, and the message they lead to.
type Wrong<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], String);

fn options() -> Vec<Opt> {
    let own = [
        bind("127.0.0.1:8081"),
        admin_bind("127.0.0.1:9081"),
        Opt::new("api_token", "", "TOKEN", "Who may write", token).secret(),
        Opt::new("body_limit", "1MiB", "SIZE", "Longest body", parses::<Size>),
        Opt::new("demo", "false", "BOOL", "Fill it", boolean),
        Opt::new("cors_origins", "*", "LIST", "Who may ask", parses::<String>),
    ];
    [own.as_slice(), COMMON].concat()
}

fn token(text: &str) -> Result<(), String> {
    let long = text.len() >= 8;
    long.then_some(())
        .ok_or_else(|| "give at least 8 characters".to_owned())
}

fn load(variables: &[(&str, &str)], arguments: &[&str]) -> Result<Settings, ConfigError> {
    let options = options();
    let command = Command::new("x").args(flags(&options));
    let matches = command.get_matches_from(std::iter::once(&"x").chain(arguments));
    Settings::load(&options, &Env::of(variables.iter().copied()), &matches)
}

fn message(variables: &[(&str, &str)], arguments: &[&str]) -> String {
    load(variables, arguments).unwrap_err().to_string()
}

fn file(text: &str) -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("hbnb.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path.to_str().unwrap().to_owned())
}

#[test]
fn defaults() {
    let settings = load(&[("HBNB_BIND", ""), ("PATH", "/bin")], &[]).unwrap();
    let common: Common = settings.get().unwrap();
    assert_eq!(common.bind.to_string(), "127.0.0.1:8081");
    assert_eq!(common.admin_bind.to_string(), "127.0.0.1:9081");
    assert_eq!(common.drain_deadline.0.as_secs(), 30);
    let own: Own = settings.get().unwrap();
    assert_eq!(
        (own.api_token, own.body_limit, own.demo),
        (None, Size(1 << 20), false)
    );
    assert!(settings.warnings().is_empty());
}

#[test]
fn later_layers_win() {
    let (_folder, path) = file("drain_delay = \"1s\"\ndrain_linger = \"2s\"\nbind = \"a:1\"");
    let variables = [
        ("HBNB_CONFIG", path.as_str()),
        ("HBNB_DRAIN_LINGER", "3s"),
        ("HBNB_BIND", "b:2"),
    ];
    let settings = load(&variables, &["--bind", "c:3"]).unwrap();
    let common: Common = settings.get().unwrap();
    assert_eq!(common.drain_delay.to_string(), "1s");
    assert_eq!(common.drain_linger.to_string(), "3s");
    assert_eq!(common.bind.to_string(), "c:3");
    let sources: Vec<_> = settings
        .table()
        .into_iter()
        .map(|(key, _, source)| (key, source))
        .collect();
    for wanted in [
        ("bind", "--bind".to_owned()),
        ("drain_delay", format!("file {path}")),
        ("drain_linger", "HBNB_DRAIN_LINGER".to_owned()),
        ("drain_deadline", "default".to_owned()),
        ("config", "HBNB_CONFIG".to_owned()),
        ("api_token", "not set".to_owned()),
    ] {
        assert!(sources.contains(&wanted), "{wanted:?} in {sources:?}");
    }
}

#[test]
fn file_values_become_text() {
    let (_folder, path) =
        file("body_limit = 4096\ndemo = true\ncors_origins = [\"http://a\", \"http://b\"]");
    let own: Own = load(&[], &["--config", &path]).unwrap().get().unwrap();
    assert_eq!((own.body_limit, own.demo), (Size(4096), true));
    assert_eq!(own.cors_origins, "http://a,http://b");
}

#[test]
fn secret_from_a_file_is_masked() {
    let (_folder, path) = file("correct horse\n");
    let settings = load(&[("HBNB_API_TOKEN_FILE", &path)], &[]).unwrap();
    let own: Own = settings.get().unwrap();
    assert_eq!(
        own.api_token.as_ref().map(Secret::expose),
        Some("correct horse")
    );
    assert!(format!("{own:?}").contains("Some(****)"));
    let source = format!("file {path} by HBNB_API_TOKEN_FILE");
    assert!(
        settings
            .table()
            .contains(&("api_token", "****".to_owned(), source))
    );
    assert!(settings.warnings().is_empty());
}

#[test]
fn wrong_values() {
    let listen = "give host:port such as 127.0.0.1:8080, or unix:/path";
    let time = "give a time such as 500ms, 5s or 1m";
    let cases: &[Wrong] = &[
        (
            &[("HBNB_BIND", "8080")],
            &[],
            format!("the option bind has a wrong value \"8080\" (from HBNB_BIND): {listen}"),
        ),
        (
            &[("HBNB_DRAIN_DELAY", "soon")],
            &["--drain-delay", "1s"],
            format!("the option drain_delay has a wrong value \"soon\" (from HBNB_DRAIN_DELAY): {time}"),
        ),
        (
            &[],
            &["--drain-delay=5"],
            format!("the option drain_delay has a wrong value \"5\" (from --drain-delay): {time}"),
        ),
        (
            &[],
            &["--demo=maybe"],
            "the option demo has a wrong value \"maybe\" (from --demo): give true or false"
                .to_owned(),
        ),
        (
            &[("HBNB_API_TOKEN", "short")],
            &[],
            "the option api_token has a wrong value (from HBNB_API_TOKEN): give at least 8 characters".to_owned(),
        ),
        (
            &[("HBNB_API_TOKEN", "long enough"), ("HBNB_API_TOKEN_FILE", "/x")],
            &[],
            "both HBNB_API_TOKEN and HBNB_API_TOKEN_FILE are set: keep one of them".to_owned(),
        ),
        (
            &[("HBNB_API_TOKEN_FILE", "/nowhere/token")],
            &[],
            "the file /nowhere/token cannot be read: No such file or directory (os error 2); correct HBNB_API_TOKEN_FILE, which names it, or the file"
                .to_owned(),
        ),
        (
            &[],
            &["--config", "/nowhere/hbnb.toml"],
            "the file /nowhere/hbnb.toml cannot be read: No such file or directory (os error 2); correct --config, which names it, or the file"
                .to_owned(),
        ),
    ];
    for (variables, arguments, wanted) in cases {
        assert_eq!(&message(variables, arguments), wanted);
    }
}

#[test]
fn wrong_files() {
    for (text, wanted) in [
        (
            "drain_dealy = 1",
            "the file FILE has the unknown key drain_dealy: did you mean drain_delay?",
        ),
        (
            "colour = 1",
            "the file FILE has the unknown key colour: remove it, or see --help for the options",
        ),
        (
            "config = \"a\"",
            "the file FILE has the unknown key config: remove it, or see --help for the options",
        ),
        (
            "[database]\nurl = 1",
            "the file FILE has the unknown key database: remove it, or see --help for the options",
        ),
        (
            "[demo]\nurl = 1",
            "the option demo has a wrong value (from file FILE): give one text, number or boolean, or a list of texts",
        ),
        (
            "log_format = \"xml\"",
            "the option log_format has a wrong value \"xml\" (from file FILE): give text or json",
        ),
        (
            "demo = true\nlog = warn\n",
            "the file FILE is not valid TOML at line 2, column 7: string values must be quoted, expected literal string",
        ),
    ] {
        let (_folder, path) = file(text);
        assert_eq!(
            message(&[("HBNB_LOG_FORMAT", "json")], &["--config", &path]),
            wanted.replace("FILE", &path)
        );
    }
}

#[test]
fn missing_option() {
    #[derive(Debug, Deserialize)]
    struct Needs {
        #[expect(dead_code, reason = "only asked for")]
        api_token: Secret,
    }
    let error = load(&[], &[]).unwrap().get::<Needs>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the option api_token is not set: give HBNB_API_TOKEN or --api-token"
    );
}

#[test]
fn unknown_variables_warn() {
    let settings = load(
        &[
            ("HBNB_DRAIN_DELY", "1s"),
            ("HBNB_API_PORT", "tcp://10.0.0.1:80"),
            ("HBNB_TEST_X", "1"),
            ("HBNB_MYSQL_USER", "hbnb_dev"),
            ("HBNB_TYPE_STORAGE", "db"),
            ("OTHER", "1"),
        ],
        &[],
    );
    assert_eq!(
        settings.unwrap().warnings(),
        [
            "the variable HBNB_API_PORT names no option",
            "the variable HBNB_DRAIN_DELY names no option: did you mean HBNB_DRAIN_DELAY?",
            "not used here: HBNB_MYSQL_USER, HBNB_TYPE_STORAGE; carry your data over with `hbnb import`",
        ]
    );
}

#[test]
fn process_environment_is_read() {
    let path = Env::read().get("PATH").map(PathBuf::from);
    assert!(path.is_some());
}
