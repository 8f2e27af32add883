//! `/users`.

use serde_json::json;

use crate::harness::{Api, each_engine};

#[tokio::test]
async fn life() {
    each_engine(|api| async move {
        let body = json!({"email": "bob@b.c", "password": "pwd", "last_name": "Dylan", "nope": 1});
        let made = api.post("/users", body).await.is(201);
        let user = made.json();
        let (id, created, updated) = (&user["id"], &user["created_at"], &user["updated_at"]);
        let text = format!(
            "{{\"__class__\":\"User\",\"created_at\":{created},\"email\":\"bob@b.c\",\"first_name\":null,\"id\":{id},\
             \"last_name\":\"Dylan\",\"updated_at\":{updated}}}"
        );
        assert_eq!(made.text(), format!("{text}\n"));
        assert_eq!(api.get("/users").await.is(200).text(), format!("[{text}]\n"));
    })
    .await;
}

#[tokio::test]
async fn names() {
    each_engine(|api| async move {
        let body = json!({"email": "a", "password": "b", "first_name": "Bob", "last_name": null});
        let id = api.make("/users", body).await;
        let path = format!("/users/{id}");
        let change = json!({"first_name": null, "last_name": ""});
        let user = api.put(&path, change).await.is(200).json();
        assert!(user["first_name"].is_null());
        assert_eq!(user["last_name"], "");
        let user = api
            .put(&path, json!({"first_name": "Al"}))
            .await
            .is(200)
            .json();
        assert_eq!(
            (&user["first_name"], &user["last_name"]),
            (&json!("Al"), &json!(""))
        );
    })
    .await;
}

/// What stands in the column, read by way of a column that is shown.
async fn stored_password(api: &Api, path: &str) -> String {
    let sql = "UPDATE users SET last_name = password";
    api.sql(sql).await;
    let user = api.get(path).await.is(200).json();
    user["last_name"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn password() {
    each_engine(|api| async move {
        let secret = "s3cret-\u{e9}";
        let made = api
            .post("/users", json!({"email": "a", "password": secret}))
            .await
            .is(201);
        assert!(!made.text().contains("password") && !made.text().contains("s3cret"));
        let path = format!("/users/{}", made.json()["id"].as_str().unwrap());
        let first = stored_password(&api, &path).await;
        assert!(
            first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{first}"
        );
        api.put(&path, json!({"first_name": "Bob"})).await.is(200);
        assert_eq!(stored_password(&api, &path).await, first);
        let changed = api.put(&path, json!({"password": secret})).await.is(200);
        assert!(!changed.text().contains("password") && !changed.text().contains("s3cret"));
        let second = stored_password(&api, &path).await;
        assert!(
            second.starts_with("$argon2id$") && second != first,
            "{second}"
        );
    })
    .await;
}

#[tokio::test]
async fn odd_passwords() {
    each_engine(|api| async move {
        for password in ["", "a\0b", " ", &"\u{1f3e1}".repeat(5_000)] {
            let id = api
                .make("/users", json!({"email": "a", "password": password}))
                .await;
            let hash = stored_password(&api, &format!("/users/{id}")).await;
            assert!(hash.starts_with("$argon2id$"), "{hash}");
        }
    })
    .await;
}

#[tokio::test]
async fn namesakes() {
    each_engine(|api| async move {
        let body = json!({"email": "a@b.c", "password": "pwd"});
        api.post("/users", body.clone()).await.is(201);
        api.post("/users", body).await.is(201);
        assert_eq!(api.get("/users").await.is(200).list().len(), 2);
    })
    .await;
}
