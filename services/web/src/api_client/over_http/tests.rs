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
use tokio::time::timeout;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

use super::{AGE, CONNECT, Sender, client_by};

const SHORT: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(10);

/// A replica that answers whatever it is asked, on as many connections as one likes.
struct Replica {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Replica {
    async fn start() -> Replica {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let replica = Replica {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (replica.connections.clone(), replica.requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(answer_all(stream, requests.clone()));
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

async fn answer_all(mut stream: TcpStream, requests: Arc<AtomicUsize>) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
        requests.fetch_add(1, Ordering::Relaxed);
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

/// A new replica gets calls as soon as a connection is too old, although the others go on answering.
#[tokio::test]
async fn a_new_replica_is_found() {
    let (names, old, new) = (
        Names::default(),
        Replica::start().await,
        Replica::start().await,
    );
    names.set(&[old.address]);
    let client = names.client(SHORT);
    ask(&client).await;
    names.set(&[old.address, new.address]);
    let since = Instant::now();
    while new.requests() == 0 {
        assert!(since.elapsed() < SHORT + PATIENCE, "the new one gets none");
        ask(&client).await;
    }
    assert!(since.elapsed() < 2 * SHORT, "{:?}", since.elapsed());
    assert_eq!(old.connections(), 1, "it was used to its end");
}

/// Those that are asked at the same time have connections to all replicas.
#[tokio::test]
async fn load_is_spread() {
    let (names, one, other) = (
        Names::default(),
        Replica::start().await,
        Replica::start().await,
    );
    names.set(&[one.address, other.address]);
    let client = names.client(Duration::ZERO);
    for _ in 0..10 {
        ask(&client).await;
    }
    assert_eq!((one.requests(), other.requests()), (5, 5));
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
    assert!(took >= CONNECT / 2 && took < CONNECT, "{took:?}");
    assert_eq!(alive.requests(), 2);
}
