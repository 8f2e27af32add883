//! `hbnb-assets`: the style sheets, scripts and images as a service of its own.

use std::process::ExitCode;

use assets::config::{AssetsConfig, OPTIONS};
use kit::config::{COMMON, admin_bind, bind};
use kit::serve::Outcome;
use kit::service::{Opened, Program, Start};
use kit::telemetry::Service;

const SERVICE: Service = Service {
    name: "hbnb-assets",
    version: env!("CARGO_PKG_VERSION"),
};
const EXAMPLES: &str = "Examples:
  hbnb-assets --bind 127.0.0.1:8083
  hbnb-assets --assets-dir services/assets/static
  hbnb-assets check";

fn main() -> ExitCode {
    let own = [bind("127.0.0.1:8083"), admin_bind("127.0.0.1:9083")];
    Program {
        service: SERVICE,
        about: "The style sheets, scripts and images of HBNB, under /static/",
        examples: EXAMPLES,
        options: [&own, OPTIONS, COMMON].concat(),
    }
    .run(serve)
}

async fn serve(start: Start) -> anyhow::Result<Outcome> {
    let config = AssetsConfig::read(&start.settings)?;
    let router = assets::router(config.assets_dir);
    let open = async |_: &_| Ok(Opened::alone(router.into()));
    start.serve(open).await
}
