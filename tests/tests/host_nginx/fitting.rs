//! What fits and what does not, as the options in effect say.

use std::fs;

use tempfile::TempDir;

use crate::mistakes::{BIND, check};
use crate::stand::printed;

/// What people copy.
#[test]
fn a_common_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("default");
    let text = "server {
    listen 80;
    location / {
        proxy_pass http://localhost:8080;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
}
";
    fs::write(&file, text).unwrap();
    let findings = check(&file, &[BIND]).unwrap_err();
    for (line, says) in [
        (4, "without an upstream"),
        (4, "HTTP/1.0"),
        (4, "Connection: close"),
        (4, "Host is not passed on"),
        (5, "X-Forwarded-For"),
        (4, "X-Forwarded-Proto"),
        (4, "X-Forwarded-Host"),
        (4, "Forwarded is passed on"),
        (4, "gives up after 60s"),
    ] {
        let said = findings
            .iter()
            .filter(|finding| finding.starts_with(&format!("{line}: ")) && finding.contains(says));
        assert!(said.count() > 0, "{says}: {findings:#?}");
    }
    assert_eq!(findings.len(), 9, "{findings:#?}");
}

/// The options in effect decide.
#[test]
fn other_options() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("site.conf");
    let options = [BIND, "--body-limit=8MiB", "--request-timeout=2m"];
    fs::write(&file, printed(&options)).unwrap();
    assert!(
        check(&file, &options)
            .unwrap()
            .contains("--trusted-proxies unix")
    );
    let trusting = [&options[..], &["--trusted-proxies=unix"]].concat();
    assert_eq!(
        check(&file, &trusting).unwrap(),
        format!("{} fits\n", file.display())
    );
    // Larger and slower than these wish, and in time for those.
    assert!(check(&file, &[BIND]).is_ok());
    let findings = check(&file, &[BIND, "--body-limit=16MiB"]).unwrap_err();
    assert!(
        findings[0].contains("`client_max_body_size 16m;`"),
        "{findings:?}"
    );
    let findings = check(&file, &[BIND, "--request-timeout=3m"]).unwrap_err();
    assert!(
        findings[0].contains("`proxy_read_timeout 185s;`"),
        "{findings:?}"
    );
    let findings = check(&file, &[BIND, "--request-timeout=0"]).unwrap_err();
    assert!(
        findings[0].contains("hbnb may take any time"),
        "{findings:?}"
    );
}

/// Every form that is printed fits, and so it does for the addresses that a port of all addresses has.
#[test]
fn what_is_printed_fits() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("site.conf");
    let secured = ["--certificate=/a.pem", "--key=/a.key", "--listen-tls=8443"];
    let much = [
        "--whole",
        "--static-dir=/srv/static",
        "--write-rate=5",
        "--cache-dir=off",
    ];
    for args in [&[][..], &secured, &much] {
        for bind in [
            "--bind=0.0.0.0:80",
            "--bind=[::]:8080",
            "--bind=localhost:81",
            BIND,
        ] {
            fs::write(&file, printed(&[&[bind], args].concat())).unwrap();
            let said = check(&file, &[bind]);
            assert!(said.is_ok(), "{bind} {args:?}: {said:?}");
        }
    }
}
