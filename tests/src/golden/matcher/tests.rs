use super::{Variables, same};
use serde_json::{Value, json};

fn holds(want: &Value, got: &Value) -> bool {
    same(want, Some(got), "", &known()).is_ok()
}

fn fits(matcher: &str, got: &Value) -> bool {
    holds(&json!(matcher), got)
}

fn known() -> Variables {
    let mut known = Variables::default();
    known.set("then", json!("2024-02-29T23:59:59.900000"));
    known.set("count", json!(4));
    known
}

#[test]
fn plain_values() {
    assert!(holds(
        &json!({"a": [1, null, true, "x"]}),
        &json!({"a": [1.0, null, true, "x"]})
    ));
    assert!(!holds(&json!(1), &json!(true)));
    assert!(!holds(&json!(0), &json!(false)));
    assert!(!holds(&json!(null), &json!("")));
    assert!(!holds(&json!("1"), &json!(1)));
    assert!(!holds(&json!([1, 2]), &json!([2, 1])));
    assert!(!holds(&json!([1]), &json!([1, 2])));
    assert!(!holds(&json!({}), &json!([])));
}

#[test]
fn members() {
    assert!(!holds(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
    assert!(!holds(&json!({"a": 1, "b": 2}), &json!({"a": 1})));
    assert!(holds(
        &json!({"a": "$optional", "b": "$absent"}),
        &json!({})
    ));
    assert!(holds(&json!({"a": "$absent_or_null"}), &json!({"a": null})));
    assert!(!holds(&json!({"a": "$absent_or_null"}), &json!({"a": 0})));
    assert!(!holds(&json!({"a": "$absent"}), &json!({"a": null})));
    assert!(!holds(&json!({"a": "$any"}), &json!({})));
    let deep = same(
        &json!({"a": [{"b": 1}]}),
        Some(&json!({"a": [{"b": 2}]})),
        "",
        &known(),
    );
    assert_eq!(deep.unwrap_err().to_string(), "/a/0/b: wanted 1, got 2");
}

#[test]
fn kinds() {
    assert!(fits(
        "$uuid",
        &json!("6b3c9f4e-0e4e-4f4e-9f4e-0e4e4f4e9f4e")
    ));
    assert!(!fits(
        "$uuid",
        &json!("6b3c9f4e-0e4e-1f4e-9f4e-0e4e4f4e9f4e")
    ));
    assert!(!fits(
        "$uuid",
        &json!("6B3C9F4E-0E4E-4F4E-9F4E-0E4E4F4E9F4E")
    ));
    assert!(fits("$int", &json!(-3)) && !fits("$int", &json!(3.0)) && !fits("$int", &json!(true)));
    assert!(fits("$string", &json!("")) && !fits("$string", &json!(null)));
    assert!(fits("$list", &json!([])) && !fits("$list", &json!({})));
    assert!(!fits("$nonsense", &json!(1)));
    assert!(holds(&json!("$"), &json!("$")));
}

#[test]
fn numbers() {
    assert!(fits("$near:37.77:0.01", &json!(37.775)));
    assert!(!fits("$near:37.77:0.01", &json!(37.79)));
    assert!(fits("$near:2", &json!(2)) && !fits("$near:2", &json!(2.01)));
    assert!(!fits("$near:1", &json!(true)) && !fits("$near:1", &json!("1")));
    assert!(fits("$plus:count:2", &json!(6)) && !fits("$plus:count:2", &json!(5)));
    assert!(fits("$plus:count:-4", &json!(0)) && !fits("$plus:unknown:1", &json!(1)));
    assert!(fits("$at_least:3", &json!(3)) && !fits("$at_least:3", &json!(2)));
    assert!(fits("$differs:count", &json!(5)) && !fits("$differs:count", &json!(4.0)));
}

#[test]
fn stamps() {
    assert!(fits("$stamp", &json!("2024-03-01T00:00:00")));
    assert!(fits("$stamp", &json!("2024-03-01T00:00:00.123456")));
    assert!(!fits("$stamp", &json!("2024-03-01T00:00:00Z")));
    assert!(!fits("$stamp", &json!("2024-03-01 00:00:00")));
    assert!(fits("$stamp_second:then", &json!("2024-03-01T00:00:00")));
    assert!(!fits("$stamp_second:then", &json!("2024-03-01T00:00:01")));
    assert!(fits(
        "$stamp_not_before:then",
        &json!("2024-02-29T23:59:59")
    ));
    assert!(!fits(
        "$stamp_not_before:then",
        &json!("2024-02-29T23:59:58.999")
    ));
    assert!(!fits("$after:then", &json!("2024-02-29T23:59:59.999")));
    assert!(fits("$after:then", &json!("2024-03-01T00:00:00")));
}
