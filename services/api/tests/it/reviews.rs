//! `/places/ID/reviews` and `/reviews/ID`.

use serde_json::json;

use crate::harness::each_engine;
use crate::world::World;

#[tokio::test]
async fn life() {
    each_engine(|api| async move {
        let (world, other) = (World::new(&api).await, World::new(&api).await);
        let reviews = world.path("/places/{place}/reviews");
        api.delete(&world.path("/reviews/{review}")).await.is(200);
        let body = json!({"user_id": other.user, "text": "Nice", "place_id": other.place});
        let made = api.post(&reviews, body).await.is(201);
        let review = made.json();
        let (id, created, updated) = (&review["id"], &review["created_at"], &review["updated_at"]);
        let text = format!(
            "{{\"__class__\":\"Review\",\"created_at\":{created},\"id\":{id},\"place_id\":\"{}\",\"text\":\"Nice\",\
             \"updated_at\":{updated},\"user_id\":\"{}\"}}",
            world.place, other.user
        );
        assert_eq!(made.text(), format!("{text}\n"));
        assert_eq!(api.get(&reviews).await.is(200).text(), format!("[{text}]\n"));
    })
    .await;
}
