//! Answers as bad servers give them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A client of a server that gives one of these answers on each connection, and then closes it.
async fn client(answers: &'static [&'static str], fresh: bool) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 1024];
            let got = stream.read(&mut head).await.unwrap();
            assert!(head[..got].ends_with(b"\r\n\r\n"));
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let manner = Manner {
        fresh,
        insecure: false,
        timeout: Duration::from_secs(10),
        headers: HeaderMap::new(),
    };
    Client::new(target.parse().unwrap(), manner).unwrap()
}

async fn get(client: &Client) -> Result<Bytes, Cause> {
    let ask = Request::get("/").body(Full::default()).unwrap();
    let answer = client.send(ask).await;
    answer
        .map(|answer| answer.body)
        .map_err(|failed| failed.cause)
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_costs_nothing() {
    let client = client(&[WHOLE, WHOLE, WHOLE], false).await;
    for _ in 0..3 {
        assert_eq!(get(&client).await, Ok(Bytes::from_static(b"ok")));
    }
    // Nobody is there any more.
    let last = get(&client).await.unwrap_err();
    assert!(matches!(last, Cause::Connect | Cause::Reset), "{last:?}");
}

#[tokio::test]
async fn answers_that_break_off() {
    let answers = &[
        "",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
    ];
    let client = client(answers, true).await;
    for cause in [
        Cause::Reset,
        Cause::Reset,
        Cause::Truncated,
        Cause::Truncated,
        Cause::Content,
    ] {
        assert_eq!(get(&client).await, Err(cause));
    }
}

#[tokio::test]
async fn no_answer_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let manner = Manner {
        fresh: false,
        insecure: false,
        timeout: Duration::from_millis(50),
        headers: HeaderMap::new(),
    };
    let target = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::new(target.parse().unwrap(), manner).unwrap();
    assert_eq!(get(&client).await, Err(Cause::Timeout));
}
