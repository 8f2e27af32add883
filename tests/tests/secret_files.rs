//! `hbnb secrets`: made once, whoever asks and how often.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use rig::{Binary, run};
use tempfile::TempDir;
use tokio::task::JoinSet;

async fn secrets(folder: &Path, names: &[&str]) -> Output {
    let hbnb = Binary::named("hbnb").unwrap();
    let args = [&["secrets", "--dir", "secrets"], names].concat();
    run(&hbnb, &args, &[], folder).await.unwrap()
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8(both).unwrap()
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn made_once_and_kept() {
    let folder = TempDir::new().unwrap();
    let (one, other) = ("secrets/database-password", "secrets/api-token");
    assert_eq!(
        said(&secrets(folder.path(), &[]).await),
        format!("{one}: made\n")
    );
    let file = folder.path().join(one);
    let first = fs::read_to_string(&file).unwrap();
    assert!(first.len() == 65 && first.ends_with('\n'), "{first}");
    assert!(first.trim().bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o444, 0o755));

    let both = ["database-password", "api-token"];
    assert_eq!(
        said(&secrets(folder.path(), &both).await),
        format!("{one}: kept\n{other}: made\n")
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), first);
    assert_ne!(
        fs::read_to_string(folder.path().join(other)).unwrap(),
        first
    );
}

#[tokio::test]
async fn many_at_once_agree() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_owned();
    let all: JoinSet<Output> = (0..8)
        .map(|_| {
            let path = path.clone();
            async move { secrets(&path, &[]).await }
        })
        .collect();
    let outputs = all.join_all().await;
    assert!(outputs.iter().all(|output| output.status.success()));
    let made = outputs
        .iter()
        .filter(|output| said(output).ends_with("made\n"));
    assert_eq!(made.count(), 1);
    let names: BTreeSet<_> = fs::read_dir(folder.path().join("secrets"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, BTreeSet::from(["database-password".into()]));
}

#[tokio::test]
async fn what_nobody_could_use_is_named() {
    let folder = TempDir::new().unwrap();
    let secret = folder.path().join("secrets/api-token");
    fs::create_dir(folder.path().join("secrets")).unwrap();
    fs::write(&secret, "\n").unwrap();
    let output = secrets(folder.path(), &["api-token"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        said(&output),
        "hbnb: the secret secrets/api-token is empty: remove the file, and a new one is made\n"
    );
    fs::remove_file(&secret).unwrap();
    fs::create_dir(&secret).unwrap();
    let output = secrets(folder.path(), &["api-token"]).await;
    assert_eq!(output.status.code(), Some(1));
    let there = "hbnb: the secret secrets/api-token is there and cannot be read: ";
    assert!(said(&output).starts_with(there), "{}", said(&output));
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_refused() {
    let folder = TempDir::new().unwrap();
    for name in ["../token", ".hidden", "", "a b"] {
        let output = secrets(folder.path(), &[name]).await;
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(said(&output).contains("such as api-token"), "{output:?}");
    }
    assert!(!folder.path().join("secrets").exists());
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_named() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("secrets"), "a file").unwrap();
    let output = secrets(folder.path(), &[]).await;
    assert_eq!(output.status.code(), Some(1));
    let problem = said(&output);
    assert!(problem.contains("secrets/database-password"), "{problem}");
    fs::remove_file(folder.path().join("secrets")).unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let output = run(&hbnb, &["secrets", "--dir", "a/b"], &[], folder.path()).await;
    let problem = said(&output.unwrap());
    assert!(
        problem.starts_with("hbnb: the folder a/b cannot be made: "),
        "{problem}"
    );
}
