//! Clients that waste a server's time, each in its own way.

use std::future::pending;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

const DRIP: Duration = Duration::from_secs(1);
const BODY: &str = "POST /api/v1/places_search HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";

const SEARCH: &str = "POST /api/v1/places_search HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

/// A way to be slow.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Profile {
    /// Says nothing.
    Silent,
    /// Begins a head.
    HalfHead,
    /// Sends a head byte by byte.
    DrippingHead,
    /// Begins a body.
    HalfBody,
    /// Sends a body byte by byte.
    DrippingBody,
    /// Has had its answer, and stays.
    Idle,
}

impl Profile {
    pub(crate) const ALL: [Profile; 6] = [
        Profile::Silent,
        Profile::HalfHead,
        Profile::DrippingHead,
        Profile::HalfBody,
        Profile::DrippingBody,
        Profile::Idle,
    ];

    /// When the server closes such a connection: by its clocks of the first byte, the head, the body, the whole request
    /// and idle connections.
    pub(crate) fn clock(self) -> Duration {
        Duration::from_secs(match self {
            Profile::Silent | Profile::HalfHead | Profile::DrippingHead => 10,
            Profile::HalfBody => 15,
            Profile::DrippingBody => 60,
            Profile::Idle => 75,
        })
    }

    /// The reason under which the server counts it; none where it was answered first.
    pub(crate) fn reason(self) -> Option<&'static str> {
        match self {
            Profile::Silent | Profile::Idle => Some("idle"),
            Profile::HalfHead | Profile::DrippingHead => Some("header_timeout"),
            Profile::HalfBody => Some("body_timeout"),
            Profile::DrippingBody => None,
        }
    }

    fn start(self) -> &'static str {
        match self {
            Profile::Silent => "",
            Profile::HalfHead => "GET /api/v1/status HTTP/1.1\r\nHost: h\r\nX-",
            Profile::DrippingHead => "G",
            Profile::HalfBody | Profile::DrippingBody => BODY,
            Profile::Idle => "GET /api/v1/status HTTP/1.1\r\nHost: h\r\n\r\n",
        }
    }

    /// Bytes to send one by one after the start.
    fn drip(self) -> &'static [u8] {
        match self {
            Profile::DrippingHead => {
                b"ET /api/v1/status HTTP/1.1\r\nHost: h\r\nX-A: and so on and on\r\n"
            }
            Profile::DrippingBody => &[b' '; 1000],
            _ => b"",
        }
    }

    /// Lets one such client loose; how long it was borne, and what it was answered.
    pub(crate) async fn play(self, address: String, patience: Duration) -> (Duration, String) {
        let stream = TcpStream::connect(&address).await.unwrap();
        let started = Instant::now();
        let (mut read, mut write) = stream.into_split();
        write.write_all(self.start().as_bytes()).await.unwrap();
        let dripping = async {
            for byte in self.drip() {
                sleep(DRIP).await;
                if write.write_all(&[*byte]).await.is_err() {
                    break;
                }
            }
            pending::<()>().await;
        };
        let mut answer = Vec::new();
        let closed = async {
            // A reset is an end too.
            let _ = read.read_to_end(&mut answer).await;
        };
        let ended = timeout(patience, async {
            tokio::select! {
                () = dripping => {}
                () = closed => {}
            }
        });
        assert!(ended.await.is_ok(), "{self:?} is borne for {patience:?}");
        (started.elapsed(), String::from_utf8(answer).unwrap())
    }
}

/// Reads the list of all places at a kilobyte a second, with as little room for what is sent as the system allows.
pub(crate) async fn sip(address: String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
    stream.write_all(SEARCH.as_bytes()).await.unwrap();
    let mut kilobyte = [0; 1024];
    while stream.read_exact(&mut kilobyte).await.is_ok() {
        sleep(DRIP).await;
    }
}
