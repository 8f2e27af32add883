//! What the tests of HBNB stand on: an HTTP client, a player of golden scenarios, a PostgreSQL of our own,
//! a browser, and a way to start the binaries. It runs programs and speaks HTTP; it links none of the services.

pub mod browser;
pub mod cgroup;
pub mod collector;
pub mod environment;
pub mod golden;
pub mod half;
pub mod http;
pub mod load;
pub mod measure;
pub mod metrics;
pub mod nginx;
pub mod postgres;
pub mod process;
pub mod prometheus;
pub mod promql;
pub mod relay;
pub mod rules;
pub mod runner;
pub mod server;
pub mod skip;
pub mod sources;
pub mod storage;
pub mod validator;
pub mod visits;

pub use browser::Browser;
pub use cgroup::Cgroup;
pub use collector::Collector;
pub use environment::test_database_url;
pub use half::Half;
pub use load::Load;
pub use measure::median;
pub use metrics::Metrics;
pub use nginx::Nginx;
pub use postgres::{Database, Options, Postgres};
pub use process::until;
pub use prometheus::{Prometheus, Scraper};
pub use relay::{Relay, Trouble};
pub use server::{Binary, Server, run};
pub use skip::{Tool, announce, missing, skipped};
pub use sources::{sources, top};
pub use storage::Storage;
pub use validator::Validator;
pub use visits::{Visited, Visits};
