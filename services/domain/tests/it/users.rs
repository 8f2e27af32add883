//! What is kept of a password.

use domain::user::{NewUser, UserChanges};
use domain::{Pools, Store, User};

use crate::each_engine;

async fn kept(store: &Store, user: &User) -> String {
    let sql = "SELECT password FROM users WHERE id = $1";
    let found = match store.pools() {
        Pools::Postgres(pool) => sqlx::query_scalar(sql).bind(user.id).fetch_one(pool).await,
        Pools::Sqlite { readers, .. } => {
            sqlx::query_scalar(sql)
                .bind(user.id)
                .fetch_one(readers)
                .await
        }
    };
    found.unwrap()
}

#[tokio::test]
async fn only_a_hash_is_kept_and_a_new_password_makes_a_new_one() {
    each_engine(|store| async move {
        let new = NewUser {
            email: "ada@example.com".into(),
            password: "s3cret".into(),
            first_name: None,
            last_name: None,
        };
        let user = User::create(&store, new).await.unwrap();
        let first = kept(&store, &user).await;
        assert!(first.starts_with("$argon2id$"), "{first}");

        let changes = UserChanges {
            first_name: Some(Some("Ada".into())),
            ..UserChanges::default()
        };
        User::update(&store, user.id, changes).await.unwrap();
        assert_eq!(kept(&store, &user).await, first);

        let changes = UserChanges {
            password: Some("s3cret".into()),
            ..UserChanges::default()
        };
        User::update(&store, user.id, changes).await.unwrap();
        let second = kept(&store, &user).await;
        assert!(
            second.starts_with("$argon2id$") && second != first,
            "{second}"
        );
    })
    .await;
}
