//! The same behind Debian's nginx, as `hbnb nginx` sets it up.

use rig::site::{Site, nothing_lost, questions};
use rig::{Binary, Clients, Nginx, Tool, missing, run};

use crate::{LIMIT, sized};

/// Reloads, and requests that are answered before each.
const LIGHT: (u64, usize) = (2, 300);
const HEAVY: (u64, usize) = (30, 6_700);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reloads_lose_nothing_behind_nginx() {
    if let Err(why) = Nginx::available() {
        return missing(Tool::Nginx, "reloads behind nginx", &why);
    }
    let (turns, each) = sized(LIGHT, HEAVY);
    let site = Site::start(&["--trusted-proxies", "127.0.0.1"]).await;
    let nginx = before(&site).await;
    let visitors = Clients::start(&nginx.address().to_string(), &questions());
    for turn in 0..turns {
        visitors.until_answered(each).await.unwrap();
        site.reload(turn).await;
    }
    visitors.until_answered(each).await.unwrap();
    site.master.until_settled(LIMIT).await.unwrap();
    let asked = visitors.end().await;
    nothing_lost(&format!("{turns} reloads behind nginx"), &asked);
}

/// nginx in front of a site.
async fn before(site: &Site) -> Nginx {
    let folder = site.storage.folder();
    let bind = site.master.address();
    let cache = format!("--cache-dir={}", folder.join("cache").display());
    // The address is known only once a port is free, and then there is no time for a command.
    let asked = "127.0.0.1:65535";
    let args = [
        "nginx",
        "--bind",
        bind,
        "--listen",
        asked,
        &cache,
        "--access-log=off",
    ];
    let hbnb = Binary::named("hbnb").unwrap();
    let printed = run(&hbnb, &args, &[], folder).await.unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(printed.contains(asked), "{printed}");
    Nginx::start(folder, |address| {
        let site = printed.replace(asked, &address.to_string());
        format!("include /etc/nginx/mime.types;\n{site}")
    })
    .unwrap()
}
