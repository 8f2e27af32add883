//! Prometheus in a hurry beside a project: the rules as they are, with times sixty times shorter.

use crate::telemetry::Prometheus;
use crate::world::PATIENCE;
use rig::process::free_port;
use rig::rules::shortened_copy;
use rig::{Compose, announce, top, until};
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Instant;
use tempfile::TempDir;

const HURRY: u32 = 60;

pub(crate) struct Alarms {
    prometheus: Prometheus,
    _folder: TempDir,
}

impl Alarms {
    /// Adds it to a project that does not run yet.
    pub(crate) fn beside(compose: Compose) -> (Compose, Alarms) {
        let folder = TempDir::new().unwrap();
        let from = top().unwrap().join("deploy/prometheus");
        let rules = folder.path().join("prometheus");
        std::fs::create_dir(&rules).unwrap();
        shortened_copy(&from, &rules, HURRY).unwrap();
        open(folder.path());
        let file = folder.path().join("compose.yaml");
        let volume = format!("{}:/etc/prometheus:ro", rules.display());
        let volumes = format!("services: {{ prometheus: {{ volumes: ['{volume}'] }} }}\n");
        std::fs::write(&file, volumes).unwrap();
        let port = free_port().unwrap().to_string();
        let compose = compose
            .file(&file)
            .env("COMPOSE_PROFILES", "observability")
            .env("HBNB_PROMETHEUS_PORT", &port);
        let alarms = Alarms {
            prometheus: Prometheus(format!("http://127.0.0.1:{port}")),
            _folder: folder,
        };
        (compose, alarms)
    }

    /// When the API's process began, in seconds of Unix time, as soon as it is known.
    pub(crate) async fn api_begun(&self) -> f64 {
        self.see_the_api_begin(0.0).await
    }

    /// Waits until a process is seen that began after this time; the time of its own beginning.
    pub(crate) async fn see_the_api_begin(&self, after: f64) -> f64 {
        let mut begun = 0.0;
        let seen = async || {
            let query = "max(process_start_time_seconds{job=\"hbnb-api\"})";
            begun = self.prometheus.value(query).await;
            Ok(begun > after)
        };
        until("Prometheus sees the API", PATIENCE, seen)
            .await
            .unwrap();
        begun
    }

    /// Waits until an alert fires.
    pub(crate) async fn fires(&self, name: &str) {
        let begun = Instant::now();
        let firing = async || Ok(self.prometheus.firing().await.iter().any(|one| one == name));
        until(&format!("{name} fires"), PATIENCE, firing)
            .await
            .unwrap();
        announce(&format!("{name} fired after {:.0?}", begun.elapsed()));
    }

    /// Waits until an alert fires no more.
    pub(crate) async fn resolves(&self, name: &str) {
        let begun = Instant::now();
        let quiet = async || Ok(self.prometheus.firing().await.iter().all(|one| one != name));
        until(&format!("{name} is over"), 2 * PATIENCE, quiet)
            .await
            .unwrap();
        announce(&format!("{name} resolved after {:.0?}", begun.elapsed()));
    }
}

/// To the user of Prometheus.
fn open(folder: &Path) {
    set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => open(&entry.path()),
            false => set_permissions(entry.path(), Permissions::from_mode(0o644)).unwrap(),
        }
    }
}
