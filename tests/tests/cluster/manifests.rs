//! The site without Helm.

use crate::world::can_have;
use rig::http::get;
use rig::{Namespace, top};
use serde_json::json;
use std::fs;
use tempfile::TempDir;

/// How long all of it may take to be available.
const LIMIT: &str = "--timeout=180s";

#[tokio::test(flavor = "multi_thread")]
async fn the_manifests_serve_without_helm() {
    if can_have("the plain manifests").await.is_none() {
        return;
    }
    let namespace = Namespace::new().await.unwrap();
    let password = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "hbnb-database"}, "stringData": {"password": "of-a-test"},
    });
    namespace.apply(&password).unwrap();
    let [dev, prod] = ["dev", "prod"].map(|overlay| here(&namespace, overlay));

    let checked = ["apply", "--dry-run=server", "--kustomize", &path(&prod)];
    let checked = namespace.kubectl(&checked).await.unwrap();
    assert!(checked.contains("statefulset.apps/hbnb-db"), "{checked}");
    let applied = ["apply", "--kustomize", &path(&dev)];
    namespace.kubectl(&applied).await.unwrap();

    let available = [
        "wait",
        "--for=condition=Available",
        "deployment",
        "--all",
        LIMIT,
    ];
    namespace.kubectl(&available).await.unwrap();
    let edge = namespace.forward("service/hbnb-edge", 80).unwrap();
    let page = get(edge.base(), "/").await.unwrap();
    let text = String::from_utf8_lossy(&page.body);
    assert_eq!(page.status, 200, "{text}");
    assert!(text.contains("<article"), "without the demo data: {text}");
}

/// An overlay in the namespace of the test, as a folder with a kustomization on top of it.
fn here(namespace: &Namespace, overlay: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    // Kustomize takes relative names only.
    let depth = folder.path().canonicalize().unwrap().components().count() - 1;
    let overlay = top()
        .unwrap()
        .join("deploy/kubernetes/overlays")
        .join(overlay);
    let overlay = format!(
        "{}{}",
        "../".repeat(depth),
        overlay.display().to_string().trim_start_matches('/')
    );
    let text = format!("namespace: {}\nresources: [{overlay}]\n", namespace.name());
    fs::write(folder.path().join("kustomization.yaml"), text).unwrap();
    folder
}

fn path(folder: &TempDir) -> String {
    folder.path().display().to_string()
}
