//! The database has no room left.

use crate::alarms::Alarms;
use crate::reader::Reader;
use crate::world::{PATIENCE, can_have, site};
use crate::writer::{is_well, keeps_what_was_told};
use rig::Writer;
use rig::writer::write;
use rig::{Tool, announce, missing, until};
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// On a file system that this test mounts, and fills.
#[tokio::test(flavor = "multi_thread")]
async fn the_disk_of_the_database_is_full() {
    if !can_have("a full disk") {
        return;
    }
    let disk = match Disk::mount() {
        Ok(disk) => disk,
        Err(why) => return missing(Tool::Docker, "a full disk", &why),
    };
    let file = disk.folder.path().join("compose.yaml");
    let data = disk.data();
    let mount = format!("{}:/var/lib/postgresql", data.display());
    let volumes = format!("services: {{ db: {{ volumes: ['{mount}'] }} }}\n");
    std::fs::write(&file, volumes).unwrap();
    let (compose, alarms) = Alarms::beside(site());
    let mut compose = compose.file(&file);
    compose.up(&[]).await.unwrap();
    let writer = Writer::begin(&compose.base());
    let reader = Reader::begin(&compose.base());
    let long = "x".repeat(120);
    is_well(&compose, "before the disk is full").await;

    disk.fill();
    let mut last = None;
    let refused = async || {
        last = write(&compose.base(), &long).await;
        Ok(last != Some(201))
    };
    until("a write that finds no room", PATIENCE, refused)
        .await
        .unwrap();
    announce(&format!("a write onto a full disk: {last:?}"));
    assert!(matches!(last, Some(500..=599)), "{last:?}");
    alarms.fires("HbnbAvailabilityBurnFast").await;
    disk.empty();
    is_well(&compose, "after the disk has room").await;
    alarms.resolves("HbnbAvailabilityBurnFast").await;
    keeps_what_was_told(writer, &compose).await;
    reader.was_well_told().await;
}

/// A small file system in memory.
struct Disk {
    folder: TempDir,
}

impl Disk {
    fn mount() -> Result<Disk, String> {
        let disk = Disk {
            folder: TempDir::new().unwrap(),
        };
        std::fs::create_dir(disk.data()).unwrap();
        let options = "size=128m,mode=0700,uid=999,gid=999";
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(disk.data());
        match mount.output() {
            Ok(output) if output.status.success() => Ok(disk),
            _ => Err("a file system cannot be mounted: that takes root".to_owned()),
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// To the last byte.
    fn fill(&self) {
        let mut filler = File::create(self.data().join("filler")).unwrap();
        let block = vec![1; 64 * 1024];
        while filler.write_all(&block).is_ok() {}
    }

    fn empty(&self) {
        std::fs::remove_file(self.data().join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.data())
            .output();
    }
}
