//! What a container may do: little.

use crate::world::{address, can_have, site};
use rig::{Compose, docker, inspect};
use serde_json::{Value, json};
use std::net::TcpListener;

/// Of the default profile, tasks included.
const ALL: [&str; 8] = [
    "edge", "web", "api", "assets", "db", "secrets", "migrate", "demo",
];

#[tokio::test(flavor = "multi_thread")]
async fn containers_may_do_little() {
    if !can_have("what containers may do") {
        return;
    }
    let mut compose = site();
    compose.up(&[]).await.unwrap();
    for service in ALL {
        let container = compose.container(service).await.unwrap();
        let told = inspect(&container).await.unwrap();
        is_confined(service, &told);
    }
    only_the_edge_is_published(&compose).await;
    networks_are_apart(&compose).await;
}

/// What is not started here is held to the same by its words.
#[tokio::test]
async fn all_profiles_are_confined() {
    if !can_have("what containers of all profiles may do") {
        return;
    }
    let config = ["--profile", "*", "config", "--format", "json"];
    let config: Value = serde_json::from_str(&site().run(&config).await.unwrap()).unwrap();
    let services = config["services"].as_object().unwrap();
    assert!(services.len() > ALL.len());
    for (name, service) in services {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        let security = json!(["no-new-privileges:true"]);
        assert_eq!(service["security_opt"], security, "{name}");
        assert!(
            service["privileged"].is_null() && service["cap_add"].is_null(),
            "{name}"
        );
        assert_ne!(service["user"], "root", "{name}");
        for limit in ["mem_limit", "cpus", "pids_limit"] {
            assert!(!service[limit].is_null(), "{name}: {limit}");
        }
        assert_eq!(service["logging"]["options"]["max-size"], "10m", "{name}");
        for port in service["ports"].as_array().unwrap_or(&Vec::new()) {
            assert_eq!(port["host_ip"], "127.0.0.1", "{name}: {port}");
        }
    }
}

fn is_confined(service: &str, told: &Value) {
    let (host, config) = (&told["HostConfig"], &told["Config"]);
    let user = config["User"].as_str().unwrap();
    let number = user.split(':').next().unwrap().parse::<u32>();
    assert!(
        number.is_ok_and(|number| number > 0),
        "{service} is {user:?}"
    );
    assert_eq!(host["ReadonlyRootfs"], true, "{service}");
    assert_eq!(host["Privileged"], false, "{service}");
    assert_eq!(host["CapDrop"], json!(["ALL"]), "{service}");
    assert!(
        host["CapAdd"].as_array().is_none_or(Vec::is_empty),
        "{service}"
    );
    assert_eq!(
        host["SecurityOpt"],
        json!(["no-new-privileges:true"]),
        "{service}"
    );
    assert!(host["Memory"].as_u64().unwrap() > 0, "{service}");
    assert!(host["PidsLimit"].as_u64().unwrap() > 0, "{service}");
    assert!(host["NanoCpus"].as_u64().unwrap() > 0, "{service}");
    assert_eq!(host["LogConfig"]["Config"]["max-size"], "10m", "{service}");
    // Nothing of the host is mounted but files to read.
    for mount in told["Mounts"].as_array().unwrap() {
        assert!(
            mount["Type"] != "bind" || mount["RW"] == false,
            "{service}: {mount}"
        );
    }
}

async fn only_the_edge_is_published(compose: &Compose) {
    for service in ALL {
        let container = compose.container(service).await.unwrap();
        let told = inspect(&container).await.unwrap();
        let bindings = told["HostConfig"]["PortBindings"]
            .as_object()
            .unwrap()
            .clone();
        if service != "edge" {
            assert!(bindings.is_empty(), "{service}: {bindings:?}");
            continue;
        }
        let port = compose.port().to_string();
        let wanted = json!({"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": port}]});
        assert_eq!(Value::Object(bindings), wanted);
    }
}

/// `back` has no way out, and who is on `front` alone does not find the database.
async fn networks_are_apart(compose: &Compose) {
    let network = |name: &str| format!("{}_{name}", compose.project());
    let back = inspect(&network("back")).await.unwrap();
    assert_eq!(back["Internal"], true);
    let database = compose.container("db").await.unwrap();
    let at = address(compose, &database, "back").await;
    let front = inspect(&network("front")).await.unwrap();
    let gateway = front["IPAM"]["Config"][0]["Gateway"]
        .as_str()
        .unwrap()
        .to_owned();

    // The same question is answered where it may be asked, so that its failure means something.
    assert!(reaches(&network("back"), &format!("{at}:5432")).await);
    assert!(!reaches(&network("front"), &format!("{at}:5432")).await);
    assert!(!reaches(&network("front"), "db:5432").await);
    let edge = compose.container("edge").await.unwrap();
    let edge = address(compose, &edge, "front").await;
    assert!(reaches(&network("front"), &format!("{edge}:8080")).await);
    assert!(!reaches(&network("back"), &format!("{edge}:8080")).await);
    // Somebody outside of the networks: the host.
    let outside = TcpListener::bind((gateway, 0)).unwrap();
    let outside = outside.local_addr().unwrap().to_string();
    assert!(reaches(&network("front"), &outside).await);
    assert!(!reaches(&network("back"), &outside).await);
}

async fn reaches(network: &str, target: &str) -> bool {
    let image = format!("hbnb/hbnb:{}", rig::version().unwrap());
    let check = [
        "run",
        "--rm",
        "--network",
        network,
        &image,
        "check",
        "--tcp",
        target,
    ];
    docker(&check).await.is_ok()
}
