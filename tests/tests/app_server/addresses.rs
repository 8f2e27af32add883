//! Addresses that come and go with the configuration.

use rig::master::Status;
use rig::process::free_port;
use rig::site::{nothing_lost, questions};
use rig::{Half, until};

use crate::LIMIT;
use crate::configured::Configured;

/// An address more is bound before the reload is done, one fewer is let go after; nobody at the others notices.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_come_and_go() {
    let configured = Configured::start().await;
    let (site, main) = (&configured.site, &configured.main);
    let visitors = site.visitors();
    let other = format!("127.0.0.1:{}", free_port().unwrap());
    configured.write(&format!("{main},{other}"), site.storage.url(), "");
    site.done(&["reload", "--wait"]).await;
    let more = rig::Clients::start(&other, &questions());
    more.until_answered(50).await.unwrap();
    nothing_lost("an address more", &more.end().await);
    configured.write(main, site.storage.url(), "");
    site.done(&["reload", "--wait"]).await;
    until("the other is let go", LIMIT, async || {
        Ok(std::net::TcpStream::connect(&other).is_err())
    })
    .await
    .unwrap();
    nothing_lost("the address that stays", &visitors.end().await);
}

/// An address that only a worker which leaves has any more is still to be had.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_comes_back_while_it_is_let_go() {
    let configured = Configured::start().await;
    let (site, main) = (&configured.site, &configured.main);
    let url = site.storage.url();
    let other = format!("127.0.0.1:{}", free_port().unwrap());
    let both = format!("{main},{other}");
    configured.write(&both, url, "");
    site.done(&["reload", "--wait"]).await;
    let slow = Half::begin(&format!("http://{other}")).await.unwrap();
    configured.write(main, url, "");
    site.done(&["reload", "--wait"]).await;
    let leaves = |status: &Status| {
        let mut workers = status.workers.iter();
        workers.any(|worker| worker.state == "draining" && worker.in_flight > 0)
    };
    site.master
        .until("its worker leaves", LIMIT, leaves)
        .await
        .unwrap();
    configured.write(&both, url, "");
    site.done(&["reload", "--wait"]).await;
    let answer = rig::http::get(&format!("http://{other}"), "/api/v1/status").await;
    assert_eq!(answer.unwrap().status, 200);
    let answer = slow.finish().await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
}
