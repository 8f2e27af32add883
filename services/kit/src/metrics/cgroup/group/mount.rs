//! Lines of `/proc/self/mountinfo` (proc(5)).

use std::path::{Path, PathBuf};

use super::Version;

/// A mount of a hierarchy of control groups.
pub(super) struct Mount {
    pub(super) version: Version,
    /// The group that is seen at `point`; in a container often its own.
    group: String,
    /// Where it is mounted.
    pub(super) point: PathBuf,
}

impl Mount {
    /// The mount that a line tells of, if it is of this version and has the memory controller.
    pub(super) fn read(line: &str, version: Version) -> Option<Mount> {
        let (mount, kind) = line.split_once(" - ")?;
        let mut mount = mount.split(' ').skip(3);
        let (group, point) = (mount.next()?, mount.next()?);
        let mut kind = kind.split(' ');
        let (name, options) = (kind.next()?, kind.nth(1)?);
        let fits = match version {
            Version::One => name == "cgroup" && options.split(',').any(|one| one == "memory"),
            Version::Two => name == "cgroup2",
        };
        fits.then(|| Mount {
            version,
            group: group.to_owned(),
            point: PathBuf::from(point),
        })
    }

    /// The same below another root.
    pub(super) fn below(self, root: &Path) -> Mount {
        let point = root.join(self.point.strip_prefix("/").unwrap_or(&self.point));
        Mount { point, ..self }
    }

    /// The folder of a group by its path. One that is not below the mounted group, as when the path is that of the host, is
    /// taken to be the mounted one.
    pub(super) fn folder(&self, path: &str) -> PathBuf {
        match Path::new(path).strip_prefix(&self.group) {
            Ok(rest) => self.point.join(rest),
            Err(_) => self.point.clone(),
        }
    }
}
