//! The running service, where the API is another one.

use kit::service::{Ground, Opened, Site, watch_answers};

use crate::{ApiClient, app, refusal_page};

/// What the watch calls it.
const API: &str = "API";

/// The pages, and the watch over the API: without it they are not ready.
pub fn open(api: ApiClient, ground: &Ground) -> Opened {
    ground.health.block(API, "the API has not answered yet");
    let (asked, health) = (api.clone(), ground.health.clone());
    let watch = async move {
        let ask = || {
            let asked = asked.clone();
            async move { asked.answers().await }
        };
        match watch_answers(&health, API, ask).await {}
    };
    Opened {
        site: Site::new(app(api)).refusing_by(refusal_page),
        watch: Box::pin(watch),
    }
}
