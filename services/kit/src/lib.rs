//! Process and HTTP manners shared by the HBNB services: options, logs, metrics, probes, listeners and the drain.
//!
//! A service binds with [`serve::bind`] and hands its listeners and its router to [`service::run`].
//! Nothing in here knows what the service is about.

pub mod admin;
pub mod board;
pub mod check;
pub mod config;
pub mod faults;
mod health;
pub mod layers;
pub mod limit;
pub mod metrics;
pub mod notify;
pub mod program;
pub mod serve;
pub mod service;
pub mod telemetry;
pub mod watchdog;
