//! What happened in a browser: its console, and its network as its own events tell it.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use thirtyfour::BrowserLogEntry;

/// A request of a page, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    pub url: String,
    /// What it is for: `Document`, `Script`, `Stylesheet`, `Fetch`…
    pub kind: String,
    /// Bytes that came over the network, head and body; none while it is under way.
    pub bytes: Option<u64>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    id: String,
}

#[derive(Debug, Default)]
pub(super) struct Record {
    messages: Vec<String>,
    exchanges: Vec<Exchange>,
}

impl Record {
    /// Takes in an entry of the console.
    pub(super) fn hear(&mut self, entry: &BrowserLogEntry) {
        self.messages
            .push(format!("{}: {}", entry.level, entry.message));
    }

    /// Takes in an event; most mean nothing here.
    pub(super) fn see(&mut self, entry: &str) -> Result<()> {
        let Entry { message } = serde_json::from_str(entry).context("an event of the browser")?;
        let Event { method, params } = message;
        let text = |pointer: &str| {
            params
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let number = |pointer: &str| params.pointer(pointer).and_then(Value::as_f64);
        match method.as_str() {
            // The browser's own pages are nobody's business.
            "Network.requestWillBeSent" if text("/documentURL").starts_with("http") => {
                self.end(
                    text("/requestId"),
                    number("/redirectResponse/encodedDataLength"),
                );
                self.exchanges.push(Exchange {
                    url: text("/request/url").to_owned(),
                    kind: text("/type").to_owned(),
                    bytes: None,
                    failure: None,
                    id: text("/requestId").to_owned(),
                });
            }
            "Network.loadingFinished" => self.end(text("/requestId"), number("/encodedDataLength")),
            "Network.loadingFailed" => {
                // A page that is left drops what it no longer needs.
                let dropped = params.pointer("/canceled") == Some(&Value::Bool(true));
                if let Some(exchange) = self.open(text("/requestId")) {
                    exchange.failure = (!dropped).then(|| text("/errorText").to_owned());
                    exchange.bytes = Some(0);
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    pub(super) fn is_settled(&mut self) -> bool {
        self.exchanges
            .iter()
            .all(|exchange| exchange.bytes.is_some())
    }

    pub(super) fn complaints(&self, site: &str) -> Vec<String> {
        let is_own = |url: &str| {
            let rest = url.strip_prefix(site);
            rest.is_some_and(|rest| rest.starts_with('/')) || url.starts_with("data:")
        };
        let strange = self
            .exchanges
            .iter()
            .filter(|exchange| !is_own(&exchange.url));
        let strange = strange.map(|exchange| format!("asked {}", exchange.url));
        let failed = self.exchanges.iter().filter_map(|exchange| {
            let failure = exchange.failure.as_ref()?;
            Some(format!("{}: {failure}", exchange.url))
        });
        self.messages
            .iter()
            .cloned()
            .chain(strange)
            .chain(failed)
            .collect()
    }

    fn end(&mut self, id: &str, bytes: Option<f64>) {
        let Some(bytes) = bytes else { return };
        if let Some(exchange) = self.open(id) {
            exchange.bytes = Some(whole(bytes));
        }
    }

    fn open(&mut self, id: &str) -> Option<&mut Exchange> {
        let mut latest = self.exchanges.iter_mut().rev();
        latest.find(|exchange| exchange.id == id && exchange.bytes.is_none())
    }
}

#[derive(Deserialize)]
struct Entry {
    message: Event,
}

#[derive(Deserialize)]
struct Event {
    method: String,
    params: Value,
}

/// The protocol has numbers of bytes as those of JavaScript.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are whole, positive and far from the limits"
)]
fn whole(bytes: f64) -> u64 {
    bytes as u64
}

#[cfg(test)]
mod tests {
    use super::Record;
    use serde_json::{Value, json};

    const SITE: &str = "http://127.0.0.1:8080";

    fn record(events: &[(&str, Value)]) -> Record {
        let mut record = Record::default();
        for (method, params) in events {
            let entry =
                json!({"message": {"method": format!("Network.{method}"), "params": params}});
            record.see(&entry.to_string()).unwrap();
        }
        record
    }

    fn request(id: &str, url: &str) -> (&'static str, Value) {
        let document = format!("{SITE}/");
        let params = json!({"requestId": id, "type": "Script", "documentURL": document, "request": {"url": url}});
        ("requestWillBeSent", params)
    }

    #[test]
    fn sizes() {
        let mut redirected = request("1", "http://127.0.0.1:8080/b");
        redirected.1["redirectResponse"] = json!({"encodedDataLength": 90});
        let mut record = record(&[
            request("1", "http://127.0.0.1:8080/a"),
            redirected,
            (
                "loadingFinished",
                json!({"requestId": "1", "encodedDataLength": 400}),
            ),
            request("2", "http://127.0.0.1:8080/c"),
        ]);
        let sizes: Vec<_> = record
            .exchanges()
            .iter()
            .map(|exchange| exchange.bytes)
            .collect();
        assert_eq!(sizes, [Some(90), Some(400), None]);
        assert!(!record.is_settled());
        assert!(record.complaints(SITE).is_empty());
    }

    #[test]
    fn strangers_and_failures() {
        let own = json!({
            "requestId": "4", "documentURL": "chrome://newtab/", "request": {"url": "https://elsewhere.example/"},
        });
        let failed = |id| {
            let params =
                json!({"requestId": id, "errorText": "net::ERR_FAILED", "canceled": id == "3"});
            ("loadingFailed", params)
        };
        let mut record = record(&[
            request("1", "http://127.0.0.1:80801/"),
            request("2", "http://127.0.0.1:8080/a"),
            request("3", "http://127.0.0.1:8080/b"),
            ("requestWillBeSent", own),
            failed("1"),
            failed("2"),
            failed("3"),
        ]);
        let wanted = [
            "asked http://127.0.0.1:80801/",
            "http://127.0.0.1:80801/: net::ERR_FAILED",
            "http://127.0.0.1:8080/a: net::ERR_FAILED",
        ];
        assert_eq!(record.complaints(SITE), wanted);
        assert!(record.is_settled());
    }
}
