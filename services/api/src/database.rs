//! The database as the running service sees it.

use std::convert::Infallible;
use std::time::Duration;

use domain::{OpenError, Options, Schema, Store};
use kit::admin::Health;
use kit::config::Span;
use kit::faults::Faults;
use kit::metrics::depend;
use kit::service::watch_answers;
use tokio::time::sleep;

/// What the probes and the metrics call it.
const NAME: &str = "database";
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// How often the schema is looked at once it is there.
const BETWEEN_SCHEMAS: Duration = Duration::from_secs(30);

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
    tokio::select! {
        never = watch_answers(&health, NAME, probe) => match never {},
        never = look_at_schema(&store) => match never {},
    }
}

/// Opens the database, which may take some time; metrics say meanwhile that it is away.
pub(crate) async fn open(options: &Options) -> Result<Store, OpenError> {
    depend(NAME, false);
    let store = Store::open(options).await?;
    depend(NAME, true);
    Ok(store)
}

/// Makes the faults of the database known.
pub(crate) fn faults(store: &Store, faults: &Faults) {
    let lost = store.clone();
    let meaning = "the database is out of reach";
    faults.add(NAME, meaning, move |value| {
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

/// Keeps the schema's version in the metrics true: another release may migrate it, or a backup be put in its place.
async fn look_at_schema(store: &Store) -> Infallible {
    loop {
        sleep(BETWEEN_SCHEMAS).await;
        // That the database is away is told by who watches its answers.
        let _ = store.schema().await;
    }
}

async fn wait_for_schema(store: &Store, health: &Health) -> Option<OpenError> {
    loop {
        let schema = store.schema().await;
        depend(NAME, schema.is_ok());
        match schema {
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
