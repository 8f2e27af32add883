//! The chart in a real Kubernetes (`KUBECONFIG`), each story in a namespace of its own that takes restricted pods only.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

// Its name comes first: it has the longest story.
#[path = "cluster/data.rs"]
mod data;
#[path = "cluster/faults.rs"]
mod faults;
#[path = "cluster/ingress.rs"]
mod ingress;
#[path = "cluster/inside.rs"]
mod inside;
#[path = "cluster/install.rs"]
mod install;
#[path = "cluster/manifests.rs"]
mod manifests;
#[path = "cluster/mistakes.rs"]
mod mistakes;
#[path = "cluster/modes.rs"]
mod modes;
#[path = "cluster/network.rs"]
mod network;
#[path = "cluster/operators.rs"]
mod operators;
#[path = "cluster/outages.rs"]
mod outages;
#[path = "cluster/telemetry.rs"]
mod telemetry;
#[path = "cluster/tls.rs"]
mod tls;
// Its name comes last: what must run alone there keeps nobody waiting.
#[path = "cluster/visited.rs"]
mod visited;
#[path = "cluster/world.rs"]
mod world;
