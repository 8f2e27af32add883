//! Somebody who reads all the time, whatever is broken.

use crate::writer::AT_ONCE;
use rig::announce;
use rig::http::send;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// It is sent while it is read from the database.
const LIST: &str = "/api/v1/states";
const PATHS: [&str; 4] = ["/", LIST, "/states_list", "/static/styles/4-common.css"];
/// Longer than any answer may take, to tell how long it took.
const LIMIT: Duration = Duration::from_secs(30);
/// From one page to the next.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) struct Reader {
    task: JoinHandle<Heard>,
    ends: Arc<AtomicBool>,
}

#[derive(Default)]
struct Heard {
    answers: usize,
    troubles: usize,
    broken: usize,
    slowest: Duration,
    complaints: Vec<String>,
}

impl Reader {
    pub(crate) fn begin(base: &str) -> Reader {
        let ends = Arc::new(AtomicBool::new(false));
        let (base, end) = (base.to_owned(), Arc::clone(&ends));
        let task = tokio::spawn(async move {
            let mut heard = Heard::default();
            for path in PATHS.iter().cycle() {
                if end.load(Ordering::Relaxed) {
                    break;
                }
                heard.read(&base, path).await;
                tokio::time::sleep(PAUSE).await;
            }
            heard
        });
        Reader { task, ends }
    }

    /// Each answer came at once, and was the page or said what is wrong, and by no inner text.
    pub(crate) async fn was_well_told(self) {
        self.ends.store(true, Ordering::Relaxed);
        let heard = self.task.await.unwrap();
        announce(&format!(
            "{} answers through it all, {} of trouble, the slowest after {:.1?}; {} lists broke off",
            heard.answers, heard.troubles, heard.slowest, heard.broken
        ));
        assert!(
            heard.answers > 20 && heard.complaints.is_empty(),
            "{:#?}",
            heard.complaints
        );
    }
}

impl Heard {
    /// A list that has begun can tell in no other way that the rest does not come.
    fn breaks_off(&mut self, path: &str, why: &str) {
        match path == LIST && why.contains("error reading a body") {
            true => self.broken += 1,
            false => self.complaints.push(format!("{path}: {why}")),
        }
    }

    async fn read(&mut self, base: &str, path: &str) {
        let asked = Instant::now();
        let reply = send(base, "GET", path, &[], None, LIMIT).await;
        let took = asked.elapsed();
        self.slowest = self.slowest.max(took);
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => return self.breaks_off(path, &format!("{error:#}")),
        };
        self.answers += 1;
        let trouble = (502..=504).contains(&reply.status);
        self.troubles += usize::from(trouble);
        let text = reply.text();
        let inner = trouble && (text.contains("sqlx") || text.contains("db:"));
        if took > AT_ONCE || inner || !(trouble || reply.status == 200) {
            self.complaints
                .push(format!("{path}: {} after {took:.1?}", reply.status));
        }
    }
}
