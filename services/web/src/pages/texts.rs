//! The pages of texts and numbers, at the root and below `/airbnb-onepage`, and the front door's number page.

use std::time::Duration;

use askama::Template;
use axum::Router;

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::page;
use crate::App;
use crate::error::{Error, Result};
use crate::extract::Path;

/// Where these pages have an address of their own, since `/` and `/hbnb` are others.
const BASE: &str = "/airbnb-onepage";
/// They change with the program only.
const KEPT: Duration = Duration::from_secs(3600);

pub(super) fn router() -> Router<App> {
    let both = ["", BASE].map(|base| {
        let at = |path: &str| format!("{base}{path}");
        Router::new()
            .merge(page(&at("/c/{text}"), get(c)))
            .merge(page(&at("/python"), get(async || kept("Python is cool"))))
            .merge(page(&at("/python/{text}"), get(python)))
            .merge(page(&at("/number/{n}"), get(number)))
            .merge(page(&at("/number_template/{n}"), get(number_template)))
            .merge(page(&at("/number_odd_or_even/{n}"), get(odd_or_even)))
    });
    let [root, base] = both;
    root.merge(base)
        .merge(page(BASE, get(async || kept("Hello HBNB!"))))
        .merge(page(&format!("{BASE}/hbnb"), get(async || kept("HBNB"))))
        .merge(page(
            "/airbnb-dynamic/number_odd_or_even/{n}",
            get(odd_or_even),
        ))
}

fn kept(html: impl Into<String>) -> Response {
    let age = format!("public, max-age={}", KEPT.as_secs());
    ([(header::CACHE_CONTROL, age)], Html(html.into())).into_response()
}

#[derive(Template)]
#[template(source = "{{ word }} {{ text }}", ext = "html")]
struct Text<'a> {
    word: &'a str,
    text: String,
}

fn text(word: &str, text: &str) -> Result<Response> {
    let text = text.replace('_', " ");
    Ok(kept(Text { word, text }.render()?))
}

async fn c(Path(words): Path<String>) -> Result<Response> {
    text("C", &words)
}

async fn python(Path(words): Path<String>) -> Result<Response> {
    text("Python", &words)
}

/// A whole number of any size, without its leading zeros.
fn digits(text: &str) -> Result<&str> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::NotFound);
    }
    let number = text.trim_start_matches('0');
    Ok(if number.is_empty() { "0" } else { number })
}

async fn number(Path(n): Path<String>) -> Result<Response> {
    Ok(kept(format!("{} is a number", digits(&n)?)))
}

#[derive(Template)]
#[template(path = "legacy/number.html")]
struct Number<'a> {
    n: &'a str,
    kind: &'a str,
}

async fn number_template(Path(n): Path<String>) -> Result<Response> {
    let n = digits(&n)?;
    Ok(kept(Number { n, kind: "" }.render()?))
}

async fn odd_or_even(Path(n): Path<String>) -> Result<Response> {
    let n = digits(&n)?;
    let is_even = n.bytes().next_back().is_some_and(|digit| digit % 2 == 0);
    let kind = if is_even { " is even" } else { " is odd" };
    Ok(kept(Number { n, kind }.render()?))
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn numbers() {
        for (text, wanted) in [
            ("89", Some("89")),
            ("0007", Some("7")),
            ("000", Some("0")),
            (
                "123456789012345678901234567890",
                Some("123456789012345678901234567890"),
            ),
            ("", None),
            ("-4", None),
            ("8.9", None),
            ("٣", None),
        ] {
            assert_eq!(digits(text).ok(), wanted, "{text}");
        }
    }
}
