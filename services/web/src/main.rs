//! `hbnb-web`: the pages as a service of its own.

use std::process::ExitCode;

use kit::config::{COMMON, admin_bind, bind};
use kit::serve::Outcome;
use kit::service::{Program, Start};
use kit::telemetry::Service;
use web::ApiClient;
use web::config::{API_URL, ApiAt, OPTIONS, WebConfig};

const SERVICE: Service = Service {
    name: "hbnb-web",
    version: env!("CARGO_PKG_VERSION"),
};
const EXAMPLES: &str = "Examples:
  hbnb-web --api-url http://127.0.0.1:8081
  HBNB_API_URL=http://api:8080 hbnb-web --bind 0.0.0.0:8080
  hbnb-web check";

fn main() -> ExitCode {
    let own = [
        bind("127.0.0.1:8082"),
        admin_bind("127.0.0.1:9082"),
        API_URL,
    ];
    Program {
        service: SERVICE,
        about: "The pages of HBNB, which ask the API for data",
        examples: EXAMPLES,
        options: [&own, OPTIONS, COMMON].concat(),
    }
    .run(serve)
}

async fn serve(start: Start) -> anyhow::Result<Outcome> {
    let config = WebConfig::read(&start.settings)?;
    let api_url = ApiAt::read(&start.settings)?.api_url;
    let api = ApiClient::over_http(&api_url, config.api_timeout());
    let open = async |ground: &_| Ok(web::service::open(api, ground));
    start.serve(open).await
}
