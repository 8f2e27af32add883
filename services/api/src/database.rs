//! The database as the running service sees it.

use std::time::Duration;

use domain::{OpenError, Schema, Store};
use kit::admin::Health;
use kit::config::Span;
use kit::faults::Faults;
use kit::service::watch_answers;
use tokio::time::sleep;

const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Says on [`Health`] whether the schema is there and the database answers, for as long as it is polled; whoever starts
/// it has blocked `schema` before. Returns only when the schema's mark shuts this program out.
pub(crate) async fn watch(store: Store, health: Health) -> OpenError {
    if let Some(error) = wait_for_schema(&store, &health).await {
        return error;
    }
    let probe = || {
        let store = store.clone();
        async move { store.probe().await.is_ok() }
    };
    match watch_answers(&health, "database", probe).await {}
}

/// Makes the faults of the database known.
pub(crate) fn faults(store: &Store, faults: &Faults) {
    let lost = store.clone();
    let meaning = "the database is out of reach";
    faults.add("database", meaning, move |value| {
        lost.faults().lose(value.is_some());
        Ok(())
    });
    let slow = store.clone();
    let meaning = "each statement takes so much longer, such as 200ms";
    faults.add("database_latency", meaning, move |value| {
        let by: Option<Span> = value.map(str::parse).transpose()?;
        slow.faults().slow(by.map(|Span(by)| by));
        Ok(())
    });
}

async fn wait_for_schema(store: &Store, health: &Health) -> Option<OpenError> {
    loop {
        match store.schema().await {
            Ok(Schema::Current) => break,
            Ok(Schema::Newer { found }) => {
                tracing::warn!(
                    found,
                    ours = domain::newest_schema(),
                    "the schema is newer than this program, and admits it"
                );
                break;
            }
            Ok(Schema::ProgramTooOld { oldest }) => {
                return Some(OpenError::ProgramTooOld {
                    oldest,
                    ours: domain::newest_schema(),
                });
            }
            Ok(Schema::Missing) => health.block(
                "schema",
                "the schema is not there yet; run the migrate command",
            ),
            Err(error) => health.block("schema", &format!("the schema cannot be read: {error}")),
        }
        sleep(BETWEEN_LOOKS).await;
    }
    health.clear("schema");
    None
}
