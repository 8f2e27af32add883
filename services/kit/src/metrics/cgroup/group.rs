//! Where the control group of this process is, and its files, in both versions.

mod mount;

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

use mount::Mount;

/// Version 1 says so if there is no limit: the greatest number of whole pages (64 KiB at most) that fits 63 bits.
const NO_LIMIT: u64 = i64::MAX as u64 >> 16 << 16;

/// The version of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// A control group with a memory controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    version: Version,
    folder: PathBuf,
}

impl Group {
    /// Of the group of this process and those around it, as far as they can be seen, the one with the lowest limit. All
    /// paths are taken below `root`, which is `/` but in tests.
    pub(super) fn tightest(root: &Path) -> Option<Group> {
        let (mount, folder) = found(root)?;
        let around = folder
            .ancestors()
            .take_while(|folder| folder.starts_with(&mount.point));
        let groups = around.map(|folder| Group {
            version: mount.version,
            folder: folder.to_owned(),
        });
        // Of equals the first, which is the inner one.
        groups
            .filter(|group| group.limit().is_some())
            .min_by_key(Group::limit)
    }

    /// The group of this process itself, whether it has a limit or not.
    pub(super) fn own(root: &Path) -> Option<Group> {
        let (mount, folder) = found(root)?;
        let version = mount.version;
        Some(Group { version, folder })
    }

    /// The limit in bytes; none if there is no limit.
    pub(super) fn limit(&self) -> Option<u64> {
        let bytes = self.number(self.either("memory.limit_in_bytes", "memory.max"))?;
        (bytes < NO_LIMIT).then_some(bytes)
    }

    /// All memory in bytes, cached files included.
    pub(super) fn usage(&self) -> Option<u64> {
        self.number(self.either("memory.usage_in_bytes", "memory.current"))
    }

    /// The same without the cached files that nobody has used lately.
    pub(super) fn working_set(&self) -> Option<u64> {
        let inactive = self.either("total_inactive_file", "inactive_file");
        let inactive = self.field("memory.stat", inactive)?;
        Some(self.usage()?.saturating_sub(inactive))
    }

    /// How many processes were killed for want of memory.
    pub(super) fn oom_kills(&self) -> Option<u64> {
        let file = self.either("memory.oom_control", "memory.events");
        self.field(file, "oom_kill")
    }

    fn either(&self, one: &'static str, two: &'static str) -> &'static str {
        match self.version {
            Version::One => one,
            Version::Two => two,
        }
    }

    fn number(&self, file: &str) -> Option<u64> {
        let text = read_to_string(self.folder.join(file)).ok()?;
        text.trim().parse().ok()
    }

    fn field(&self, file: &str, name: &str) -> Option<u64> {
        let text = read_to_string(self.folder.join(file)).ok()?;
        let mut pairs = text.lines().filter_map(|line| line.split_once(' '));
        let (_, value) = pairs.find(|(key, _)| *key == name)?;
        value.trim().parse().ok()
    }
}

/// The mount through which the group that controls this process's memory is seen, and its folder there.
fn found(root: &Path) -> Option<(Mount, PathBuf)> {
    let groups = read_to_string(root.join("proc/self/cgroup")).ok()?;
    let mounts = read_to_string(root.join("proc/self/mountinfo")).ok()?;
    // Where version 1 has the memory, version 2 may be there without it.
    [Version::One, Version::Two]
        .into_iter()
        .find_map(|version| {
            let path = path_of(&groups, version)?;
            let mount = mounts.lines().find_map(|line| Mount::read(line, version))?;
            let mount = mount.below(root);
            let folder = mount.folder(path);
            Some((mount, folder))
        })
}

/// The path of the group, from lines such as `4:memory:/docker/0123` or, in version 2, `0::/docker/0123`.
fn path_of(groups: &str, version: Version) -> Option<&str> {
    groups.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        let fits = match version {
            Version::One => controllers.split(',').any(|one| one == "memory"),
            Version::Two => controllers.is_empty(),
        };
        fits.then_some(path)
    })
}

#[cfg(test)]
mod tests;
