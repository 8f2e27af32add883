//! What somebody sees who got it wrong: Helm's words, and what the cluster tells of the pods.

use crate::world::{PATIENCE, Release, can_have, database, single_with};
use rig::{Namespace, announce, until};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told() {
    let Some(helm) = can_have("a wrong password").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let outside = database(&helm, &namespace).await;
    secret(&namespace);
    let values = external(&outside.object("db"));
    tells(
        &Release::new(&helm, &namespace),
        &values,
        &["password authentication failed"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_is_told() {
    let Some(helm) = can_have("a database that is not there").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    secret(&namespace);
    // A name that nobody has, and one behind which nobody listens.
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "nowhere"},
        "spec": {"selector": {"app": "nobody"}, "ports": [{"port": 5432}]},
    });
    namespace.apply(&service).unwrap();
    for host in ["nobody.invalid", "nowhere"] {
        let release = Release::named(&helm, &namespace, host.trim_end_matches(".invalid"));
        let causes = [
            &format!("@{host}:5432"),
            "error communicating with database: ",
        ];
        tells(&release, &external(host), &causes).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_volume_is_told() {
    let Some(helm) = can_have("a full volume").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let values = single_with(&json!({"database": {"internal": {"persistence": {
        "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"},
    }}}}));
    tells(
        &Release::new(&helm, &namespace),
        &values,
        &["No space left on device"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_not_there_is_told() {
    let Some(helm) = can_have("an image that is not there").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let values = single_with(&json!({"image": {"tag": "0.0.0-none"}}));
    tells(
        &Release::new(&helm, &namespace),
        &values,
        &["Failed to pull image \"hbnb/web:0.0.0-none\""],
    )
    .await;
}

/// With a password that no database has.
fn secret(namespace: &Namespace) {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "wrong"},
        "stringData": {"password": "wrong"},
    });
    namespace.apply(&secret).unwrap();
}

fn external(host: &str) -> Value {
    single_with(&json!({"database": {"mode": "external", "external": {
        "host": host, "existingSecret": "wrong", "sslMode": "disable",
    }}}))
}

/// Helm gives up, and a line of events or logs has the cause in it.
async fn tells(release: &Release<'_>, values: &Value, cause: &[&str]) {
    let said = release.try_install(values, "15s").unwrap_err();
    let mut line = None;
    let told = async || {
        let story = story(release).await;
        line = story
            .lines()
            .find(|line| cause.iter().all(|part| line.contains(part)))
            .map(str::to_owned);
        Ok(line.is_some())
    };
    until(&format!("somebody says {cause:?}"), PATIENCE, told)
        .await
        .unwrap();
    let last = said.lines().last().unwrap();
    announce(&format!("helm: {last} | the cluster: {}", line.unwrap()));
}

/// What `kubectl get events` and `kubectl logs` show of a release.
async fn story(release: &Release<'_>) -> String {
    let namespace = release.namespace;
    let events = [
        "get",
        "events",
        "--output",
        "custom-columns=MESSAGE:.message",
        "--no-headers",
    ];
    let mut story = namespace.kubectl(&events).await.unwrap_or_default();
    let own = format!("app.kubernetes.io/instance={}", release.name);
    for pod in namespace.pods(&own).await.unwrap() {
        let name = pod["metadata"]["name"].as_str().unwrap();
        let logs = ["logs", name, "--all-containers", "--tail=50"];
        story += &namespace.kubectl(&logs).await.unwrap_or_default();
    }
    story
}
