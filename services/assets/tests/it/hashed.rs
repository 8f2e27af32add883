//! Names with a hash may be kept for good, and those of another release still mean the file.

use crate::harness::{BROWSER, folder, get};
use crate::helper::{constants, names};

fn assets() -> Vec<names::Asset> {
    names::assets(&folder()).unwrap()
}

#[tokio::test]
async fn kept_for_good() {
    for asset in assets() {
        let reply = get(&asset.url(), &[]).await.is(200);
        assert_eq!(
            reply.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(reply.body, asset.bytes);
        let plain = get(&format!("/static/{}", asset.path), &[BROWSER]).await;
        let packed = get(&asset.url(), &[BROWSER]).await;
        assert_eq!(packed.body, plain.body);
        assert_eq!(packed.header("etag"), plain.header("etag"));
    }
}

#[tokio::test]
async fn of_another_release() {
    for asset in assets() {
        let other = asset.url().replace(&asset.hash(), "00000000000000ff");
        assert_ne!(other, asset.url());
        let reply = get(&other, &[]).await.is(200);
        assert_eq!(reply.header("cache-control"), "public, max-age=60");
        assert_eq!(reply.body, asset.bytes);
    }
}

#[test]
fn constants_of_all_files() {
    let assets = assets();
    let source = constants::source(&assets).unwrap();
    for asset in &assets {
        assert!(source.contains(&format!("{:?};", asset.url())), "{source}");
    }
    let header = assets
        .iter()
        .find(|asset| asset.path == "styles/3-header.css")
        .unwrap();
    let line = format!(
        "pub(crate) const STYLES_3_HEADER_CSS: &str = {:?};",
        header.url()
    );
    assert!(source.contains(&line), "{source}");
}

#[test]
fn constants_are_told_apart() {
    let asset = |path: &str| names::Asset {
        path: path.into(),
        bytes: Vec::new(),
    };
    let error = constants::source(&[asset("a-b.css"), asset("a_b.css")]).unwrap_err();
    assert_eq!(
        error,
        "a-b.css and a_b.css differ too little in their names"
    );
    let source = constants::source(&[asset("3.css")]).unwrap();
    assert!(source.contains("const _3_CSS: &str"), "{source}");
}
