//! The README tells the truth: its options are those of the programs, and its commands work.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

use regex::Regex;
use rig::{Binary, Server, run, sources, top};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tempfile::TempDir;

const FILE_JSON: &str = r#"{"State.421a55f4-7d82-45d9-b54c-a76916479545": {"__class__": "State",
    "id": "421a55f4-7d82-45d9-b54c-a76916479545", "name": "Alabama",
    "created_at": "2017-03-25T19:44:42.000000", "updated_at": "2017-03-25T19:44:42.000000"}}"#;

fn readme() -> String {
    fs::read_to_string(top().unwrap().join("README.md")).unwrap()
}

/// The text between back ticks that follows `after`.
fn quoted<'a>(cell: &'a str, after: &str) -> Option<&'a str> {
    let (_, rest) = cell.split_once(after)?;
    rest.split('`').next()
}

/// Key and default cell of each row of the options table.
fn documented() -> BTreeMap<String, String> {
    let text = readme();
    let (_, table) = text.split_once("| key | default | meaning |").unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    cells
        .map(|cell| (cell[1].trim_matches('`').to_owned(), cell[2].to_owned()))
        .collect()
}

#[tokio::test]
async fn options() {
    let folder = TempDir::new().unwrap();
    let output = run(
        &Binary::named("hbnb").unwrap(),
        &["config"],
        &[],
        folder.path(),
    )
    .await
    .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut effective = BTreeMap::new();
    for line in text.lines() {
        let (key, rest) = line.split_once(' ').unwrap();
        let value = rest
            .trim()
            .trim_end_matches("default")
            .trim_end_matches("not set")
            .trim();
        effective.insert(key.to_owned(), value.to_owned());
    }
    let mut documented = documented();
    documented.retain(|_, cell| !cell.contains("`hbnb-web` only"));
    assert_eq!(
        effective.keys().collect::<Vec<_>>(),
        documented.keys().collect::<Vec<_>>()
    );
    for (key, cell) in &documented {
        let default = if cell.starts_with("none") {
            ""
        } else {
            quoted(cell, "`").unwrap()
        };
        assert_eq!(effective[key], default, "the default of {key}");
    }
}

#[tokio::test]
async fn options_of_the_services() {
    let documented = documented();
    for (program, own) in [
        ("hbnb-api", "database_url"),
        ("hbnb-web", "api_url"),
        ("hbnb-assets", "assets_dir"),
    ] {
        let help = help_of(program).await;
        let variables = help.split("[HBNB_").skip(1);
        let keys = variables.map(|rest| rest.split([',', ' ', ']']).next().unwrap().to_lowercase());
        let keys: Vec<String> = keys.collect();
        assert!(keys.contains(&own.to_owned()), "{keys:?}");
        for key in &keys {
            told_alike(&help, program, key, &documented[key]);
        }
    }
}

/// What `--help` says, on one line.
async fn help_of(program: &str) -> String {
    let folder = TempDir::new().unwrap();
    let program = Binary::named(program).unwrap();
    let output = run(&program, &["--help"], &[], folder.path()).await;
    let help = String::from_utf8(output.unwrap().stdout).unwrap();
    help.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Asserts that the help names the default of the README.
fn told_alike(help: &str, program: &str, key: &str, cell: &str) {
    let own = quoted(cell, &format!("`{program}`: `"));
    let without = cell.contains("none");
    let default = own.or_else(|| quoted(cell, "`")).filter(|_| !without);
    let wanted = default.map_or_else(|| "]".to_owned(), |default| format!(", default {default}]"));
    let (_, line) = help
        .split_once(&format!("[HBNB_{}", key.to_uppercase()))
        .unwrap_or_else(|| panic!("{key} is no option"));
    let bracket = &line[..=line.find(']').unwrap()];
    assert!(
        bracket.ends_with(&wanted) && bracket.contains("default") != without,
        "{key}: {bracket}"
    );
}

/// What the programs read of OpenTelemetry's variables is in the table, and nothing else is.
#[test]
fn variables_of_opentelemetry() {
    let variable = Regex::new("OTEL_[A-Z_]+[A-Z]").unwrap();
    let names = |text: &str| -> BTreeSet<String> {
        let found = variable.find_iter(text).map(|name| name.as_str());
        found.map(str::to_owned).collect()
    };
    let text = readme();
    let (_, table) = text.split_once("| variable | default | meaning |").unwrap();
    let (table, after) = table.split_once("\n\n").unwrap();
    let firsts = table.lines().filter_map(|row| row.split('|').nth(1));
    let mut documented: BTreeSet<String> = firsts.flat_map(&names).collect();
    let (exporters, special) = ("OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_OTLP_TRACES_");
    // As the text after the table says.
    assert!(after.starts_with(&format!(
        "Each of `{exporters}…` has a form for traces alone"
    )));
    let of_exporter = documented
        .iter()
        .filter_map(|name| name.strip_prefix(exporters));
    let for_traces = of_exporter.map(|name| format!("{special}{name}"));
    documented.extend(for_traces.collect::<Vec<_>>());
    let mut read = BTreeSet::new();
    for (path, text) in sources().unwrap() {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let is_program = path.starts_with("services") && path.iter().any(|part| part == "src");
        let code = code
            .lines()
            .filter(|line| is_program && !line.trim().starts_with("//"));
        read.extend(code.flat_map(&names));
    }
    assert_eq!(read, documented);
}

fn commands() -> Vec<String> {
    let text = readme();
    let blocks = text
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

#[tokio::test]
async fn commands_work() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file.json"), FILE_JSON).unwrap();
    let url = "sqlite:hbnb.db";
    let hbnb = Binary::named("hbnb").unwrap();
    // As the text before the commands about faults says.
    let faults = [("HBNB_FAULTS", "true")];
    let serve = ["serve", "--database-url", url];
    let server = Server::start(&hbnb, &serve, &faults, folder.path())
        .await
        .unwrap();
    let admin = server.admin().trim_start_matches("http://").to_owned();
    let path = format!(
        "{}:/usr/local/bin:/usr/bin:/bin",
        hbnb.path().parent().unwrap().display()
    );
    let envs = [
        ("PATH", path.as_str()),
        ("HBNB_DATABASE_URL", url),
        ("HBNB_ADMIN_BIND", &admin),
    ];

    let scripts = [".ci/run", "tests/run.sh"];
    let top = top().unwrap();
    let ci = scripts.map(|script| fs::read_to_string(top.join(script)).unwrap());
    let ci = ci.concat();
    for command in commands() {
        if command.starts_with("make ") {
            assert!(ci.contains(&command), "{command}: not run by CI");
            continue;
        }
        // The tests of the containers and of the cluster run these.
        if ["docker ", "helm ", "kubectl "]
            .iter()
            .any(|program| command.starts_with(program))
        {
            continue;
        }
        let here = command
            .replace("http://127.0.0.1:8080", server.base())
            .replace("http://127.0.0.1:9090", server.admin());
        let script = format!("curl() {{ command curl -fsS \"$@\"; }}; {here}");
        let output = run(
            &Binary::at("/bin/sh"),
            &["-c", &script],
            &envs,
            folder.path(),
        )
        .await
        .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {said}");
    }
}
