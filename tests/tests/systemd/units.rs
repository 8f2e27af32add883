//! An installed copy of the units, in a root of its own, as systemd's own tools see it.

use super::{example, has_systemd};
use rig::{Binary, run, top};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const PROGRAMS: [&str; 4] = ["hbnb", "hbnb-api", "hbnb-web", "hbnb-assets"];
/// The most that `systemd-analyze security` may say, from 0 (safe) to 10.
const EXPOSURE: f64 = 2.0;
/// Where systemd keeps its own units, on which all others stand.
const OWN_UNITS: &str = "/usr/lib/systemd/system";

/// A root with the units installed, and systemd's own beside them.
struct Installed(TempDir);

impl Installed {
    fn new() -> Installed {
        let installed = Installed(TempDir::new().unwrap());
        installed.install();
        // Without systemd there are none, and nobody who would miss them.
        for entry in fs::read_dir(OWN_UNITS).into_iter().flatten() {
            let path = entry.unwrap().path();
            let wanted = ["target", "slice"].map(OsStr::new);
            if path.extension().is_some_and(|kind| wanted.contains(&kind)) {
                fs::copy(&path, installed.units().join(path.file_name().unwrap())).unwrap();
            }
        }
        installed
    }

    /// The programs are stand-ins: it is the units that are looked at, and copies of the true ones take long.
    fn install(&self) {
        let built = TempDir::new().unwrap();
        for program in PROGRAMS {
            let path = built.path().join(program);
            fs::write(&path, "#!/bin/sh\n").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let script = top().unwrap().join("deploy/systemd/install.sh");
        let output = Command::new(script)
            .env("BIN_DIR", built.path())
            .env("DESTDIR", self.root())
            .output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn units(&self) -> PathBuf {
        self.root().join("usr/lib/systemd/system")
    }

    /// The units of ours with this ending, such as `service`.
    fn ours(&self, kind: &str) -> Vec<String> {
        let names = fs::read_dir(self.units()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let is_ours = |name: &String| name.starts_with("hbnb") && name.ends_with(kind);
        let mut names: Vec<String> = names.filter(is_ours).collect();
        names.sort();
        names
    }

    /// Runs a tool of systemd's on this root.
    fn tool(&self, program: &str, args: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.arg("--root").arg(self.root()).args(args);
        command.output().unwrap()
    }

    /// The values of a key in a unit, in order.
    fn values(&self, unit: &str, key: &str) -> Vec<String> {
        let text = fs::read_to_string(self.units().join(unit)).unwrap();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs
            .filter(|(name, _)| *name == key)
            .map(|(_, value)| value.to_owned())
            .collect()
    }
}

/// All that a command wrote.
fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8(both).unwrap()
}

#[test]
fn systemd_understands_every_line() {
    if !has_systemd("the units") {
        return;
    }
    let installed = Installed::new();
    let (services, sockets) = (installed.ours(".service"), installed.ours(".socket"));
    assert_eq!((services.len(), sockets.len()), (4, 8));
    let all: Vec<&str> = services
        .iter()
        .chain(&sockets)
        .map(String::as_str)
        .collect();
    let output = installed.tool("systemd-analyze", &[&["verify"], &all[..]].concat());
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output), "");
    // With the secrets of the example too.
    for service in ["hbnb.service", "hbnb-api.service"] {
        let folder = installed.units().join(format!("{service}.d"));
        fs::create_dir_all(&folder).unwrap();
        let example = installed.root().join("usr/share/doc/hbnb/secrets.conf");
        fs::copy(example, folder.join("secrets.conf")).unwrap();
        let output = installed.tool("systemd-analyze", &["verify", service]);
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(said(&output), "");
    }
}

/// The judge above does find a line that is wrong, and a program that is not there.
#[test]
fn a_wrong_unit_is_found() {
    if !has_systemd("wrong units") {
        return;
    }
    let installed = Installed::new();
    let path = installed.units().join("hbnb-web.service");
    let right = fs::read_to_string(&path).unwrap();
    for (good, bad) in [
        ("WatchdogSec=15", "WatchdogSec=soon"),
        ("/usr/bin/hbnb-web serve", "/usr/bin/hbnb-pages serve"),
    ] {
        fs::write(&path, right.replace(good, bad)).unwrap();
        let output = installed.tool("systemd-analyze", &["verify", "hbnb-web.service"]);
        assert_ne!(said(&output), "", "{bad} is overlooked");
    }
}

#[test]
fn services_are_hardened() {
    if !has_systemd("the exposure of the services") {
        return;
    }
    let installed = Installed::new();
    for service in installed.ours(".service") {
        let exposure = exposure(&installed, &service);
        assert!(exposure <= EXPOSURE, "{service}: {exposure}");
    }
    // Without what hardens it, it is not.
    for folder in ["hbnb.service.d", "hbnb-.service.d"] {
        fs::remove_dir_all(installed.units().join(folder)).unwrap();
    }
    assert!(exposure(&installed, "hbnb.service") > EXPOSURE);
}

