//! Servers that end under load, handing their listening socket over or closing it: no request is lost, and each is counted.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use rig::heavy::sized;
use rig::process::free_port;
use rig::{Asked, Binary, Clients, Half, Holder, Question, Server, Storage, announce, until};

const LIMIT: Duration = Duration::from_secs(30);
/// What clients ask for.
const PATH: &str = "/api/v1/status";
/// Ends of servers, and the requests that are answered before each.
const SHORT: (usize, usize) = (5, 200);
const LONG: (usize, usize) = (20, 2_500);
/// Takeovers in which one request at least must have been lost.
const MOST_TURNS: usize = 60;

/// Servers that follow each other on one socket.
struct Site {
    holder: Holder,
    linger: &'static str,
}

impl Site {
    fn new(linger: &'static str) -> Site {
        let holder = Holder::new().unwrap();
        Site { holder, linger }
    }

    async fn serve(&self) -> Server {
        // Two masters in one folder, for a moment.
        let control = format!("{}.sock", free_port().unwrap());
        let own = ["--control-socket", &control, "--drain-linger", self.linger];
        self.holder.serve(&own).await.unwrap()
    }

    fn load(&self) -> Clients {
        Clients::start(self.holder.address(), &[Question::get(PATH)])
    }

    /// Lets a successor take over from the server; returns it, and how many requests the other has counted.
    async fn take_over(&self, server: Server) -> (Server, usize) {
        // Begun while nobody else has the socket.
        let last = Half::begin(server.base()).await.unwrap();
        let successor = self.serve().await;
        (successor, stop(server, last).await)
    }
}

/// Stops the server, and tells how many requests of the load it has counted, and logged. The last request is none of these:
/// until it ends the server can be asked for its counts.
async fn stop(mut server: Server, last: Half) -> usize {
    server.terminate().unwrap();
    until("all other connections have ended", LIMIT, async || {
        let open = "connections_open{listener=\"main\"}";
        Ok(server.scrape().await?.figure(open) == Some(1.0))
    })
    .await
    .unwrap();
    let metrics = server.scrape().await.unwrap();
    let answer = last.finish().await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    let status = server.wait(LIMIT).await.unwrap();
    assert_eq!(status.code(), Some(0), "{}", server.logs());
    let logs = server.logs();
    let logged = logs.lines().filter(|line| line.contains(PATH)).count();
    let series = format!("http_requests_total{{method=\"GET\",route=\"{PATH}\",status=\"2xx\"}}");
    let counted = metrics.figure(&series).unwrap_or_default();
    assert_eq!(counted, logged as f64, "counted and logged");
    logged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_is_lost_when_servers_take_turns() {
    let (turns, each) = sized(SHORT, LONG);
    let site = Site::new("1s");
    let mut server = site.serve().await;
    let load = site.load();
    let mut counted = 0;
    for _ in 0..turns {
        load.until_answered(each).await.unwrap();
        let (successor, before) = site.take_over(server).await;
        server = successor;
        counted += before;
    }
    let Asked { answered, lost, .. } = load.end().await;
    let last = Half::begin(server.base()).await.unwrap();
    counted += stop(server, last).await;
    announce(&format!(
        "{turns} takeovers: {answered} answered, {} lost",
        lost.len()
    ));
    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(counted, answered, "counted and answered");
    assert!(answered >= turns * each, "{answered}");
}

/// Whoever is connected when the stop comes is answered; who comes later may be refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_is_lost_of_those_that_a_server_has_accepted() {
    let (turns, each) = sized(SHORT, LONG);
    let storage = Storage::sqlite().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let args = ["serve", "--no-demo", "--database-url", storage.url()];
    let (mut all, mut refused) = (0, 0);
    for _ in 0..turns {
        let server = Server::start(&hbnb, &args, &[], storage.folder());
        let server = server.await.unwrap();
        let address = server.base().trim_start_matches("http://");
        let load = Clients::start(address, &[Question::get(PATH)]);
        load.until_answered(each).await.unwrap();
        let last = Half::begin(server.base()).await.unwrap();
        load.may_be_refused();
        let counted = stop(server, last).await;
        refused += load.refused();
        let Asked { answered, lost, .. } = load.end().await;
        assert_eq!(lost, Vec::<String>::new());
        assert_eq!(counted, answered, "counted and answered");
        all += answered;
    }
    announce(&format!(
        "{turns} stops: {all} answered, {refused} refused, 0 lost"
    ));
    assert!(refused > 0);
}

/// Idle connections that are closed at once meet requests on their way: the load can tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_are_lost_without_the_linger() {
    let site = Site::new("0s");
    let mut server = site.serve().await;
    let load = site.load();
    for _ in 0..MOST_TURNS {
        (server, _) = site.take_over(server).await;
        if load.lost() > 0 {
            break;
        }
    }
    let Asked { answered, lost, .. } = load.end().await;
    announce(&format!("{answered} answered, {} lost", lost.len()));
    assert!(!lost.is_empty());
}
