//! What stories of a master and its workers have in common: a site on a database of its own, and what its visitors ask. They
//! end at the first thing that is not as it should be.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use crate::http::send;
use crate::master::Status;
use crate::{Asked, Clients, Master, Question, Storage, announce};
use serde_json::Value;
use std::time::Duration;

/// Longer than anything takes on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A running site; its fields go in this order.
pub struct Site {
    pub master: Master,
    pub storage: Storage,
}

impl Site {
    /// Two workers on an empty SQLite file.
    pub async fn start(args: &[&str]) -> Site {
        Site::start_with(args, &[]).await
    }

    pub async fn start_with(args: &[&str], envs: &[(&str, &str)]) -> Site {
        Site::on(Storage::sqlite().unwrap(), args, envs).await
    }

    /// Two workers, unless the flags say otherwise.
    pub async fn on(storage: Storage, args: &[&str], envs: &[(&str, &str)]) -> Site {
        let args = match args.contains(&"--workers") {
            true => args.to_vec(),
            false => [&["--workers", "2"], args].concat(),
        };
        let master = Master::start(&storage, &args, envs).await.unwrap();
        master.until_settled(LIMIT).await.unwrap();
        Site { master, storage }
    }

    /// Visitors who read, search and write.
    pub fn visitors(&self) -> Clients {
        Clients::start(self.master.address(), &questions())
    }

    /// Puts a fault on, which is `name?value=…`; at one worker with `worker=SLOT`.
    pub async fn fault(&self, fault: &str) {
        let path = format!("/faults/{fault}");
        let reply = send(self.master.server.admin(), "PUT", &path, &[], None, LIMIT);
        let reply = reply.await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    /// The lines of its log with this message, where the log is JSON.
    pub fn events(&self, message: &str) -> Vec<Value> {
        let logs = self.master.server.logs();
        let lines = logs
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        lines
            .filter(|line: &Value| {
                line["message"]
                    .as_str()
                    .is_some_and(|text| text.contains(message))
            })
            .collect()
    }

    /// How many workers have ended for this cause.
    pub async fn ended(&self, cause: &str) -> f64 {
        let series = format!("worker_ends_total{{cause=\"{cause}\"}}");
        let metrics = self.master.server.scrape().await.unwrap();
        metrics.figure(&series).unwrap()
    }

    /// Runs a command of `hbnb` that has to do what it is told, and gives what it said.
    pub async fn done(&self, args: &[&str]) -> String {
        let ran = self.master.hbnb(args).await.unwrap();
        assert_eq!(
            ran.code,
            Some(0),
            "{args:?}: {}\n{}",
            ran.said,
            self.master.server.logs()
        );
        ran.said
    }

    /// The turns-th reload, from 0, to its end: by command and by signal in turn.
    pub async fn reload(&self, turn: u64) {
        let wanted = turn + 2;
        match turn % 2 {
            0 => {
                let said = self.done(&["reload", "--wait"]).await;
                let serves = format!("generation {wanted} serves");
                assert!(said.starts_with(&serves), "{said}");
            }
            _ => self.master.server.signal("HUP").unwrap(),
        }
        let serves = |status: &Status| status.generation == wanted;
        self.master.until("it serves", LIMIT, serves).await.unwrap();
    }

    /// Runs one that has to fail, and gives what it said.
    pub async fn refused(&self, args: &[&str]) -> String {
        let ran = self.master.hbnb(args).await.unwrap();
        assert_eq!(ran.code, Some(1), "{args:?}: {}", ran.said);
        ran.said
    }
}

pub fn questions() -> [Question; 4] {
    [
        Question::get("/api/v1/status"),
        Question::post("/api/v1/places_search", "{}", 200),
        Question::get("/api/v1/stats"),
        Question::post("/api/v1/states", r#"{"name": "Ohio"}"#, 201),
    ]
}

/// Asserts that all was answered, and tells how much that was.
pub fn nothing_lost(what: &str, asked: &Asked) {
    announce(&format!(
        "{what}: {} answered, {} lost, the slowest took {:?}",
        asked.answered,
        asked.lost.len(),
        asked.slowest
    ));
    assert_eq!(asked.lost, Vec::<String>::new(), "{what}");
}
