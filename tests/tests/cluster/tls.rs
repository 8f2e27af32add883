//! HTTPS at the edge.

use crate::inside::Errand;
use crate::world::{NGINX, PATIENCE, Release, can_have, single_with};
use rig::Namespace;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_edge_speaks_https() {
    let Some(helm) = can_have("TLS at the edge").await else {
        return;
    };
    let namespace = Namespace::new().await.unwrap();
    let release = Release::new(&helm, &namespace);
    let with = |tls: Value| single_with(&json!({"edge": {"tls": tls}}));
    let secret = async |name: &str| {
        let secret = namespace.get(&["secret", name]).await.unwrap();
        secret["data"].clone()
    };

    release.install(&with(json!({"mode": "selfSigned"})));
    let made = secret("site-hbnb-edge-tls").await;
    is_trusted(&release, &made).await;
    let told = release.helm(&["test", "site"]).unwrap();
    assert!(told.contains("Phase:          Succeeded"), "{told}");

    // The same certificate, as somebody brings it.
    let metadata = json!({"name": "brought"});
    let brought = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": metadata, "data": made,
    });
    namespace.apply(&brought).unwrap();
    release.install(&with(
        json!({"mode": "existingSecret", "existingSecret": "brought"}),
    ));
    is_trusted(&release, &made).await;

    // What was made once is found again.
    release.install(&with(json!({"mode": "selfSigned"})));
    assert_eq!(secret("site-hbnb-edge-tls").await, made);
}

/// A client that trusts this certificate alone gets a page over HTTP/2; without TLS it is led there.
async fn is_trusted(release: &Release<'_>, secret: &Value) {
    let host = format!("site-hbnb-edge.{}.svc", release.namespace.name());
    let curl = "curl --silent --show-error --max-time 10 --output /dev/null";
    let script = format!(
        "printenv CERTIFICATE | base64 --decode >/tmp/ca.pem
         {curl} --cacert /tmp/ca.pem --write-out '%{{http_code}} %{{http_version}}\\n' https://{host}/
         {curl} --write-out '%{{http_code}} %{{redirect_url}}\\n' 'http://{host}/?amenity=x'"
    );
    let container = json!({
        "image": NGINX,
        "command": ["sh", "-c", script],
        "env": [{"name": "CERTIFICATE", "value": secret["tls.crt"]}],
    });
    let errand = Errand::run(release.namespace, &Errand::labels(release), container);
    let (_, told) = errand.end(PATIENCE).await;
    let wanted = format!("200 2\n308 https://{host}/?amenity=x\n");
    assert_eq!(told, wanted);
}
