//! Every file is there, under the names that the originals had too.

use crate::harness::{ask, embedded, folder, get};
use crate::tree;

const LEGACY: [&str; 21] = [
    "images/icon.png",
    "images/icon_bath.png",
    "images/icon_bed.png",
    "images/icon_group.png",
    "images/icon_pets.png",
    "images/icon_tv.png",
    "images/icon_wifi.png",
    "images/logo.png",
    "scripts/1-hbnb.js",
    "scripts/100-hbnb.js",
    "scripts/101-hbnb.js",
    "scripts/2-hbnb.js",
    "scripts/3-hbnb.js",
    "scripts/4-hbnb.js",
    "scripts/jquery.LICENSE.txt",
    "scripts/jquery.min.js",
    "styles/3-footer.css",
    "styles/3-header.css",
    "styles/4-common.css",
    "styles/6-filters.css",
    "styles/8-places.css",
];

#[tokio::test]
async fn all_files() {
    let files = tree::files();
    for legacy in LEGACY {
        assert!(files.iter().any(|path| path == legacy), "{legacy}");
    }
    for path in &files {
        let url = format!("/static/{path}");
        let reply = get(&url, &[]).await.is(200);
        assert!(!reply.body.is_empty());
        assert_eq!(reply.header("cache-control"), "public, max-age=60");
        assert_eq!(reply.header("accept-ranges"), "bytes");
        assert_eq!(reply.header("content-encoding"), "");
        // What refers to nothing is sent as it stands.
        if !path.ends_with(".css") && !path.ends_with(".js") {
            assert_eq!(reply.body, std::fs::read(folder().join(path)).unwrap());
        }
    }
}

/// `LICENSES.txt` speaks of each folder, and of what is not our own.
#[test]
fn all_licences_are_told() {
    let text = std::fs::read_to_string(folder().join("LICENSES.txt")).unwrap();
    for path in tree::files() {
        let part = path.split_once('/').map_or(&*path, |(folder, _)| folder);
        let is_told = text.contains(&format!("\n{part}/ ")) || part == "LICENSES.txt";
        assert!(is_told, "{path}");
        let is_font = [".woff", ".woff2", ".ttf", ".otf"]
            .iter()
            .any(|end| path.ends_with(end));
        assert!(!is_font, "{path}");
        let is_ours = !path.contains(".min.") || text.contains(path.rsplit('/').next().unwrap());
        assert!(is_ours, "{path}");
    }
}

#[tokio::test]
async fn head() {
    for path in tree::files() {
        let url = format!("/static/{path}");
        let get = get(&url, &[]).await;
        let head = ask(&embedded(), "HEAD", &url, &[]).await.is(200);
        assert_eq!(head.headers, get.headers);
        assert!(head.body.is_empty());
    }
}

#[tokio::test]
async fn queries_do_not_matter() {
    let reply = get("/static/styles/4-common.css?0b2bd5a2-57dc-4ce0", &[]).await;
    assert_eq!(
        reply.is(200).header("content-type"),
        "text/css; charset=utf-8"
    );
}

#[tokio::test]
async fn what_the_original_had_in_them() {
    for (path, words) in [
        (
            "styles/3-header.css",
            &["#api_status", "#cccccc", "available", "#ff545f", "40px"][..],
        ),
        ("scripts/4-hbnb.js", &["places_search", "application/json"]),
        ("scripts/jquery.min.js", &["jQuery v3.7.1"]),
    ] {
        let reply = get(&format!("/static/{path}"), &[]).await;
        for word in words {
            assert!(reply.text().contains(word), "{path}: {word}");
        }
    }
}
