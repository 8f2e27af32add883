//! The three services as processes of their own behind nginx, as an operator would put them.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use rig::golden::{Targets, plays};
use rig::http::get;
use rig::process::free_port;
use rig::{Binary, Collector, Nginx, Server, Storage, Tool, missing, run, until};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);

/// The services, and what stands in front of them if it can be started here.
struct Site {
    api: Server,
    web: Server,
    assets: Server,
    folder: TempDir,
}

impl Site {
    async fn start(database: &str, envs: &[(&str, &str)]) -> Site {
        let folder = TempDir::new().unwrap();
        let start = async |name: &str, args: &[&str]| {
            let binary = Binary::named(name).unwrap();
            Server::start(&binary, args, envs, folder.path())
                .await
                .unwrap()
        };
        migrate(database, folder.path()).await.unwrap();
        let api = start("hbnb-api", &["--database-url", database]).await;
        let web = start("hbnb-web", &["--api-url", api.base()]).await;
        let assets = start("hbnb-assets", &[]).await;
        Site {
            api,
            web,
            assets,
            folder,
        }
    }

    fn front(&self, what: &str) -> Option<Nginx> {
        if let Err(why) = Nginx::available() {
            missing(Tool::Nginx, what, &why);
            return None;
        }
        let http = |address| self.configuration(address);
        Some(Nginx::start(self.folder.path(), http).unwrap())
    }

    /// The API gets `/api/`, the assets `/static/`, the pages everything else.
    fn configuration(&self, address: SocketAddr) -> String {
        let at = |server: &Server| server.base()["http://".len()..].to_owned();
        let (api, web, assets) = (at(&self.api), at(&self.web), at(&self.assets));
        format!(
            "upstream api {{ server {api}; keepalive 8; }}
            upstream web {{ server {web}; keepalive 8; }}
            upstream assets {{ server {assets}; keepalive 8; }}
            proxy_http_version 1.1;
            proxy_set_header Connection '';
            proxy_set_header Host $http_host;
            server {{
                listen {address};
                location /api/ {{ proxy_pass http://api; }}
                location /static/ {{ proxy_pass http://assets; }}
                location / {{ proxy_pass http://web; }}
            }}"
        )
    }
}

async fn migrate(database: &str, folder: &Path) -> anyhow::Result<()> {
    let binary = Binary::named("hbnb-api")?;
    let output = run(
        &binary,
        &["migrate", "--database-url", database],
        &[],
        folder,
    )
    .await?;
    anyhow::ensure!(output.status.success(), "{output:?}");
    Ok(())
}

#[tokio::test]
async fn golden() {
    let postgres = Storage::postgres("golden scenarios through nginx on PostgreSQL").unwrap();
    for storage in [Storage::sqlite().unwrap()].into_iter().chain(postgres) {
        let site = Site::start(storage.url(), &[]).await;
        plays(&Targets::api(site.api.base()), "hbnb-api alone")
            .await
            .unwrap();
        let Some(front) = site.front("golden scenarios through nginx") else {
            return;
        };
        plays(&Targets::site(&front.base()), "through nginx")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn one_trace_crosses_all_services() {
    let collector = Collector::start().await.unwrap();
    let endpoint = collector.url();
    let envs = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let storage = Storage::sqlite().unwrap();
    let site = Site::start(storage.url(), &envs).await;
    let page = get(site.web.base(), "/states_list").await.unwrap();
    assert_eq!(page.status, 200);
    let mut parent = String::new();
    for (name, service, is_server) in [
        ("GET /states_list", "hbnb-web", true),
        ("GET /states", "hbnb-web", false),
        ("GET /api/v1/states", "hbnb-api", true),
        ("state.list", "hbnb-api", false),
    ] {
        let span = collector.span(name).await.unwrap();
        assert_eq!(span.resource["service.name"], service, "{name}");
        assert_eq!(
            (span.is_server, &span.parent),
            (is_server, &parent),
            "{name}"
        );
        parent = span.id;
    }
}

/// Its pages say so at once and are not ready after a while; it is back as soon as the API is.
#[tokio::test]
async fn the_api_goes_and_comes_back() {
    let storage = Storage::sqlite().unwrap();
    let folder = TempDir::new().unwrap();
    migrate(storage.url(), folder.path()).await.unwrap();
    let ports =
        [free_port().unwrap(), free_port().unwrap()].map(|port| format!("127.0.0.1:{port}"));
    let [main, admin] = &ports;
    let (base, probes) = (format!("http://{main}"), format!("http://{admin}"));
    let args = [
        "--database-url",
        storage.url(),
        "--bind",
        main,
        "--admin-bind",
        admin,
    ];
    let start = || {
        let command = Binary::named("hbnb-api")
            .unwrap()
            .command(&args, &[], folder.path());
        Server::launch(command, &base, &probes).unwrap()
    };
    let mut api = start();
    api.until_ready().await.unwrap();
    let binary = Binary::named("hbnb-web").unwrap();
    let args = ["--api-url", &base];
    let web = Server::start(&binary, &args, &[], folder.path())
        .await
        .unwrap();
    api.kill();
    let asked = Instant::now();
    let page = get(web.base(), "/states_list").await.unwrap();
    assert_eq!(page.status, 503, "{}", page.text());
    assert!(asked.elapsed() < Duration::from_secs(2));
    assert_eq!(web.probe("ready").await.unwrap(), 200, "there is a grace");
    web.until_probe("ready", 503, PATIENCE).await.unwrap();
    assert_eq!(web.probe("live").await.unwrap(), 200);
    let mut api = start();
    api.until_ready().await.unwrap();
    let seen = web.until_probe("ready", 200, PATIENCE).await.unwrap();
    assert!(seen < Duration::from_secs(2), "{seen:?}");
    assert_eq!(get(web.base(), "/states_list").await.unwrap().status, 200);
}

/// A wrong address of the API must not look like a good start.
#[tokio::test]
async fn not_ready_before_the_api_has_answered() {
    let folder = TempDir::new().unwrap();
    let [main, admin, nobody] = [0; 3].map(|_| format!("127.0.0.1:{}", free_port().unwrap()));
    let (base, probes) = (format!("http://{main}"), format!("http://{admin}"));
    let api = format!("http://{nobody}");
    let args = ["--api-url", &api, "--bind", &main, "--admin-bind", &admin];
    let command = Binary::named("hbnb-web")
        .unwrap()
        .command(&args, &[], folder.path());
    let web = Server::launch(command, &base, &probes).unwrap();
    let what = "a reason that names the API";
    until(what, PATIENCE, async || {
        let Ok(ready) = get(&probes, "/healthz/ready").await else {
            return Ok(false);
        };
        assert_eq!(ready.status, 503, "{}", web.logs());
        Ok(ready.text().contains("API"))
    })
    .await
    .unwrap();
}
