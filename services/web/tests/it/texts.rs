//! Texts and numbers, which need no API.

use axum::Router;
use axum::http::{Method, StatusCode};

use crate::harness::{ask, get, site};

#[tokio::test]
async fn texts() {
    let site = site(Router::new());
    for (path, wanted) in [
        ("/airbnb-onepage/", "Hello HBNB!"),
        ("/airbnb-onepage", "Hello HBNB!"),
        ("/airbnb-onepage/hbnb", "HBNB"),
        ("/c/is_fun", "C is fun"),
        ("/airbnb-onepage/c/is_fun/", "C is fun"),
        ("/python", "Python is cool"),
        ("/python/is_magic", "Python is magic"),
        ("/number/0089/", "89 is a number"),
        ("/c/%3Cb%3E_%26", "C &#60;b&#62; &#38;"),
        ("/c/%E2%98%95", "C ☕"),
    ] {
        let reply = get(&site, path).await;
        assert_eq!(
            (reply.status, &*reply.text),
            (StatusCode::OK, wanted),
            "{path}"
        );
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        let head = ask(&site, Method::HEAD, path).await;
        assert_eq!((head.status, &*head.text), (StatusCode::OK, ""), "{path}");
    }
}

#[tokio::test]
async fn numbers() {
    let site = site(Router::new());
    for (path, wanted) in [
        ("/number_template/89", "<H1>Number: 89</H1>"),
        ("/number_odd_or_even/7", "<H1>Number: 7 is odd</H1>"),
        (
            "/airbnb-dynamic/number_odd_or_even/123456789012345678901234567890",
            "<H1>Number: 123456789012345678901234567890 is even</H1>",
        ),
    ] {
        let reply = get(&site, path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert!(reply.text.contains(wanted), "{}", reply.text);
    }
}

#[tokio::test]
async fn nothing_there() {
    let site = site(Router::new());
    for path in [
        "/c",
        "/c/",
        "/c/a/b",
        "/c/%FF",
        "/number/-4",
        "/number/8.9",
        "/number/x",
        "/number_template/",
        "/number_odd_or_even/%D9%A3",
        "/airbnb-dynamic/number_odd_or_even/python",
        "/no-such-page",
    ] {
        let reply = get(&site, path).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert!(reply.text.contains("Not Found"), "{path}");
    }
    let reply = ask(&site, Method::POST, "/python").await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reply.header("allow"), "GET,HEAD");
}
