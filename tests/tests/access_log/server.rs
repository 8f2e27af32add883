//! `hbnb-assets` with its logs here and there.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use regex::Regex;
use rig::http::{Reply, get, send};
use rig::{Binary, Server, until};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
pub(crate) const STYLES: &str = "/static/styles/3-header.css";
/// A line of the combined format, with a place for each text.
const COMBINED: &str = r#"^127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] "([A-Z]+ TEXT HTTP/1\.[01])" (\d{3}) (\d+) "(TEXT)" "(TEXT)"$"#;
/// No quote, no byte that is not plain, and no backslash but of an escape.
const TEXT: &str = r"(?:[ !#-\[\]-~]|\\x[0-9A-F]{2})*";

/// `hbnb-assets` with its access log in a file of the folder.
pub(crate) async fn combined(folder: &Path) -> (PathBuf, Server) {
    let file = folder.join("access.log");
    let name = file.to_str().unwrap();
    let args = ["--access-log", name, "--access-log-format", "combined"];
    (file.clone(), assets(&args, &[], folder).await)
}

pub(crate) async fn assets(args: &[&str], envs: &[(&str, &str)], folder: &Path) -> Server {
    let binary = Binary::named("hbnb-assets").unwrap();
    Server::start(&binary, args, envs, folder).await.unwrap()
}

/// `hbnb-assets` by way of a shell that does something with its files first.
pub(crate) async fn assets_by(script: &str, args: &[&str], folder: &Path) -> Server {
    let assets = Binary::named("hbnb-assets").unwrap();
    let first = ["-c", script, assets.path().to_str().unwrap()];
    let shell = Binary::at("/bin/sh");
    let server = Server::start(&shell, &[&first, args].concat(), &[], folder).await;
    server.unwrap()
}

pub(crate) async fn ask(server: &Server, path: &str) -> Reply {
    get(server.base(), path).await.unwrap()
}

pub(crate) fn lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// The lines of a file once there are so many.
pub(crate) async fn until_lines(file: &Path, count: usize) -> Vec<String> {
    let what = format!("{count} lines in {}", file.display());
    let there = async || Ok(lines(file).len() >= count);
    until(&what, PATIENCE, there).await.unwrap();
    lines(file)
}

/// What lines of the combined format look like.
pub(crate) fn form() -> Regex {
    Regex::new(&COMBINED.replace("TEXT", TEXT)).unwrap()
}

/// Has the admin listener do something, such as put a fault on.
pub(crate) async fn put(server: &Server, path: &str) {
    let reply = send(server.admin(), "PUT", path, &[], None, PATIENCE).await;
    assert_eq!(reply.unwrap().status, 200, "{path}");
}
