//! The test runner behind `make test`: builds the binaries, brings a PostgreSQL, runs every test of the workspace
//! and sums up. Arguments go to `cargo test`.

use rig::runner;
use std::process::ExitCode;

// One thread: programs have their turns in their order.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match runner::run(&args).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("run-tests: {error:#}");
            ExitCode::FAILURE
        }
    }
}
