//! The API asked whatever its own description admits, and things beside it, by schemathesis.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use rig::environment::variable;
use rig::{Binary, Server, Storage, Tool, missing};
use tokio::process::Command;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(300);
/// No 5xx, no status, content type, header or body that the description does not have.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

async fn keeps_its_word(storage: &Storage) {
    let Some(schemathesis) = variable("HBNB_TEST_SCHEMATHESIS") else {
        let why = "HBNB_TEST_SCHEMATHESIS is not set; make setup installs it, make test sets it";
        missing(Tool::Schemathesis, "the API against its description", why);
        return;
    };
    let binary = Binary::named("hbnb").unwrap();
    let args = ["serve", "--database-url", storage.url()];
    let server = Server::start(&binary, &args, &[], storage.folder())
        .await
        .unwrap();
    let asked = Command::new(schemathesis)
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", server.base()))
        .args(["--seed", "1", "--max-examples", "25", "--no-color"])
        .args(["--checks", CHECKS])
        .current_dir(storage.folder())
        .kill_on_drop(true)
        .output();
    let output = timeout(PATIENCE, asked).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Tested: "), "{said}");
}

#[tokio::test]
async fn on_sqlite() {
    keeps_its_word(&Storage::sqlite().unwrap()).await;
}

#[tokio::test]
async fn on_postgres() {
    if let Some(storage) = Storage::postgres("the API against its description").unwrap() {
        keeps_its_word(&storage).await;
    }
}
