//! A Kubernetes that somebody else brought (`KUBECONFIG`), and what tests do in it, each in a namespace of its own.

use crate::environment::variable;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command as Blocking, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::process::Command;

use crate::process::end;

/// Why no cluster can be used here, if so.
pub fn available() -> Result<(), String> {
    if variable("KUBECONFIG").is_none() {
        return Err("KUBECONFIG is not set".to_owned());
    }
    let asked = Blocking::new("kubectl")
        .args(["get", "--raw", "/readyz"])
        .output();
    match asked {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(_) => Err("kubectl is not installed".to_owned()),
    }
}

/// What a command of `kubectl` writes; what it says where it fails.
pub async fn kubectl(args: &[&str]) -> Result<String> {
    let output = Command::new("kubectl")
        .args(args)
        .stdin(Stdio::null())
        .output()
        .await
        .context("cannot run kubectl")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("kubectl {}: {}", args.join(" "), said.trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The address of a node, at which its ports answer.
pub async fn node_address() -> Result<String> {
    let nodes = kubectl(&["get", "nodes", "--output", "json"]).await?;
    let nodes: Value = serde_json::from_str(&nodes)?;
    let addresses = nodes["items"][0]["status"]["addresses"].as_array();
    let mut addresses = addresses.into_iter().flatten();
    let internal = addresses.find(|address| address["type"] == "InternalIP");
    let address = internal.and_then(|internal| internal["address"].as_str());
    address.map(str::to_owned).context("no node has an address")
}

/// A namespace that takes restricted pods only; dropping it removes it with all that is in it.
#[derive(Debug)]
pub struct Namespace(String);

impl Namespace {
    pub async fn new() -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let namespace = Self(format!("hbnb-test-{}-{number}", std::process::id()));
        let labels = json!({"pod-security.kubernetes.io/enforce": "restricted"});
        let metadata = json!({"name": namespace.0, "labels": labels});
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
        apply(&object, &[])?;
        Ok(namespace)
    }

    pub fn name(&self) -> &str {
        &self.0
    }

    /// A command of `kubectl` in it.
    pub async fn kubectl(&self, args: &[&str]) -> Result<String> {
        kubectl(&[&["--namespace", &self.0], args].concat()).await
    }

    /// What the cluster has now, as `kubectl get` tells it: an object, or a list with `items`.
    pub async fn get(&self, args: &[&str]) -> Result<Value> {
        let told = self
            .kubectl(&[&["get", "--output", "json"], args].concat())
            .await?;
        Ok(serde_json::from_str(&told)?)
    }

    /// Makes an object in it, or changes it.
    pub fn apply(&self, object: &Value) -> Result<()> {
        apply(object, &["--namespace", &self.0])
    }

    /// The pods with these labels that are not on their way out.
    pub async fn pods(&self, labels: &str) -> Result<Vec<Value>> {
        let told = self.get(&["pods", "--selector", labels]).await?;
        let pods = told["items"].as_array().context("no list")?.clone();
        let stays = |pod: &Value| pod["metadata"].get("deletionTimestamp").is_none();
        Ok(pods.into_iter().filter(stays).collect())
    }

    /// A way to a port of a Service or pod from here: `service/site-edge`.
    pub fn forward(&self, target: &str, port: u16) -> Result<Forward> {
        Forward::new(&self.0, target, port)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = Blocking::new("kubectl")
            .args(["delete", "namespace", &self.0, "--wait=false"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

fn apply(object: &Value, args: &[&str]) -> Result<()> {
    let mut child = Blocking::new("kubectl")
        .args(args)
        .args(["apply", "--filename", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run kubectl")?;
    let stdin = child.stdin.take();
    stdin
        .context("no pipe")?
        .write_all(object.to_string().as_bytes())?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "kubectl apply: {}", said.trim());
    Ok(())
}

/// Leads from a port here into the cluster until it is dropped, or the pod at its end is gone.
#[derive(Debug)]
pub struct Forward {
    child: Child,
    base: String,
}

impl Forward {
    fn new(namespace: &str, target: &str, port: u16) -> Result<Self> {
        let mut child = Blocking::new("kubectl")
            .args(["--namespace", namespace, "port-forward", target])
            .arg(format!(":{port}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run kubectl")?;
        let stdout = child.stdout.take().context("no pipe")?;
        let mut forward = Self {
            child,
            base: String::new(),
        };
        let mut line = String::new();
        let mut reader = BufReader::new(stdout);
        reader.read_line(&mut line)?;
        let address = line
            .strip_prefix("Forwarding from ")
            .and_then(|rest| rest.split_whitespace().next())
            .with_context(|| format!("no way to {target}: {line:?}"))?;
        forward.base = format!("http://{address}");
        // It writes a line for each connection, which somebody must read.
        std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        Ok(forward)
    }

    /// `http://127.0.0.1:port`
    pub fn base(&self) -> &str {
        &self.base
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
