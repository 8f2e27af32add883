//! A site to visit, and a run of `hbnb load`.

use std::time::Duration;

use rig::http::send;
use rig::{Binary, Server, Storage, Visited, Visits, until};
use serde_json::Value;

pub(crate) const LIMIT: Duration = Duration::from_secs(30);

pub(crate) struct Site {
    server: Server,
    storage: Storage,
}

/// The requests of all entries of a list in the report.
pub(crate) fn sum(run: &Visited, list: &str) -> u64 {
    let all = run.report.pointer(list).unwrap().as_array().unwrap();
    let requests = all.iter().map(|one| one["requests"].as_u64().unwrap());
    requests.sum()
}

impl Site {
    /// With demo data.
    pub(crate) async fn new(envs: &[(&str, &str)]) -> Site {
        Site::start(&[], envs).await
    }

    /// Without any data.
    pub(crate) async fn empty() -> Site {
        Site::start(&["--no-demo"], &[]).await
    }

    async fn start(args: &[&str], envs: &[(&str, &str)]) -> Site {
        let storage = Storage::sqlite().unwrap();
        let hbnb = Binary::named("hbnb").unwrap();
        let own = ["serve", "--log", "warn", "--database-url", storage.url()];
        let args = [&own, args].concat();
        let server = Server::start(&hbnb, &args, envs, storage.folder()).await;
        Site {
            server: server.unwrap(),
            storage,
        }
    }

    pub(crate) fn base(&self) -> &str {
        self.server.base()
    }

    pub(crate) fn admin(&self) -> &str {
        self.server.admin()
    }

    pub(crate) fn kill(&mut self) {
        self.server.kill();
    }

    /// Loads it, and waits for the end.
    pub(crate) async fn load(&self, args: &[&str]) -> Visited {
        load(&[&["--url", self.base()], args].concat(), &[]).await
    }

    /// Begins to load it, and waits for nothing.
    pub(crate) fn begin(&self, args: &[&str]) -> Server {
        let args = [&["load", "--url", self.base()], args].concat();
        let hbnb = Binary::named("hbnb").unwrap();
        let command = hbnb.command(&args, &[], self.storage.folder());
        Server::launch(command, "", "").unwrap()
    }

    /// Tells the admin listener something.
    pub(crate) async fn order(&self, method: &str, path: &str) {
        let reply = send(self.server.admin(), method, path, &[], None, LIMIT).await;
        let reply = reply.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    /// Asks the API.
    pub(crate) async fn ask(&self, path: &str) -> Value {
        let reply = send(self.base(), "GET", path, &[], None, LIMIT).await;
        reply.unwrap().json().unwrap()
    }

    /// Requests that the server has answered.
    pub(crate) async fn answered(&self) -> f64 {
        self.server
            .scrape()
            .await
            .unwrap()
            .sum("http_requests_total")
    }

    /// Connections that it has accepted for them.
    pub(crate) async fn connections(&self) -> f64 {
        let main = "connections_accepted_total{listener=\"main\"}";
        let metrics = self.server.scrape().await.unwrap();
        metrics.figure(main).unwrap()
    }

    /// Waits until the load is under way: to learn the site it visits no place, state or city.
    pub(crate) async fn until_visited(&self) {
        until("the load is under way", LIMIT, async || {
            let metrics = self.server.scrape().await?;
            let one = |series: &str| {
                series.starts_with("http_requests_total{") && series.contains("{id}")
            };
            Ok(metrics.series().any(|(series, _)| one(series)))
        })
        .await
        .unwrap();
    }
}

/// Runs `hbnb load --json`.
pub(crate) async fn load(args: &[&str], envs: &[(&str, &str)]) -> Visited {
    Visits::begin(args, envs).unwrap().end(LIMIT).await.unwrap()
}

/// Asserts that a figure is not smaller.
pub(crate) fn at_least(figure: &Value, least: f64) {
    assert!(
        figure.as_f64().is_some_and(|it| it >= least),
        "{figure} < {least}"
    );
}
