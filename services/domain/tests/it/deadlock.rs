//! Deletes whose cascades meet.

use domain::testing::execute;
use domain::{Id, Place, Pools, Stats, Store, User, demo};

use crate::each_engine;

async fn all_users(store: &Store) -> Vec<Id> {
    let page = domain::Page::first(1_000);
    let users = User::list(store, &page).await.unwrap();
    users.iter().map(|user| user.id).collect()
}

/// Each user has reviewed places of the others, so that two cascades lock the same rows in different orders.
#[tokio::test(flavor = "multi_thread")]
async fn users_who_reviewed_each_other_go_at_once() {
    each_engine(|store| async move {
        demo::fill(&store, 60, &mut |_, _| {}).await.unwrap();
        let from = "INSERT INTO reviews (id, created_at, updated_at, place_id, user_id, text)";
        let id = match store.pools() {
            Pools::Postgres(_) => "gen_random_uuid()",
            Pools::Sqlite { .. } => {
                "'00000000-0000-4000-8000-' || substr(p.id, 31) || substr(u.id, 31)"
            }
        };
        let pairs = "p.created_at, p.created_at, p.id, u.id, 'seen' FROM places p, users u";
        execute(&store, &format!("{from} SELECT {id}, {pairs}")).await;

        let deletes = all_users(&store).await.into_iter().map(|id| {
            let store = store.clone();
            tokio::spawn(async move { User::delete(&store, id).await })
        });
        for delete in deletes.collect::<Vec<_>>() {
            assert!(delete.await.unwrap().unwrap());
        }
        let left = Stats::count(&store).await.unwrap();
        assert_eq!((left.users, left.places, left.reviews), (0, 0, 0));
        assert_eq!(Place::find(&store, Id::MIN).await.unwrap(), None);
    })
    .await;
}
