//! Links to the next page of a sorted list, and words and cursors that are none.

use domain::Id;
use serde_json::json;

use crate::harness::{Api, at, each_engine};
use crate::pages::{listing, next};
use crate::sorting::named;
use crate::world::World;

#[tokio::test]
async fn links() {
    each_engine(|api| async move {
        let name = "Caf\u{e9} <b>, \"x\"; y";
        let state = api.make("/states", json!({"name": name})).await;
        api.make("/states", json!({"name": "a"})).await;
        let page = api
            .get("/states/?x=1&limit=1&include=cities&sort=name")
            .await
            .is(200);
        let kept = "/api/v1/states/?sort=name&include=cities&limit=1";
        let link = format!(
            "<{kept}&cursor={state}.Caf%C3%A9%20%3Cb%3E%2C%20%22x%22%3B%20y>; rel=\"next\""
        );
        assert_eq!(page.header("link"), link);
        let rest = api
            .send(listing(&next(&page).unwrap(), &json!({})))
            .await
            .is(200);
        assert_eq!((rest.list().len(), rest.header("link")), (1, ""));
        // The list goes on whole without a limit.
        let target = next(&page).unwrap().replace("&limit=1", "");
        assert_eq!(
            api.send(listing(&target, &json!({}))).await.list(),
            rest.list()
        );
    })
    .await;
}

/// Asks for a list with this query string, which is refused.
async fn refuse(api: &Api, path: &str, query: &str, sentence: &str) {
    let target = format!("{}?{query}", at(path));
    let reply = api.send(listing(&target, &json!({}))).await;
    reply.refused(400, sentence);
}

#[tokio::test]
async fn bad_words() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let sentence = "sort must be id or name";
        for (path, _) in named() {
            for sort in [
                "",
                "Name",
                "newest",
                "-name",
                "name,id",
                "id%20",
                "name&sort=x",
                "%00",
            ] {
                refuse(&api, &world.path(path), &format!("sort={sort}"), sentence).await;
            }
        }
        let cities = world.path("/states/{state}/cities");
        refuse(&api, &cities, "sort=x&cursor=x&limit=x", sentence).await;
        let limit = "limit must be a whole number from 1 to 1000";
        refuse(&api, &cities, "sort=name&limit=0", limit).await;
        let reviews = world.path("/places/{place}/reviews");
        for sort in ["", "name", "oldest", "created_at"] {
            let sentence = "sort must be id or newest";
            refuse(&api, &reviews, &format!("sort={sort}"), sentence).await;
        }
        api.get("/users?sort=x").await.is(200);
        api.get("/states/nope/cities?sort=x")
            .await
            .refused(404, "Not found");
    })
    .await;
}

#[tokio::test]
async fn bad_cursors() {
    each_engine(|api| async move {
        let (world, id) = (World::new(&api).await, Id::MIN);
        let sentence = "cursor must be one that a Link header gave";
        for (path, _) in named() {
            let path = world.path(path);
            for cursor in [
                "",
                "x",
                &id.to_string(),
                "x.y",
                &format!("{id}.a%00"),
                &format!(".{id}"),
            ] {
                refuse(&api, &path, &format!("sort=name&cursor={cursor}"), sentence).await;
            }
            refuse(&api, &path, &format!("cursor={id}.Utah"), sentence).await;
        }
        let reviews = world.path("/places/{place}/reviews");
        for time in [
            "",
            "x",
            "2026-03-25",
            "2026-03-25T19:44:42Z",
            "0000-01-01T00:00:00",
        ] {
            let query = format!("sort=newest&cursor={id}.{time}");
            refuse(&api, &reviews, &query, sentence).await;
        }
    })
    .await;
}
