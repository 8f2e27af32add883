//! Flags that are wrong.

use super::load;

#[tokio::test]
async fn a_wrong_flag_is_told_what_is_right() {
    for (args, right) in [
        (&["--url", "127.0.0.1:8080"][..], "give http://HOST[:PORT]"),
        (&["--url", "http://site/app"], "give http://HOST[:PORT]"),
        (&["--rate", "0"], "from 0.1 to 100000"),
        (&["--rate", "many"], "from 0.1 to 100000"),
        (&["--users", "0"], "1..=10000"),
        (&["--users", "2", "--rate", "3"], "cannot be used with"),
        (
            &["--users", "2", "--max-in-flight", "3"],
            "cannot be used with",
        ),
        (&["--think", "1s"], "--users <NUMBER>"),
        (&["--duration", "0"], "give 1ms to 1day"),
        (&["--duration", "2days"], "give 1ms to 1day"),
        (&["--duration", "soon"], "such as 500ms"),
        (&["--timeout", "2h"], "give 1ms to 1h"),
        (&["--journeys", "swim=1"], "such as browse=5"),
        (&["--journeys", "open=1,review=1"], "give --writes too"),
        (&["--header", "nothing"], "give NAME: VALUE"),
        (&["--fail-on", "p98>1s"], "give one of errors, dropped"),
        (&["--fail-on", "p99>200"], "a time such as 200ms"),
        (
            &["--fail-on", "errors>0,oops"],
            "give one of errors, dropped",
        ),
    ] {
        let run = load(args, &[]).await;
        assert_eq!(run.code, 2, "{args:?}: {}", run.said);
        assert!(run.said.contains(right), "{args:?}: {}", run.said);
    }
}
