//! A host of several replicas, which come and go.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::BoxError;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

use super::{AGE, CONNECT, KEPT, Sender, client_by};

const SHORT: Duration = Duration::from_millis(200);
/// Less than [`AGE`].
const PATIENCE: Duration = Duration::from_secs(10);

/// A replica that answers whatever it is asked, on as many connections as one likes.
struct Replica {
    address: SocketAddr,
    /// How many connections there are now.
    open: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Replica {
    async fn start() -> Replica {
        Replica::that_awaits(1).await
    }

    /// One that answers only once so many wait for an answer.
    async fn that_awaits(requests: usize) -> Replica {
        let all = Arc::new(Barrier::new(requests));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let replica = Replica {
            address: listener.local_addr().unwrap(),
            open: Arc::default(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (replica.connections.clone(), replica.requests.clone());
        let open = replica.open.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::Relaxed);
                open.fetch_add(1, Ordering::Relaxed);
                let (open, all, requests) = (open.clone(), all.clone(), requests.clone());
                tokio::spawn(async move {
                    answer_all(stream, &requests, &all).await;
                    open.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
        replica
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

async fn answer_all(mut stream: TcpStream, requests: &AtomicUsize, all: &Barrier) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
        requests.fetch_add(1, Ordering::Relaxed);
        all.wait().await;
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]";
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

/// The addresses of the host `api`, as the test likes them.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<Vec<SocketAddr>>>);

impl Names {
    fn set(&self, addresses: &[SocketAddr]) {
        *self.0.lock().unwrap() = addresses.to_vec();
    }

    fn client(&self, age: Duration) -> Sender {
        let names = self.0.clone();
        let lookup = tower::service_fn(move |_| {
            let found = names.lock().unwrap().clone();
            async { Ok::<_, BoxError>(found) }
        });
        client_by(BoxCloneSyncService::new(lookup), age)
    }
}

async fn two_replicas() -> (Names, Replica, Replica) {
    let (one, other) = (Replica::start().await, Replica::start().await);
    (Names::default(), one, other)
}

async fn ask(client: &Sender) {
    let request = Request::get("http://api/").body(Body::empty()).unwrap();
    let response = client.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body().collect().await.unwrap();
}

#[tokio::test]
async fn a_connection_is_used_again_while_it_is_young() {
    let (names, replica) = (Names::default(), Replica::start().await);
    names.set(&[replica.address]);
    let client = names.client(AGE);
    for _ in 0..20 {
        ask(&client).await;
    }
    assert_eq!((replica.connections(), replica.requests()), (1, 20));
}

/// Of those that a rush has made, no more are kept than may be.
#[tokio::test]
async fn idle_connections_are_few() {
    let rush = KEPT + 8;
    let (names, replica) = (Names::default(), Replica::that_awaits(rush).await);
    names.set(&[replica.address]);
    let client = names.client(AGE);
    let asked = (0..rush).map(|_| {
        let client = client.clone();
        async move { ask(&client).await }
    });
    asked.collect::<JoinSet<()>>().join_all().await;
    assert_eq!(replica.connections(), rush);
    let few = async || Ok(replica.open.load(Ordering::Relaxed) <= KEPT);
    rig::until("few connections", PATIENCE, few).await.unwrap();
    assert_eq!(replica.open.load(Ordering::Relaxed), KEPT);
}

/// A new replica gets calls as soon as a connection is too old, although the others go on answering.
#[tokio::test]
async fn a_new_replica_is_found() {
    let (names, old, new) = two_replicas().await;
    names.set(&[old.address]);
    let client = names.client(SHORT);
    ask(&client).await;
    names.set(&[old.address, new.address]);
    let since = Instant::now();
    while new.requests() == 0 {
        assert!(since.elapsed() < PATIENCE, "the new one gets none");
        ask(&client).await;
    }
    assert_eq!(old.connections(), 1, "the very next connection is to it");
}

/// Those that are asked at the same time have connections to all replicas.
#[tokio::test]
async fn load_is_spread() {
    let (names, one, other) = two_replicas().await;
    names.set(&[one.address, other.address]);
    let client = names.client(Duration::ZERO);
    for _ in 0..10 {
        ask(&client).await;
    }
    assert_eq!((one.requests(), other.requests()), (5, 5));
}

/// A name server that answers no more, or in words that help nobody, takes no replica away.
#[tokio::test]
async fn a_name_that_was_found_once_is_enough() {
    let replica = Replica::start().await;
    let (address, asked) = (replica.address, Arc::<AtomicUsize>::default());
    let lookup = tower::service_fn(move |_| {
        let before = asked.fetch_add(1, Ordering::Relaxed);
        async move {
            match before {
                0 => Ok(vec![address]),
                1 => Err(BoxError::from("try again")),
                _ => std::future::pending().await,
            }
        }
    });
    let client = client_by(BoxCloneSyncService::new(lookup), Duration::ZERO);
    let since = Instant::now();
    for _ in 0..3 {
        ask(&client).await;
    }
    assert!(since.elapsed() < PATIENCE, "{:?}", since.elapsed());
    assert_eq!((replica.connections(), replica.requests()), (3, 3));
}

/// The address of a replica whose port nobody listens on.
async fn closed() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

#[tokio::test]
async fn a_dead_replica_is_skipped() {
    let (names, alive) = (Names::default(), Replica::start().await);
    names.set(&[closed().await, alive.address]);
    let client = names.client(Duration::ZERO);
    for _ in 0..4 {
        ask(&client).await;
    }
    assert_eq!(alive.requests(), 4);
}

/// One that does not even refuse, because its queue of connections is full, costs no more than its part of the time.
#[tokio::test]
async fn a_silent_replica_is_skipped() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let silent = socket.listen(1).unwrap();
    let address = silent.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(Ok(stream)) = timeout(SHORT, TcpStream::connect(address)).await {
        queue.push(stream);
    }
    let (names, alive) = (Names::default(), Replica::start().await);
    names.set(&[address, alive.address]);
    let client = names.client(Duration::ZERO);
    let since = Instant::now();
    // One of two turns is the silent one's.
    ask(&client).await;
    ask(&client).await;
    let took = since.elapsed();
    assert!(took >= CONNECT / 2 && took < 2 * CONNECT, "{took:?}");
    assert_eq!(alive.requests(), 2);
}
