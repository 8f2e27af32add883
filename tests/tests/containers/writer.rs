//! Somebody who writes, and how it is told that the site is well.

use crate::world::{PATIENCE, health, sql};
use rig::http::get;
use rig::writer::write;
use rig::{Compose, Writer, announce, until};
use std::time::{Duration, Instant};

/// How long an answer may take, whatever is broken.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(5);
/// How long after the end of its cause trouble may last, beside other stories on the same machine.
const SOON: Duration = Duration::from_secs(10);

/// Pages, reading and writing, soon.
pub(crate) async fn is_well(compose: &Compose, what: &str) {
    let begun = Instant::now();
    let well = async || {
        for path in ["/", "/api/v1/states"] {
            if !get(&compose.base(), path)
                .await
                .is_ok_and(|reply| reply.status == 200)
            {
                return Ok(false);
            }
        }
        Ok(write(&compose.base(), "Well").await == Some(201))
    };
    until(what, PATIENCE, well).await.unwrap();
    let took = begun.elapsed();
    announce(&format!("well {what}: {took:.1?}"));
    assert!(took < SOON, "{what}: {took:?}");
    let api = compose.container("api").await.unwrap();
    let healthy = async || Ok(health(&api).await == "healthy");
    until("healthy again", PATIENCE, healthy).await.unwrap();
}

/// Each write that was answered is there.
pub(crate) async fn keeps_what_was_told(writer: Writer, compose: &Compose) {
    let written = writer.end().await.unwrap();
    let kept = sql(compose, "SELECT name FROM states").await;
    let lost = written.lost(&kept);
    announce(&format!(
        "{} answered writes through it all, {} lost",
        written.told.len(),
        lost.len()
    ));
    assert!(written.told.len() > 20 && lost.is_empty(), "{lost:?}");
}
