//! Packed forms: the same content, and the one that the client likes best.

use std::io::Read;

use crate::harness::{BROWSER, Reply, ask, embedded, get};
use crate::tree;

const PATH: &str = "/static/scripts/jquery.min.js";

fn unpacked(reply: &Reply) -> Vec<u8> {
    let mut plain = Vec::new();
    let packed = &reply.body[..];
    match reply.header("content-encoding") {
        "br" => brotli::BrotliDecompress(&mut &*packed, &mut plain).unwrap(),
        "zstd" => plain = zstd::decode_all(packed).unwrap(),
        "gzip" => {
            let mut decoder = flate2::read::GzDecoder::new(packed);
            decoder.read_to_end(&mut plain).unwrap();
        }
        other => panic!("{other:?} in {:?}", reply.headers),
    }
    plain
}

#[tokio::test]
async fn equal_after_unpacking() {
    let mut packed = 0;
    for path in tree::files() {
        let url = format!("/static/{path}");
        let plain = get(&url, &[]).await;
        let mut etags = vec![plain.header("etag").to_owned()];
        for coding in ["br", "zstd", "gzip"] {
            let reply = get(&url, &[("accept-encoding", coding)]).await.is(200);
            let kind = reply.header("content-type").to_owned();
            assert_eq!(kind, plain.header("content-type"));
            if reply.header("content-encoding").is_empty() {
                assert!(
                    kind.starts_with("image/") || plain.body.len() < 300,
                    "{path}"
                );
                assert_eq!(reply.body, plain.body);
                continue;
            }
            packed += 1;
            assert_eq!(reply.header("content-encoding"), coding);
            assert_eq!(reply.header("vary"), "Accept-Encoding");
            assert_eq!(plain.header("vary"), "Accept-Encoding");
            assert!(reply.body.len() < plain.body.len());
            assert_eq!(unpacked(&reply), plain.body, "{path} in {coding}");
            etags.push(reply.header("etag").to_owned());
        }
        assert!(etags.iter().all(|etag| etag.starts_with('"')), "{etags:?}");
        let forms = etags.len();
        etags.sort();
        etags.dedup();
        assert_eq!(etags.len(), forms, "{path}");
    }
    assert!(packed > 30, "{packed}");
}

#[tokio::test]
async fn pictures_stay_as_they_are() {
    let reply = get("/static/images/icon.png", &[BROWSER]).await.is(200);
    assert_eq!(reply.header("content-encoding"), "");
    assert_eq!(reply.header("vary"), "");
    let drawn = get("/static/images/logo.svg", &[BROWSER]).await.is(200);
    assert_eq!(drawn.header("content-encoding"), "br");
}

#[tokio::test]
async fn weights() {
    for (accepted, coding) in [
        (BROWSER.1, "br"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=1, br;q=0.9", "gzip"),
        ("br;q=0, zstd;q=0, *", "gzip"),
        ("*;q=0", ""),
        ("identity;q=0", ""),
        ("identity, br;q=0.5", ""),
        ("deflate", ""),
        ("", ""),
    ] {
        let reply = get(PATH, &[("accept-encoding", accepted)]).await.is(200);
        assert_eq!(reply.header("content-encoding"), coding, "{accepted:?}");
    }
}

#[tokio::test]
async fn head_is_packed_too() {
    let got = get(PATH, &[BROWSER]).await;
    let head = ask(&embedded(), "HEAD", PATH, &[BROWSER]).await.is(200);
    assert_eq!(head.headers, got.headers);
    assert_eq!(head.header("content-encoding"), "br");
}
