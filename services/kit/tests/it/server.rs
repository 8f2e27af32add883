//! A server to test against, and a client that speaks bytes.

use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use kit::admin::{self, Health};
use kit::config::{Listen, Listens, SocketAccess};
use kit::layers::Terms;
use kit::notify::Notifier;
use kit::serve::{Clocks, Drain, Listeners, Outcome, Serve, ServeError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// What takes longer than this has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
pub(crate) const LONG: Duration = Duration::from_secs(60);
/// What a clock is set to that should end something.
pub(crate) const SHORT: Duration = Duration::from_millis(50);
/// Clocks too long to matter.
pub(crate) const CALM: Clocks = Clocks {
    first_byte: LONG,
    head: LONG,
    idle: LONG,
    body: LONG,
    write: LONG,
};

/// A running server. `GET /slow` says `entered` and is answered once `release` is notified.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) admin: Listen,
    pub(crate) health: Health,
    pub(crate) entered: Arc<Notify>,
    pub(crate) release: Arc<Notify>,
    stop: oneshot::Sender<()>,
    interrupt: Option<oneshot::Sender<()>>,
    outcome: JoinHandle<Outcome>,
}

pub(crate) async fn listeners(text: &str) -> Listeners {
    let listens: Listens = text.parse().unwrap();
    Listeners::bind(&listens, "bind", &SocketAccess::default())
        .await
        .unwrap()
}

pub(crate) fn drain(delay: Duration, linger: Duration, deadline: Duration) -> Drain {
    Drain {
        delay,
        linger,
        deadline,
    }
}

/// How a server is set up.
pub(crate) struct Settings {
    pub(crate) bind: String,
    pub(crate) drain: Drain,
    pub(crate) clocks: Clocks,
    pub(crate) connection_limit: u32,
    pub(crate) terms: Terms,
}

impl Settings {
    /// Clocks too long to matter.
    pub(crate) fn calm(drain: Drain) -> Settings {
        Settings {
            bind: "127.0.0.1:0".to_owned(),
            drain,
            clocks: CALM,
            connection_limit: 0,
            terms: Terms::default(),
        }
    }
}

/// A server whose clocks are too long to matter.
pub(crate) async fn start(drain: Drain) -> Server {
    start_on("127.0.0.1:0", drain, CALM).await
}

pub(crate) async fn start_on(bind: &str, drain: Drain, clocks: Clocks) -> Server {
    let bind = bind.to_owned();
    start_set(Settings {
        bind,
        clocks,
        ..Settings::calm(drain)
    })
    .await
}

pub(crate) async fn start_set(settings: Settings) -> Server {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = start_with(routes(&entered, &release), settings).await;
    Server {
        entered,
        release,
        ..server
    }
}

pub(crate) async fn start_with(router: Router, settings: Settings) -> Server {
    let (main, admin) = (
        listeners(&settings.bind).await,
        listeners("127.0.0.1:0").await,
    );
    let address = main.addresses()[0].trim_start_matches("http://").to_owned();
    let admin_address = admin.addresses()[0]
        .trim_start_matches("http://")
        .parse()
        .unwrap();
    let health = Health::new();
    health.started();
    let router = kit::layers::apply(router, &health, &settings.terms);
    let serve = Serve {
        main,
        admin,
        admin_router: admin::router(&health, None, &admin::Live::default()),
        faults: None,
        health: health.clone(),
        drain: settings.drain,
        clocks: settings.clocks,
        connection_limit: settings.connection_limit.into(),
        notifier: Notifier::default(),
        board: None,
    };
    let (stop, stopped) = oneshot::channel();
    let (interrupt, interrupted) = oneshot::channel::<()>();
    let outcome = tokio::spawn(async move {
        let router = ready(Ok::<_, ServeError>(router));
        let shutdown = async { stopped.await.unwrap() };
        let interrupt = async {
            if interrupted.await.is_err() {
                pending::<()>().await;
            }
        };
        let ended = serve.run_until(router, shutdown, interrupt).await;
        ended.unwrap()
    });
    Server {
        address,
        admin: admin_address,
        health,
        entered: Arc::default(),
        release: Arc::default(),
        stop,
        interrupt: Some(interrupt),
        outcome,
    }
}

fn routes(entered: &Arc<Notify>, release: &Arc<Notify>) -> Router {
    let (entered, release) = (entered.clone(), release.clone());
    let slow = async move || {
        entered.notify_one();
        release.notified().await;
        "slow"
    };
    Router::new()
        .route("/", get(async || "hello"))
        .route(
            "/pause",
            get(async || tokio::time::sleep(Duration::from_millis(200)).await),
        )
        .route(
            "/panic",
            get(async || -> &'static str { panic!("as asked") }),
        )
        .route("/slow", get(slow))
}

impl Server {
    pub(crate) async fn connect(&self) -> Client {
        Client(TcpStream::connect(&self.address).await.unwrap())
    }

    /// Orders the stop and waits until the drain has begun.
    pub(crate) async fn stop(self) -> Stopping {
        self.stop.send(()).unwrap();
        while !self.health.is_draining() {
            tokio::task::yield_now().await;
        }
        Stopping {
            address: self.address,
            admin: self.admin,
            release: self.release,
            interrupt: self.interrupt,
            outcome: self.outcome,
        }
    }
}

/// A server that drains.
pub(crate) struct Stopping {
    pub(crate) address: String,
    pub(crate) admin: Listen,
    pub(crate) release: Arc<Notify>,
    interrupt: Option<oneshot::Sender<()>>,
    outcome: JoinHandle<Outcome>,
}

impl Stopping {
    pub(crate) fn interrupt(&mut self) {
        self.interrupt.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn outcome(self) -> Outcome {
        timeout(PATIENCE, self.outcome).await.unwrap().unwrap()
    }
}

/// One connection.
pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Asks and reads the answer, whose body must end with `end`.
    pub(crate) async fn get(&mut self, path: &str, end: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"))
            .await;
        self.read_to(end).await
    }

    pub(crate) async fn read_to(&mut self, end: &str) -> String {
        self.read_until(|text| text.ends_with(end)).await
    }

    /// Reads until `part` has come, perhaps a little more.
    pub(crate) async fn read_past(&mut self, part: &str) -> String {
        self.read_until(|text| text.contains(part)).await
    }

    async fn read_until(&mut self, enough: impl Fn(&str) -> bool) -> String {
        let mut text = String::new();
        while !enough(&text) {
            let mut part = [0; 1024];
            let length = timeout(PATIENCE, self.0.read(&mut part))
                .await
                .unwrap()
                .unwrap();
            assert!(length > 0, "closed after {text:?}");
            text.push_str(std::str::from_utf8(&part[..length]).unwrap());
        }
        text
    }

    /// What comes until the server closes the connection.
    pub(crate) async fn rest(&mut self) -> String {
        let mut text = String::new();
        timeout(PATIENCE, self.0.read_to_string(&mut text))
            .await
            .expect("the connection stays open")
            .unwrap();
        text
    }
}
