//! A file is read as nginx reads it: words, quotes, comments, blocks, and what it includes.

use std::fs;

use tempfile::TempDir;

use crate::mistakes::check;
use crate::stand::printed;

const BIND: &str = "--bind=unix:/run/hbnb.sock";

/// The parts of a site in files of their own, as Debian has them.
#[test]
fn included_files() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("conf.d")).unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    file("conf.d/hbnb.conf", &printed(&[BIND]));
    let whole = "events { }\nhttp {\n    include empty/*.conf;\n    include conf.d/*.conf;\n}\n";
    file("nginx.conf", whole);
    let main = folder.path().join("nginx.conf");
    assert!(check(&main, &[BIND]).is_ok());

    // What is wrong there is told of that file.
    let wrong = printed(&[BIND]).replace("proxy_http_version 1.1;", "include snippets/how.conf;");
    file("conf.d/hbnb.conf", &wrong);
    fs::create_dir(folder.path().join("snippets")).unwrap();
    file("snippets/how.conf", "# HTTP\nproxy_http_version 1.0;\n");
    let findings = check(&main, &[BIND]).unwrap_err();
    let place = format!(
        "{}:2: hbnb is asked in HTTP/1.0",
        folder.path().join("snippets/how.conf").display()
    );
    assert!(
        findings.iter().any(|one| one.starts_with(&place)),
        "{findings:?}"
    );
    // So it is when the part is read alone.
    let part = folder.path().join("conf.d/hbnb.conf");
    let findings = check(&part, &[BIND]).unwrap_err();
    assert!(
        findings.iter().any(|one| one.contains("HTTP/1.0")),
        "{findings:?}"
    );

    file("conf.d/hbnb.conf", "\ninclude nowhere.conf;\n");
    let findings = check(&part, &[BIND]).unwrap_err();
    assert_eq!(findings.len(), 1, "{findings:?}");
    let says = "2: include nowhere.conf: cannot read ";
    assert!(
        findings[0].starts_with(says) && findings[0].contains("No such file"),
        "{findings:?}"
    );

    file("nginx.conf", "include nginx.conf;");
    let findings = check(&main, &[BIND]).unwrap_err();
    assert!(
        findings[0].contains("include each other without an end"),
        "{findings:?}"
    );
}

/// nginx' own manner of writing, none of which changes what is meant.
#[test]
fn the_same_in_other_words() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("site.conf");
    let text = r##"# a { in a comment; and a "quote
upstream "app" { server 'unix:/run/hbnb.sock' ; keepalive 8; } # kept
stream { server { proxy_pass elsewhere; } }
server { location /{ proxy_pass http://other; } }
server{listen 80;
    set $x "a;b{c}\"#"; set $y a#b; set $z ${x}_y;
    proxy_http_version 1.1; proxy_read_timeout 1m10s; client_max_body_size 0;
    proxy_set_header Connection ''; proxy_set_header host ${http_host};
    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto "$scheme";
    proxy_set_header X-Forwarded-Host $host; proxy_set_header Forwarded "";
    location / { if ($x = 'a}') { return 403; } proxy_pass http://app; }
}
"##;
    fs::write(&file, text).unwrap();
    let said = check(&file, &[BIND]);
    assert!(said.is_ok(), "{said:?}");
}

#[test]
fn what_cannot_be_read() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("site.conf");
    for (text, finding) in [
        (
            "http {\n  server {\n  }\n",
            "1: this block has no end; a } would be right",
        ),
        (
            "\n}\n",
            "2: this } closes nothing; as many { as } would be right",
        ),
        (
            "server {\n  listen 80\n}\n",
            "2: listen has no end; a ; after it would be right",
        ),
        (
            "listen 80",
            "1: listen has no end; a ; after it would be right",
        ),
        (
            "\nset $x \"a;\n",
            "2: the text after this \" has no end; another \" would be right",
        ),
        (
            "a;\n;\n",
            "2: there is no directive before this ; or {; its name would be right",
        ),
        (
            "",
            "1: nothing here is passed to hbnb: there is no proxy_pass; what `hbnb nginx` prints would be right",
        ),
    ] {
        fs::write(&file, text).unwrap();
        assert_eq!(
            check(&file, &[BIND]),
            Err(vec![finding.to_owned()]),
            "{text}"
        );
    }
}
