//! The containers of `docker/compose.yaml` in a real Docker engine: brought up, used, broken and healed.
//!
//! Takes minutes and wants images (`make images`): runs when `HBNB_TEST_CONTAINERS` is set, as `make containers` does.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

#[path = "containers/alarms.rs"]
mod alarms;
#[path = "containers/bad_input.rs"]
mod bad_input;
#[path = "containers/clone.rs"]
mod clone;
// Tests begin in the order of their names. This one takes longest, and holds the visitors whom those of replicas wait for.
#[path = "containers/come_and_go.rs"]
mod come_and_go;
#[path = "containers/data.rs"]
mod data;
#[path = "containers/edge.rs"]
mod edge;
#[path = "containers/faults.rs"]
mod faults;
#[path = "containers/full_disk.rs"]
mod full_disk;
#[path = "containers/hardening.rs"]
mod hardening;
#[path = "containers/images.rs"]
mod images;
#[path = "containers/linted.rs"]
mod linted;
#[path = "containers/newer.rs"]
mod newer;
#[path = "containers/reader.rs"]
mod reader;
#[path = "containers/readme.rs"]
mod readme;
#[path = "containers/replicas.rs"]
mod replicas;
#[path = "containers/telemetry.rs"]
mod telemetry;
#[path = "containers/tls.rs"]
mod tls;
#[path = "containers/visitors.rs"]
mod visitors;
#[path = "containers/world.rs"]
mod world;
#[path = "containers/writer.rs"]
mod writer;
