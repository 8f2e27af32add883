//! Somebody who scrapes a server all the time, and sees to it that nothing that is counted ever falls.

use crate::http;
use crate::metrics::Metrics;
use anyhow::Result;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// From one scrape to the next.
const PAUSE: Duration = Duration::from_millis(100);

/// Scrapes that go on.
#[derive(Debug)]
pub struct Scrapes {
    task: JoinHandle<Scraped>,
    ends: Arc<AtomicBool>,
}

/// What they have come to.
#[derive(Debug, Default)]
pub struct Scraped {
    pub scrapes: usize,
    /// Those that had no answer.
    pub unanswered: usize,
    /// Each counter that has fallen or gone.
    pub fallen: Vec<String>,
    last: HashMap<String, f64>,
}

impl Scrapes {
    /// Scrapes the admin listener at `http://host:port`.
    pub fn begin(admin: &str) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let (admin, end) = (admin.to_owned(), ends.clone());
        let task = tokio::spawn(async move {
            let mut scraped = Scraped::default();
            loop {
                // One more after the end, which sees all.
                let is_last = end.load(Ordering::Relaxed);
                match http::get(&admin, "/metrics").await {
                    Ok(reply) if reply.status == 200 => {
                        scraped.hold_against(&Metrics(reply.text().into_owned()));
                    }
                    _ => scraped.unanswered += 1,
                }
                if is_last {
                    return scraped;
                }
                sleep(PAUSE).await;
            }
        });
        Self { task, ends }
    }

    pub async fn end(self) -> Result<Scraped> {
        self.ends.store(true, Ordering::Relaxed);
        Ok(self.task.await?)
    }
}

impl Scraped {
    fn hold_against(&mut self, metrics: &Metrics) {
        let now: HashMap<String, f64> = metrics
            .counted()
            .map(|(series, figure)| (series.to_owned(), figure))
            .collect();
        for (series, before) in &self.last {
            match now.get(series) {
                Some(figure) if figure >= before => {}
                Some(figure) => self
                    .fallen
                    .push(format!("{series}: {before}, then {figure}")),
                None => self.fallen.push(format!("{series}: {before}, then gone")),
            }
        }
        self.last = now;
        self.scrapes += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::Scraped;
    use crate::metrics::Metrics;

    #[test]
    fn what_falls() {
        let text = |counter: &str, gauge: u32| {
            let text = format!("# TYPE a counter\n{counter}# TYPE g gauge\ng {gauge}\n");
            Metrics(text)
        };
        let mut scraped = Scraped::default();
        scraped.hold_against(&text("a{b=\"1\"} 2\n", 5));
        scraped.hold_against(&text("a{b=\"1\"} 2\na{b=\"2\"} 1\n", 4));
        assert_eq!((scraped.scrapes, scraped.fallen.len()), (2, 0));
        scraped.hold_against(&text("a{b=\"1\"} 1\n", 5));
        scraped.fallen.sort();
        let wanted = ["a{b=\"1\"}: 2, then 1", "a{b=\"2\"}: 1, then gone"];
        assert_eq!(scraped.fallen, wanted);
    }
}
