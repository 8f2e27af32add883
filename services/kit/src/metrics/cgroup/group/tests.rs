//! Both versions, as the kernel lays their files out.

use std::fs::{create_dir_all, write};
use std::path::Path;

use tempfile::TempDir;

use super::Group;

const MIB: u64 = 1 << 20;

/// A root with `/proc/self` of these texts.
fn root(groups: &str, mounts: &str) -> TempDir {
    let root = TempDir::new().unwrap();
    put(
        root.path(),
        "proc/self",
        &[("cgroup", groups), ("mountinfo", mounts)],
    );
    root
}

fn put(root: &Path, folder: &str, files: &[(&str, &str)]) {
    let folder = root.join(folder);
    create_dir_all(&folder).unwrap();
    for (name, text) in files {
        write(folder.join(name), text).unwrap();
    }
}

fn figures(group: &Group) -> [Option<u64>; 4] {
    let (limit, usage) = (group.limit(), group.usage());
    [limit, usage, group.working_set(), group.oom_kills()]
}

const TWO: &str = "24 1 0:22 / /proc rw - proc proc rw
30 23 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - cgroup2 cgroup rw,nsdelegate
";

/// A container with a namespace of its own: its group is the top.
#[test]
fn version_2_in_a_container() {
    let root = root("0::/\n", TWO);
    let files = [
        ("memory.max", "268435456\n"),
        ("memory.current", "104857600\n"),
        (
            "memory.stat",
            "anon 1\nfile 2\ninactive_file 4194304\nactive_file 7\n",
        ),
        (
            "memory.events",
            "low 0\nhigh 0\nmax 12\noom 4\noom_kill 3\noom_group_kill 0\n",
        ),
    ];
    put(root.path(), "sys/fs/cgroup", &files);
    let group = Group::tightest(root.path()).unwrap();
    let wanted = [256 * MIB, 100 * MIB, 96 * MIB, 3];
    assert_eq!(figures(&group), wanted.map(Some));
}

/// Under systemd the limit may be one of a slice around the service.
#[test]
fn version_2_the_tightest_counts() {
    let root = root("0::/site.slice/hbnb.service\n", TWO);
    let limits = [
        ("sys/fs/cgroup/site.slice", "1000\n"),
        ("sys/fs/cgroup/site.slice/hbnb.service", "max\n"),
    ];
    for (folder, limit) in limits {
        put(
            root.path(),
            folder,
            &[("memory.max", limit), ("memory.current", "70\n")],
        );
    }
    let group = Group::tightest(root.path()).unwrap();
    assert_eq!(figures(&group), [Some(1000), Some(70), None, None]);
    let inner = [("memory.max", "1000\n"), ("memory.current", "60\n")];
    put(root.path(), limits[1].0, &inner);
    assert_eq!(Group::tightest(root.path()).unwrap().usage(), Some(60));
}

/// There is none whose limit could be told, and kills are told all the same: a group around may have one, or the machine.
#[test]
fn without_a_limit_there_is_no_group() {
    let root = root("0::/user.slice\n", TWO);
    assert_eq!(Group::tightest(root.path()), None);
    put(
        root.path(),
        "sys/fs/cgroup/user.slice",
        &[
            ("memory.max", "max\n"),
            ("memory.events", "low 0\noom 1\noom_kill 1\n"),
        ],
    );
    assert_eq!(Group::tightest(root.path()), None);
    let own = Group::own(root.path()).unwrap();
    assert_eq!(own.oom_kills(), Some(1));
    assert_eq!(Group::tightest(&root.path().join("no")), None);
}

/// A host with version 2 beside version 1, which has the memory.
#[test]
fn version_1_hybrid() {
    let mounts = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
36 31 0:33 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
";
    let root = root("4:memory:/box/hbnb\n2:cpu,cpuacct:/\n0::/\n", mounts);
    let stat = ("memory.stat", "inactive_file 1\ntotal_inactive_file 20\n");
    let folder = "sys/fs/cgroup/memory";
    let none = ("memory.limit_in_bytes", "9223372036854771712\n");
    put(root.path(), folder, &[none]);
    put(root.path(), &format!("{folder}/box"), &[none]);
    assert_eq!(Group::tightest(root.path()), None);
    let files = [
        ("memory.limit_in_bytes", "1000\n"),
        ("memory.usage_in_bytes", "500\n"),
        (
            "memory.oom_control",
            "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
        ),
        stat,
    ];
    put(root.path(), &format!("{folder}/box/hbnb"), &files);
    let group = Group::tightest(root.path()).unwrap();
    assert_eq!(figures(&group), [1000, 500, 480, 2].map(Some));
}

/// Version 1 has no namespace of groups: the path is that of the host, and the mount shows the container's own group.
#[test]
fn version_1_in_a_container() {
    let mounts = "90 80 0:32 /docker/0123 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
    for path in ["/docker/0123", "/elsewhere"] {
        let root = root(&format!("4:memory:{path}\n"), mounts);
        let files = [
            ("memory.limit_in_bytes", "1000\n"),
            ("memory.usage_in_bytes", "500\n"),
        ];
        put(root.path(), "sys/fs/cgroup/memory", &files);
        let group = Group::tightest(root.path()).unwrap();
        assert_eq!(group.usage(), Some(500), "{path}");
    }
}
