//! Wrong flags of `hbnb nginx` and `hbnb check --nginx`, each with a sentence.

use std::fs;

use tempfile::TempDir;

use crate::stand::hbnb_now;

#[test]
fn each_wrong_flag_is_told() {
    for (args, says) in [
        (
            &["nginx", "--server-name", "a b"][..],
            "give names such as hbnb.example",
        ),
        (&["nginx", "--listen", "0"], "give a port, such as 80"),
        (&["nginx", "--listen", "unix:/x"], "give a port, such as 80"),
        (&["nginx", "--listen", "80;"], "give a port, such as 80"),
        (
            &["nginx", "--static-dir", "static"],
            "give a path that begins with /",
        ),
        (&["nginx", "--static-dir", "/a b"], "has no space"),
        (&["nginx", "--cache-dir", "/a;"], "or off"),
        (&["nginx", "--access-log", "$x"], "or off"),
        (&["nginx", "--certificate", "/a.pem"], "--key"),
        (&["nginx", "--key", "/a.key"], "--certificate"),
        (&["nginx", "--listen-tls", "444"], "--certificate"),
        (
            &["nginx", "--trusted-networks", "unix"],
            "give networks such as 10.0.0.0/8",
        ),
        (&["nginx", "--write-rate", "0"], "1..=100000"),
        (
            &["nginx", "--write-rate=1", "--write-burst=0"],
            "1..=100000",
        ),
        (&["nginx", "--write-burst", "1"], "--write-rate"),
        (&["check", "--nginx", "/x", "live"], "cannot be used with"),
        (
            &["check", "--nginx", "/x", "--tcp", "a:1"],
            "cannot be used with",
        ),
    ] {
        let output = hbnb_now(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
    }
}

#[test]
fn what_cannot_be_done() {
    let folder = TempDir::new().unwrap();
    let toml = folder.path().join("hbnb.toml");
    fs::write(&toml, "body_limit = 'much'\n").unwrap();
    let (nowhere, toml) = (folder.path().join("nowhere"), toml.to_str().unwrap());
    let nowhere = nowhere.to_str().unwrap();
    for (args, says) in [
        (
            &["nginx", "--bind", "127.0.0.1:0"][..],
            "hbnb: bind is 127.0.0.1:0, any free port: name one, or a unix socket",
        ),
        (&["nginx", "--config", toml], "body_limit"),
        (&["check", "--nginx", nowhere], "No such file"),
        (
            &["check", "--nginx", folder.path().to_str().unwrap()],
            "directory",
        ),
    ] {
        let output = hbnb_now(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.contains(says) && output.stdout.is_empty(),
            "{args:?}: {said}"
        );
    }
}
