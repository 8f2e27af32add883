//! What is replaced under load: workers, all of them at a reload, the program at an upgrade, a master that was killed. Nothing
//! is lost by that, however often; `make heavy` does it tens of times.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "replaced/front.rs"]
mod front;
#[path = "replaced/orphans.rs"]
mod orphans;
#[path = "replaced/recycle.rs"]
mod recycle;
#[path = "replaced/reload.rs"]
mod reload;
#[path = "replaced/upgrade.rs"]
mod upgrade;

use rig::heavy::sized;
use rig::site::LIMIT;
