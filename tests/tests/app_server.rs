//! `hbnb serve` as an application server: a master and its workers, told as stories of real processes and real signals.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "app_server/addresses.rs"]
mod addresses;
#[path = "app_server/bad.rs"]
mod bad;
#[path = "app_server/balance.rs"]
mod balance;
#[path = "app_server/configured.rs"]
mod configured;
#[path = "app_server/control.rs"]
mod control;
#[path = "app_server/killed.rs"]
mod killed;
#[path = "app_server/live.rs"]
mod live;
#[path = "app_server/options.rs"]
mod options;
#[path = "app_server/scale.rs"]
mod scale;
#[path = "app_server/scarce.rs"]
mod scarce;
#[path = "app_server/signals.rs"]
mod signals;
#[path = "app_server/watched.rs"]
mod watched;
#[path = "app_server/writes.rs"]
mod writes;

use rig::site::LIMIT;
