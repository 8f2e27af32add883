//! Programs to upgrade to: the file that the master was started from, replaced as a deployment does.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use crate::site::LIMIT;
use crate::{Binary, Master, Site, Storage};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A file of a program. Only what is renamed to it is ever there, so that it is whole.
pub struct Release(PathBuf);

impl Release {
    /// The built program, in a folder.
    pub fn install(folder: &Path) -> Release {
        let release = Release(folder.join("hbnb"));
        release.replace();
        release
    }

    /// Puts another copy of the same there.
    pub fn replace(&self) {
        self.replace_by_program(Binary::named("hbnb").unwrap().path());
    }

    /// Puts a copy of another program there.
    pub fn replace_by_program(&self, program: &Path) {
        self.put(|new| assert!(fs::copy(program, new).unwrap() > 0));
    }

    /// Puts a file with this text there, with these permissions.
    pub fn replace_by_text(&self, text: &str, mode: u32) {
        self.put(|new| {
            fs::write(new, text).unwrap();
            fs::set_permissions(new, fs::Permissions::from_mode(mode)).unwrap();
        });
    }

    fn put(&self, make: impl FnOnce(&Path)) {
        let new = self.0.with_extension("new");
        make(&new);
        fs::rename(&new, &self.0).unwrap();
    }

    /// Whether a process runs what is there now.
    pub fn is_run_by(&self, pid: u32) -> bool {
        let [run, there] = [Path::new(&format!("/proc/{pid}/exe")), &self.0]
            .map(|path| fs::metadata(path).unwrap());
        (run.dev(), run.ino()) == (there.dev(), there.ino())
    }

    pub fn remove(&self) {
        fs::remove_file(&self.0).unwrap();
    }
}

impl Site {
    /// A site that runs a program of its own.
    pub async fn of_a_release(args: &[&str], envs: &[(&str, &str)]) -> (Site, Release) {
        let storage = Storage::sqlite().unwrap();
        let release = Release::install(storage.folder());
        let program = Binary::at(&release.0);
        let args = [&["--workers", "2"], args].concat();
        let master = Master::start_program(&program, &storage, &args, envs).await;
        let master = master.unwrap();
        master.until_settled(LIMIT).await.unwrap();
        (Site { master, storage }, release)
    }
}
