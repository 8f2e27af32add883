//! `hbnb serve` as an application server: a master and its workers, told as stories of real processes and real signals.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "app_server/front.rs"]
mod front;
#[path = "app_server/reload.rs"]
mod reload;
#[path = "app_server/site.rs"]
mod site;

use std::time::Duration;

use rig::environment;

/// Longer than anything takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// The first, or the second where the tests that take long are wanted.
fn sized<T>(light: T, heavy: T) -> T {
    match environment::variable("HBNB_TEST_HEAVY") {
        Some(_) => heavy,
        None => light,
    }
}
