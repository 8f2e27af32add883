use super::{Reply, Variables, judge};
use serde_json::{Value, json};

fn reply(status: u16, body: &str) -> Reply {
    let headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("allow", "GET, HEAD"),
    ];
    Reply {
        status,
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        body: body.as_bytes().to_vec(),
    }
}

fn faults(expect: &Value, reply: &Reply) -> usize {
    let mut known = Variables::default();
    known.set("id", json!("a"));
    judge(expect.as_object().unwrap(), reply, &known).len()
}

#[test]
fn status_and_headers() {
    let got = reply(200, "{}");
    assert_eq!(
        faults(
            &json!({"status": 200, "content_type": "application/json"}),
            &got
        ),
        0
    );
    assert_eq!(faults(&json!({"status": [404, 200]}), &got), 0);
    assert_eq!(
        faults(&json!({"status": 201, "content_type": "text/html"}), &got),
        2
    );
    assert_eq!(
        faults(
            &json!({"headers": {"Allow": {"has_words": ["head"]}}}),
            &got
        ),
        0
    );
    assert_eq!(
        faults(&json!({"headers": {"Allow": {"has_words": ["PUT"]}}}), &got),
        1
    );
    assert_eq!(
        faults(
            &json!({"headers": {"ALLOW": "GET, HEAD", "X-No": "$absent"}}),
            &got
        ),
        0
    );
    assert_eq!(faults(&json!({"headers": {"Allow": "GET"}}), &got), 1);
}

#[test]
fn soft_fields() {
    let got = reply(200, "{}");
    assert_eq!(
        faults(&json!({"status": 404, "strict": {"status": false}}), &got),
        0
    );
    assert_eq!(
        faults(&json!({"status": 404, "strict": {"body": false}}), &got),
        1
    );
    assert_eq!(
        faults(&json!({"status": 404, "body": "x", "strict": false}), &got),
        0
    );
    assert_eq!(
        faults(
            &json!({"unheard": 1, "notes": "free text", "from": "sane"}),
            &got
        ),
        1
    );
}

#[test]
fn json_bodies() {
    let got = reply(200, r#"{"id": "a", "n": [{"id": "b", "v": 1}]}"#);
    assert_eq!(
        faults(&json!({"json": {"id": "{id}", "n": "$list"}}), &got),
        0
    );
    assert_eq!(faults(&json!({"json": {"id": "{id}"}}), &got), 1);
    assert_eq!(faults(&json!({"json_subset": {"id": "{id}"}}), &got), 0);
    assert_eq!(faults(&json!({"json_subset": {"id": "b"}}), &got), 1);
    assert_eq!(
        faults(&json!({"at": {"/n/[id=b]/v": 1, "/n/7": "$absent"}}), &got),
        0
    );
    assert_eq!(faults(&json!({"at": {"/n/[id=c]/v": 1}}), &got), 1);
    assert_eq!(faults(&json!({"json": {}}), &reply(200, "<p>")), 1);
    assert_eq!(faults(&json!({"json_subset": {}}), &reply(200, "[]")), 1);
}

#[test]
fn lists() {
    let got = reply(200, r#"[{"id": "a", "k": 1}, {"id": "b", "k": 1}]"#);
    let list = |want: &Value| faults(&json!({"list": want}), &got);
    assert_eq!(
        list(&json!({"include": ["{id}"], "exclude": ["c"], "length": 2, "unique": true})),
        0
    );
    assert_eq!(
        list(&json!({"set": ["b", "a"], "each": {"k": "$int"}, "each_keys": ["k", "id"]})),
        0
    );
    for wrong in [
        json!({"include": ["c"]}),
        json!({"exclude": ["a"]}),
        json!({"length": 3}),
        json!({"length": "$at_least:3"}),
        json!({"set": ["a"]}),
        json!({"set": ["a", "b", "c"]}),
        json!({"each": {"k": 2}}),
        json!({"each_keys": ["id"]}),
        json!({"key": "k", "unique": true}),
    ] {
        assert_eq!(list(&wrong), 1, "{wrong}");
    }
    assert_eq!(faults(&json!({"list": {}}), &reply(200, "{}")), 1);
    assert_eq!(
        faults(&json!({"list": {"length": 0}}), &reply(200, "nothing")),
        1
    );
}

#[test]
fn pages() {
    let got = reply(200, "<ul>\n <li>A</li>\n <li>B</li></ul>");
    assert_eq!(
        faults(
            &json!({"body_squeezed": "<ul><li>a</li><li>b</li></ul>"}),
            &got
        ),
        0
    );
    assert_eq!(
        faults(
            &json!({"body_has": ["<li> b </li>"], "body_lacks": ["c"]}),
            &got
        ),
        0
    );
    assert_eq!(
        faults(
            &json!({"body_order": ["A", "B"], "body_matches": ["<LI>.*<li>"]}),
            &got
        ),
        0
    );
    assert_eq!(
        faults(
            &json!({"body": "<ul>", "body_empty": true, "body_squeezed": "<ul>"}),
            &got
        ),
        3
    );
    assert_eq!(
        faults(&json!({"body_has": ["c"], "body_lacks": ["b"]}), &got),
        2
    );
    assert_eq!(
        faults(
            &json!({"body_order": ["B", "A"], "body_matches": ["^<li>"]}),
            &got
        ),
        2
    );
    assert_eq!(
        faults(&json!({"body": "", "body_empty": true}), &reply(204, "")),
        0
    );
    assert_eq!(faults(&json!({"body_empty": false}), &reply(204, "")), 1);
}
