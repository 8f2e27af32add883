//! What the images hold.

use crate::world::{OURS, can_have};
use rig::{announce, docker, inspect, top, version};
use std::collections::BTreeSet;
use std::process::Command;
use tempfile::TempDir;

const MOST_BYTES: u64 = 15_000_000;
const MOST_CONTEXT: u64 = 5_000_000;

/// The folders that an engine makes in every container.
const MADE_BY_THE_ENGINE: [&str; 4] = ["dev/", "proc/", "sys/", "etc/"];

fn image(name: &str) -> String {
    format!("hbnb/{name}:{}", version().unwrap())
}

#[tokio::test]
async fn an_image_holds_one_program() {
    if !can_have("what images hold") {
        return;
    }
    for name in OURS.into_iter().chain(["hbnb"]) {
        let told = inspect(&image(name)).await.unwrap();
        let size = told["Size"].as_u64().unwrap();
        announce(&format!("image hbnb/{name}: {:.1} MB", size as f64 / 1e6));
        assert!(size <= MOST_BYTES, "{name}: {size}");
        let config = &told["Config"];
        assert_eq!(config["User"], "65532:65532");
        assert_eq!(config["StopSignal"], "SIGTERM");
        let labels = &config["Labels"];
        assert_eq!(
            labels["org.opencontainers.image.version"],
            version().unwrap()
        );
        assert_eq!(labels["org.opencontainers.image.licenses"], "MIT");
        for label in ["revision", "source", "title", "description"] {
            let label = format!("org.opencontainers.image.{label}");
            assert!(labels[&label].is_string(), "{name}: {label}");
        }
        let program = match name {
            "hbnb" => "/hbnb".to_owned(),
            _ => format!("/hbnb-{name}"),
        };
        assert_eq!(
            config["Healthcheck"]["Test"],
            serde_json::json!(["CMD", program, "check"])
        );
        let own: BTreeSet<String> = files(&image(name)).await;
        let wanted = [
            program.trim_start_matches('/'),
            "etc/ssl/certs/ca-certificates.crt",
        ];
        assert_eq!(own, wanted.map(str::to_owned).into(), "{name}");
    }
}

/// The files in an image, without what an engine adds.
async fn files(image: &str) -> BTreeSet<String> {
    let container = docker(&["create", image]).await.unwrap();
    let container = container.trim();
    let listing = Command::new("sh")
        .args(["-c", "docker export \"$1\" | tar -t", "sh", container])
        .output()
        .unwrap();
    docker(&["rm", container]).await.unwrap();
    let listing = String::from_utf8(listing.stdout).unwrap();
    let made = [
        ".dockerenv",
        "etc/hostname",
        "etc/hosts",
        "etc/resolv.conf",
        "etc/mtab",
    ];
    let own = listing
        .lines()
        .filter(|path| !path.ends_with('/') && !made.contains(path))
        .filter(|path| {
            !MADE_BY_THE_ENGINE
                .iter()
                .any(|folder| path.starts_with(folder) && *folder != "etc/")
        });
    own.map(str::to_owned).collect()
}

#[tokio::test]
async fn two_builds_make_the_same_program() {
    if !can_have("reproducible builds") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let file = top().unwrap().join("docker/Dockerfile");
    let mut programs = Vec::new();
    for build in ["kept", "anew"] {
        let into = folder.path().join(build);
        let output = format!("type=local,dest={}", into.display());
        let (file, top) = (file.to_str().unwrap(), top().unwrap().to_str().unwrap());
        let mut args = vec![
            "build", "--quiet", "-f", file, "--target", "assets", "--output", &output,
        ];
        if build == "anew" {
            args.extend(["--no-cache-filter", "build-assets"]);
        }
        args.push(top);
        docker(&args).await.unwrap();
        programs.push(std::fs::read(into.join("hbnb-assets")).unwrap());
    }
    assert!(programs[0] == programs[1], "the programs differ");
}

#[tokio::test]
async fn a_build_takes_little_with_it() {
    if !can_have("the context of a build") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let output = format!("type=local,dest={}", folder.path().display());
    let file = folder.path().join("Dockerfile");
    std::fs::write(&file, "FROM scratch\nCOPY . /context/\n").unwrap();
    let (file, top) = (file.to_str().unwrap(), top().unwrap().to_str().unwrap());
    docker(&["build", "--quiet", "-f", file, "--output", &output, top])
        .await
        .unwrap();
    let bytes = size(&folder.path().join("context"));
    announce(&format!("context of a build: {:.1} MB", bytes as f64 / 1e6));
    assert!(bytes < MOST_CONTEXT, "{bytes}");
    assert!(
        folder
            .path()
            .join("context/services/web/templates")
            .is_dir()
    );
}

fn size(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let sizes = entries.map(|entry| match entry.metadata().unwrap() {
        folder if folder.is_dir() => size(&entry.path()),
        file => file.len(),
    });
    sizes.sum()
}

/// Whoever raises the version must raise it where compose says it, too.
#[test]
fn compose_takes_the_version_of_the_workspace() {
    let text = std::fs::read_to_string(top().unwrap().join("docker/compose.yaml")).unwrap();
    let default = format!("${{HBNB_TAG:-{}}}", version().unwrap());
    assert!(text.contains(&default));
    assert_eq!(
        text.matches("${HBNB_TAG").count(),
        text.matches(&default).count()
    );
}
