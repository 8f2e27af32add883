//! Lists by `limit` and `cursor`.

use domain::Id;
use serde_json::json;

use crate::harness::{at, each_engine};
use crate::pages::{LISTS, listing, next, walk};
use crate::reply::ids;
use crate::world::{World, copies, copies_of_all, link_all};

#[tokio::test]
async fn every_list() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        copies_of_all(&api, 6).await;
        link_all(&api).await;
        let all = json!({});
        for (path, _) in LISTS {
            let path = world.path(path);
            let whole = api.send(listing(&at(&path), &all)).await.is(200).list();
            for (limit, sizes) in [
                (3, vec![3, 3, 1]),
                (7, vec![7]),
                (6, vec![6, 1]),
                (1000, vec![7]),
            ] {
                let pages = walk(&api, &format!("{path}?limit={limit}"), &all).await;
                let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
                assert_eq!(lengths, sizes, "{path}");
                assert_eq!(pages.concat(), whole, "{path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn links() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        copies(&api, "cities", 2).await;
        for path in ["/states/{state}/cities", "/states/{state}/cities/"] {
            let path = at(&world.path(path));
            let page = api
                .send(listing(&format!("{path}?x=1&limit=2"), &json!({})))
                .await
                .is(200);
            let last = ids(&page.list()).pop().unwrap();
            let link = format!("<{path}?limit=2&cursor={last}>; rel=\"next\"");
            assert_eq!(page.header("link"), link);
            assert_eq!(page.length(), Some(page.body.len()));
            let rest = api
                .send(listing(&next(&page).unwrap(), &json!({})))
                .await
                .is(200);
            assert_eq!((rest.list().len(), rest.header("link")), (1, ""));
        }
    })
    .await;
}

#[tokio::test]
async fn changing_list() {
    each_engine(|api| async move {
        api.make("/states", json!({"name": "Utah"})).await;
        copies(&api, "states", 11).await;
        let start = ids(&api.get("/states").await.is(200).list());
        let (mut seen, mut gone) = (Vec::new(), Vec::new());
        let mut target = Some(at("/states?limit=3"));
        while let Some(path) = target {
            let page = api.send(listing(&path, &json!({}))).await.is(200);
            target = next(&page);
            seen.extend(ids(&page.list()));
            // The row that the cursor names goes; another comes somewhere.
            gone.push(seen.last().unwrap().clone());
            api.delete(&format!("/states/{}", gone[gone.len() - 1]))
                .await
                .is(200);
            api.make("/states", json!({"name": "New"})).await;
        }
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
        for id in start.iter().filter(|id| !gone.contains(id)) {
            assert!(seen.contains(id), "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn cursors() {
    each_engine(|api| async move {
        api.make("/states", json!({"name": "Utah"})).await;
        copies(&api, "states", 4).await;
        let all = ids(&api.get("/states").await.is(200).list());
        let rest = api.get(&format!("/states?cursor={}", all[1])).await.is(200);
        assert_eq!(ids(&rest.list()), all[2..]);
        let none = Id::from_bits(u128::MAX);
        assert_eq!(
            api.get(&format!("/states?cursor={none}"))
                .await
                .is(200)
                .text(),
            "[]\n"
        );
        let path = format!("/states?cursor={none}&limit=5");
        assert_eq!(api.get(&path).await.is(200).text(), "[]\n");
        let path = format!("/states?cursor={}&limit=9", Id::MIN);
        assert_eq!(ids(&api.get(&path).await.is(200).list()), all);
    })
    .await;
}

#[tokio::test]
async fn most_rows() {
    each_engine(|api| async move {
        api.make("/states", json!({"name": "Utah"})).await;
        copies(&api, "states", 1000).await;
        let pages = walk(&api, "/states?limit=1000", &json!({})).await;
        assert_eq!((pages.len(), pages[0].len(), pages[1].len()), (2, 1000, 1));
    })
    .await;
}

#[tokio::test]
async fn bad_queries() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (path, _) in LISTS {
            let path = at(&world.path(path));
            for limit in [
                "0",
                "1001",
                "-1",
                "abc",
                "",
                "1e3",
                "+5",
                "%2B5",
                "5.0",
                "%205",
                "99999999999",
                "5&limit=x",
            ] {
                let reply = api
                    .send(listing(&format!("{path}?limit={limit}"), &json!({})))
                    .await;
                reply.refused(400, "limit must be a whole number from 1 to 1000");
            }
            for cursor in ["", "x", "0", &world.state.to_uppercase(), "%00", "%ff"] {
                let reply = api
                    .send(listing(&format!("{path}?cursor={cursor}"), &json!({})))
                    .await;
                reply.refused(400, "cursor must be one that a Link header gave");
            }
            let ignored = format!("{path}?Limit=x&page=0&offset=-1&limits=&a=%ff");
            api.send(listing(&ignored, &json!({}))).await.is(200);
        }
    })
    .await;
}
