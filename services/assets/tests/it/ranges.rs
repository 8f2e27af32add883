//! Parts of a file, and of its packed form.

use crate::harness::{BROWSER, Reply, ask, embedded, get};

const PATH: &str = "/static/scripts/jquery.min.js";

async fn range(value: &str) -> Reply {
    get(PATH, &[("range", value)]).await
}

#[tokio::test]
async fn parts() {
    let whole = get(PATH, &[]).await;
    let length = whole.body.len();
    let last = length - 1;
    for (value, first, end) in [
        ("bytes=0-99", 0, 100),
        ("bytes=100-199", 100, 200),
        ("bytes=87000-", 87_000, length),
        ("bytes=-7", length - 7, length),
        ("bytes=0-999999", 0, length),
        ("bytes=-999999", 0, length),
        (&format!("bytes={last}-"), last, length),
    ] {
        let reply = range(value).await.is(206);
        assert_eq!(reply.body, whole.body[first..end], "{value}");
        let said = format!("bytes {first}-{}/{length}", end - 1);
        assert_eq!(reply.header("content-range"), said);
        for name in [
            "etag",
            "vary",
            "cache-control",
            "content-type",
            "accept-ranges",
        ] {
            assert_eq!(reply.header(name), whole.header(name), "{name}");
        }
    }
}

#[tokio::test]
async fn of_the_packed_form() {
    let whole = get(PATH, &[BROWSER]).await;
    let reply = get(PATH, &[BROWSER, ("range", "bytes=10-19")])
        .await
        .is(206);
    assert_eq!(reply.body, whole.body[10..20]);
    assert_eq!(reply.header("content-encoding"), "br");
    let said = format!("bytes 10-19/{}", whole.body.len());
    assert_eq!(reply.header("content-range"), said);
}

#[tokio::test]
async fn beyond() {
    let length = get(PATH, &[]).await.body.len();
    for value in [
        format!("bytes={length}-"),
        "bytes=999999-".into(),
        "bytes=-0".into(),
    ] {
        let reply = range(&value).await.refused(416, "Range Not Satisfiable");
        assert_eq!(reply.header("content-range"), format!("bytes */{length}"));
    }
}

#[tokio::test]
async fn what_is_no_range_is_all() {
    let whole = get(PATH, &[]).await;
    for value in [
        "bytes=9-2",
        "bytes=x-",
        "lines=1-2",
        "bytes=0-1,3-4",
        "bytes",
    ] {
        let reply = range(value).await.is(200);
        assert_eq!(reply.body, whole.body, "{value}");
        assert_eq!(reply.header("content-range"), "");
    }
}

#[tokio::test]
async fn if_range() {
    let etag = get(PATH, &[]).await.header("etag").to_owned();
    let weak = format!("W/{etag}");
    let date = "Tue, 01 Jan 2030 00:00:00 GMT";
    for (condition, status) in [
        (etag.as_str(), 206),
        (&weak, 200),
        ("\"other\"", 200),
        (date, 200),
        ("nonsense", 200),
    ] {
        let headers = [("range", "bytes=0-9"), ("if-range", condition)];
        get(PATH, &headers).await.is(status);
    }
    // Of another form.
    let headers = [BROWSER, ("range", "bytes=0-9"), ("if-range", &etag)];
    get(PATH, &headers).await.is(200);
}

#[tokio::test]
async fn head_has_no_parts() {
    let headers = [("range", "bytes=0-9")];
    let reply = ask(&embedded(), "HEAD", PATH, &headers).await.is(200);
    assert_eq!(reply.header("content-range"), "");
}

#[tokio::test]
async fn a_known_file_comes_before_its_part() {
    let etag = get(PATH, &[]).await.header("etag").to_owned();
    let headers = [("range", "bytes=0-9"), ("if-none-match", &etag)];
    get(PATH, &headers).await.is(304);
}
