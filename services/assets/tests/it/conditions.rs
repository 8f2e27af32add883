//! Who has it already is told so.

use crate::harness::{BROWSER, ask, embedded, get};

const PATH: &str = "/static/styles/4-common.css";

#[tokio::test]
async fn not_modified() {
    let known = get(PATH, &[BROWSER]).await;
    let etag = known.header("etag");
    let [weak, list, spaced] = [
        format!("W/{etag}"),
        format!("\"a\", {etag}"),
        format!("W/\"b\" ,\t{etag} , \"c,d\""),
    ];
    for condition in [etag, &weak, &list, &spaced, "*"] {
        for method in ["GET", "HEAD"] {
            let headers = [BROWSER, ("if-none-match", condition)];
            let reply = ask(&embedded(), method, PATH, &headers).await.is(304);
            assert!(reply.body.is_empty());
            for name in ["etag", "vary", "cache-control", "content-length"] {
                assert_eq!(reply.header(name), known.header(name), "{name}");
                assert_ne!(reply.header(name), "");
            }
            for name in ["content-type", "content-encoding", "content-range"] {
                assert_eq!(reply.header(name), "", "{name}");
            }
        }
    }
}

#[tokio::test]
async fn modified() {
    let plain = get(PATH, &[]).await;
    let other_form = plain.header("etag");
    let unquoted = other_form.trim_matches('"');
    for condition in ["\"other\"", other_form, unquoted, "", ","] {
        let reply = get(PATH, &[BROWSER, ("if-none-match", condition)]).await;
        assert!(!reply.is(200).body.is_empty(), "{condition}");
    }
    let dated = [("if-modified-since", "Tue, 01 Jan 2030 00:00:00 GMT")];
    get(PATH, &dated).await.is(200);
}

#[tokio::test]
async fn hashed_names_too() {
    let known = get(PATH, &[]).await;
    let condition = [("if-none-match", known.header("etag"))];
    let other = "/static/styles/4-common.00000000000000ff.css";
    get(other, &condition).await.is(304);
}

#[tokio::test]
async fn if_match() {
    let known = get(PATH, &[]).await;
    let etag = known.header("etag");
    let weak = format!("W/{etag}");
    for (condition, status) in [(etag, 200), ("*", 200), ("\"other\"", 412), (&weak, 412)] {
        let reply = get(PATH, &[("if-match", condition)]).await;
        match status {
            200 => assert_eq!(reply.is(200).body, known.body),
            _ => drop(reply.refused(412, "Precondition Failed")),
        }
    }
    let both = [("if-match", "\"other\""), ("if-none-match", etag)];
    get(PATH, &both).await.is(412);
}
