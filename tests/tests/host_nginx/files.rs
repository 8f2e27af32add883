//! `/static/`: copies that nginx keeps, and files of a folder.

use std::fs;

use rig::http::{Reply, send};

use crate::LIMIT;
use crate::stand::{Site, by_unix, folder_for};

/// Files are taken once, each in every form, and what a copy was made for is not told of it.
#[tokio::test]
async fn files_are_kept() {
    let Some(site) = Site::before(by_unix, &["--no-demo"], &[]).await else {
        return;
    };
    let path = "/static/styles/4-common.css";
    let packed = async |coding: &str| {
        let head = [("accept-encoding", coding)];
        send(&site.nginx.base(), "GET", path, &head, None, LIMIT)
            .await
            .unwrap()
    };
    let ids = |replies: &[Reply]| -> Vec<String> {
        let all = replies
            .iter()
            .map(|reply| reply.header("x-request-id").unwrap());
        all.map(str::to_owned).collect()
    };
    let (plain, brotli) = (packed("identity").await, packed("br").await);
    assert_eq!(
        (plain.status, brotli.header("content-encoding")),
        (200, Some("br"))
    );
    let again = [packed("identity").await, packed("br").await];
    assert_eq!(
        [&again[0].body, &again[1].body],
        [&plain.body, &brotli.body]
    );
    let (one, other) = (ids(&[plain.clone(), brotli.clone()]), ids(&again));
    assert!(
        one.iter().all(|id| !other.contains(id)),
        "{one:?} {other:?}"
    );
    let etag = plain.header("etag").unwrap();
    let head = [("if-none-match", etag), ("accept-encoding", "identity")];
    let known = send(&site.nginx.base(), "GET", path, &head, None, LIMIT)
        .await
        .unwrap();
    assert_eq!(known.status, 304);
    // Of these five requests hbnb had two, and a query makes no other file.
    site.ask("GET", &format!("{path}?3c7f")).await;
    assert_eq!(
        site.answered("/static/").await,
        3.0,
        "the last one takes any coding"
    );
    // Pages and the API are asked for each time.
    for (path, route) in [("/c/x", "/c/"), ("/api/v1/status", "/api/v1/status")] {
        for _ in 0..3 {
            site.ask("GET", path).await;
        }
        assert_eq!(site.answered(route).await, 3.0, "{path}");
    }
}

/// Files of a folder come first, also under the names that pages give them.
#[tokio::test]
async fn files_of_a_folder() {
    let Some(folder) = folder_for("files of a folder") else {
        return;
    };
    let styles = folder.path().join("styles");
    fs::create_dir(&styles).unwrap();
    fs::write(styles.join("4-common.css"), "/* mine */").unwrap();
    fs::write(styles.join(".secret.css"), "/* hidden */").unwrap();
    let args = ["--static-dir", folder.path().to_str().unwrap()];
    let Some(site) = Site::before(by_unix, &[], &args).await else {
        return;
    };
    for name in ["4-common.css", "4-common.0123456789abcdef.css"] {
        let file = site.ask("GET", &format!("/static/styles/{name}")).await;
        assert_eq!((file.status, &*file.text()), (200, "/* mine */"));
        assert_eq!(file.header("cache-control"), Some("max-age=60"));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        assert!(file.header("content-type").unwrap().starts_with("text/css"));
    }
    let other = site.ask("GET", "/static/styles/3-header.css").await;
    assert_eq!(other.status, 200, "from hbnb");
    for absent in [".secret.css", "none.css"] {
        let file = site.ask("GET", &format!("/static/styles/{absent}")).await;
        assert_eq!(file.status, 404, "{absent}");
    }
}
