//! Many new users at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use futures_util::future::{join, join_all};
use serde_json::json;

use crate::harness::each_engine;

#[tokio::test]
async fn reads_go_on() {
    each_engine(|api| async move {
        // Enough that every core has several passwords to hash.
        let most = 30.max(8 * available_parallelism().unwrap().get());
        let made = AtomicUsize::new(0);
        let create = || async {
            let body = json!({"email": "a", "password": "b"});
            api.post("/users", body).await.is(201);
            made.fetch_add(1, Ordering::Relaxed);
        };
        let burst = join_all((0..most).map(|_| create()));
        // A read takes far less than a hash, unless it has to wait for one.
        let reads = async {
            for _ in 0..30 {
                api.get("/states").await.is(200);
            }
            made.load(Ordering::Relaxed)
        };
        let (_, made_before) = join(burst, reads).await;
        assert!(made_before < most, "the reads waited for all {most} users");
        assert_eq!(api.stats().await["users"], most);
    })
    .await;
}
