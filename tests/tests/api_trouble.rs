//! What `hbnb-web` shows while the API is in trouble, and how soon it is over.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::{Duration, Instant};

use rig::http::{Reply, get, send, stream};
use rig::{Binary, Collector, Relay, Server, Storage, Trouble, until};

/// What the pages are told that the API may take.
const LIMIT: (&str, Duration) = ("1s", Duration::from_secs(1));
/// What everything else may take, on a busy machine too.
const SLACK: Duration = Duration::from_secs(1);
const HEALED: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(20);
/// More than one slice of a streamed page.
const PLACES: usize = 600;

const TROUBLES: [(Trouble, u16); 6] = [
    (Trouble::Away, 503),
    (Trouble::Slow(Duration::from_secs(5)), 504),
    (Trouble::Says("inner garbage\r\n\r\n"), 502),
    (
        Trouble::Says("HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\ninner garbage"),
        502,
    ),
    (
        Trouble::Says(
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 24\r\n\r\n{\"error\":\"inner garbage\"}",
        ),
        502,
    ),
    (HALF, 503),
];
const HALF: Trouble =
    Trouble::Says("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n[{\"id\":\"inner");

struct Site {
    web: Server,
    relay: Relay,
    _api: Server,
    _storage: Storage,
}

impl Site {
    async fn start(envs: &[(&str, &str)]) -> Site {
        let storage = Storage::sqlite().unwrap();
        storage.fill(PLACES).await.unwrap();
        let folder = storage.folder();
        let binary = Binary::named("hbnb-api").unwrap();
        let args = ["--database-url", storage.url()];
        let api = Server::start(&binary, &args, &[], folder).await.unwrap();
        let relay = Relay::start(api.base()).await.unwrap();
        let binary = Binary::named("hbnb-web").unwrap();
        // A name, so that it is looked up.
        let named = relay.base().replace("127.0.0.1", "localhost");
        let args = ["--api-url", &named, "--api-timeout", LIMIT.0];
        let web = Server::start(&binary, &args, envs, folder).await.unwrap();
        Site {
            web,
            relay,
            _api: api,
            _storage: storage,
        }
    }

    /// The first page, that of a place, a form, and one of the originals.
    async fn pages(&self) -> [String; 4] {
        let search = "/api/v1/places_search?limit=1";
        let json = [("content-type", "application/json")];
        let body = Some(b"{}".to_vec());
        let base = self.relay.base();
        let found = send(&base, "POST", search, &json, body, PATIENCE).await;
        let found = found.unwrap().json().unwrap();
        let id = found[0]["id"].as_str().unwrap();
        let place = format!("/places/{id}");
        let form = format!("{place}/edit");
        ["/".to_owned(), place, form, "/hbnb".to_owned()]
    }
}

/// A page of the site's own, which tells what is wrong and nothing of what is inside.
fn is_told_well(reply: &Reply, status: u16, what: &str) {
    let text = reply.text();
    assert_eq!(reply.status, status, "{what}: {text}");
    let kind = reply.header("content-type");
    assert_eq!(kind, Some("text/html; charset=utf-8"), "{what}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{what}");
    for part in ["<header class=\"top\">", "href=\"/\"", "</html>"] {
        assert!(text.contains(part), "{what}: no {part} in {text}");
    }
    for part in ["inner", "127.0.0.1", "expected"] {
        assert!(!text.contains(part), "{what}: {part} in {text}");
    }
}

#[tokio::test]
async fn it_is_told_in_time_and_heals() {
    let mut site = Site::start(&[]).await;
    let pages = site.pages().await;
    // What they take on this machine, as busy as it is.
    let begun = Instant::now();
    for page in &pages {
        assert_eq!(get(site.web.base(), page).await.unwrap().status, 200);
    }
    let usual = begun.elapsed();
    for (trouble, status) in TROUBLES {
        site.relay.put(trouble).await.unwrap();
        for page in &pages {
            let what = format!("{page} while {trouble:?}");
            let asked = Instant::now();
            let reply = get(site.web.base(), page).await.unwrap();
            let took = asked.elapsed();
            is_told_well(&reply, status, &what);
            assert!(took < LIMIT.1 + SLACK + usual, "{what}: {took:?}");
        }
        site.relay.put(Trouble::None).await.unwrap();
        let since = Instant::now();
        for page in &pages {
            let what = format!("{page} after {trouble:?}");
            until(&what, PATIENCE, async || {
                let reply = get(site.web.base(), page).await;
                Ok(reply.is_ok_and(|reply| reply.status == 200))
            })
            .await
            .unwrap();
        }
        let healed = since.elapsed();
        assert!(healed < HEALED + 3 * usual, "{trouble:?}: {healed:?}");
    }
}

/// The page as far as it came, and whether it was broken off.
async fn streamed(site: &Site) -> (String, bool) {
    let path = "/hbnb";
    let mut page = stream(site.web.base(), "GET", path, &[], None)
        .await
        .unwrap();
    assert_eq!(page.status, 200);
    let mut text = String::new();
    loop {
        match page.next().await {
            Ok(Some(part)) => text.push_str(&String::from_utf8_lossy(&part)),
            Ok(None) => return (text, false),
            Err(_) => return (text, true),
        }
    }
}

/// Its head has been sent with 200: only the end of the connection can tell that the rest does not come.
#[tokio::test]
async fn a_page_that_breaks_in_the_middle_never_looks_whole() {
    let mut site = Site::start(&[]).await;
    let (whole, broken) = streamed(&site).await;
    assert!(!broken && whole.contains("</html>"));
    let cards = |text: &str| text.matches("<article>").count();
    assert_eq!(cards(&whole), PLACES);
    site.relay.put(Trouble::CutsAt("cursor=")).await.unwrap();
    let (part, broken) = streamed(&site).await;
    assert!(broken && !part.contains("</html>"), "{part}");
    assert!((1..PLACES).contains(&cards(&part)), "{part}");
    let logs = site.web.until_says("path=\"/hbnb\"", PATIENCE).await;
    logs.unwrap();
    site.relay.put(Trouble::None).await.unwrap();
    assert_eq!(streamed(&site).await.0, whole);
}

/// Both attempts fail, each in a span of its own below that of the page.
#[tokio::test]
async fn each_attempt_has_a_span() {
    let collector = Collector::start().await.unwrap();
    let endpoint = collector.url();
    let mut site = Site::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ])
    .await;
    site.relay.put(HALF).await.unwrap();
    let page = get(site.web.base(), "/states_list").await.unwrap();
    assert_eq!(page.status, 503);
    let server = collector.span("GET /states_list").await.unwrap();
    let spans = collector.spans();
    let attempts = spans.iter().filter(|span| span.name == "GET /states");
    let attempts: Vec<_> = attempts.collect();
    let resends = attempts
        .iter()
        .map(|span| span.get("http.request.resend_count"));
    assert_eq!(resends.collect::<Vec<_>>(), [None, Some("1")], "{spans:#?}");
    for span in attempts {
        assert!(span.is_client && span.is_error, "{span:#?}");
        assert_eq!(span.parent, server.id);
        assert_eq!(span.get("error.type"), Some("unreachable"));
    }
}