/// What `systemd-analyze security` says of a service as a whole.
fn exposure(installed: &Installed, service: &str) -> f64 {
    let output = installed.tool("systemd-analyze", &["security", "--offline=true", service]);
    let said = said(&output);
    let (_, overall) = said.split_once("Overall exposure level for").unwrap();
    let (_, level) = overall.split_once(": ").unwrap();
    level.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn users_and_folders() {
    if !has_systemd("sysusers.d and tmpfiles.d") {
        return;
    }
    let installed = Installed::new();
    let output = installed.tool("systemd-sysusers", &["hbnb.conf"]);
    assert!(output.status.success(), "{}", said(&output));
    let users = fs::read_to_string(installed.root().join("etc/passwd")).unwrap();
    let user = users.lines().find(|line| line.starts_with("hbnb:"));
    let fields: Vec<&str> = user.unwrap().split(':').collect();
    assert_eq!(fields[5..], ["/var/lib/hbnb", "/usr/sbin/nologin"]);
    let output = installed.tool("systemd-tmpfiles", &["--create", "hbnb.conf"]);
    if !output.status.success() {
        // It may give folders to nobody else.
        assert_ne!(
            installed.root().metadata().unwrap().uid(),
            0,
            "{}",
            said(&output)
        );
        return rig::skipped("tmpfiles.d", "only root can give folders to others");
    }
    let folder = |path: &str| {
        let metadata = installed.root().join(path).metadata().unwrap();
        (metadata.uid().to_string(), metadata.mode() & 0o777)
    };
    assert_eq!(folder("run/hbnb"), (fields[2].to_owned(), 0o750));
    assert_eq!(folder("etc/hbnb/secrets"), ("0".to_owned(), 0o700));
}

/// What a unit calls is a command that the program has.
#[tokio::test]
async fn units_call_what_there_is() {
    let installed = Installed::new();
    for program in PROGRAMS {
        let unit = format!("{program}.service");
        let starts = ["ExecStartPre", "ExecStart"].map(|key| installed.values(&unit, key));
        for line in starts.concat() {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(words[0], format!("/usr/bin/{program}"));
            help(program, &words[1..]).await;
        }
        for (socket, name) in [("", "main"), ("-admin", "admin")] {
            let socket = format!("{program}{socket}.socket");
            assert!(installed.values(&unit, "Sockets")[0].contains(&socket));
            assert_eq!(installed.values(&socket, "FileDescriptorName"), [name]);
        }
    }
}

/// systemd waits for longer than the program itself does.
#[tokio::test]
async fn times_are_above_the_programs_own() {
    let installed = Installed::new();
    for program in PROGRAMS {
        let help = help(program, &["serve"]).await;
        let own = |option: &str| seconds(help.split_once(option).unwrap().1);
        let set = |key: &str| seconds(&installed.values(&format!("{program}.service"), key)[0]);
        let drain = ["DELAY", "LINGER", "DEADLINE"]
            .map(|part| own(&format!("HBNB_DRAIN_{part}, default ")));
        assert!(
            set("TimeoutStopSec") >= drain.iter().sum::<u32>() + 5,
            "{program}"
        );
        assert!(
            set("WatchdogSec") > own("HBNB_WATCHDOG, default "),
            "{program}"
        );
    }
}

/// The whole seconds that a text begins with.
fn seconds(text: &str) -> u32 {
    let digits = text.split(|letter: char| !letter.is_ascii_digit()).next();
    digits.unwrap().parse().unwrap()
}

/// What a command says of itself, on one line.
async fn help(program: &str, command: &[&str]) -> String {
    let folder = TempDir::new().unwrap();
    let binary = Binary::named(program).unwrap();
    let args = [command, &["--help"]].concat();
    let output = run(&binary, &args, &[], folder.path()).await.unwrap();
    let said = said(&output);
    assert!(output.status.success(), "{program} {command:?}: {said}");
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_configuration_that_is_there_stays() {
    let installed = Installed::new();
    let path = installed.root().join("etc/hbnb/hbnb.toml");
    fs::write(&path, "no_demo = true\n").unwrap();
    installed.install();
    assert_eq!(fs::read_to_string(&path).unwrap(), "no_demo = true\n");
}

/// The others are what the programs are started with elsewhere in these stories.
#[tokio::test]
async fn the_example_is_in_effect() {
    let folder = TempDir::new().unwrap();
    let file = example("hbnb");
    let args = ["config", "--config", &file];
    let binary = Binary::named("hbnb").unwrap();
    let output = run(&binary, &args, &[], folder.path()).await.unwrap();
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    let line = said
        .lines()
        .find(|line| line.starts_with("trusted_proxies "));
    assert!(line.unwrap().contains("unix"), "{said}");
}
