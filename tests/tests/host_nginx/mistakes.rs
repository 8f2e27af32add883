//! Each mistake in a file of nginx is found, at its line, and nothing else is.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::stand::{hbnb_now, printed};

pub(crate) const BIND: &str = "--bind=unix:/run/hbnb.sock,127.0.0.1:8080";

/// A change of the file that `hbnb nginx` prints, and what is said of it.
struct Mistake {
    from: &'static str,
    to: &'static str,
    says: &'static str,
}

const fn mistake(from: &'static str, to: &'static str, says: &'static str) -> Mistake {
    Mistake { from, to, says }
}

const MISTAKES: &[Mistake] = &[
    mistake(
        "server unix:/run/hbnb.sock max_fails=0;",
        "server unix:/run/other.sock;",
        "the upstream hbnb leads elsewhere than to hbnb, which listens at unix:/run/hbnb.sock,127.0.0.1:8080; \
         `server unix:/run/hbnb.sock;` would be right",
    ),
    mistake(
        "server unix:/run/hbnb.sock max_fails=0;",
        "server unix:/run/hbnb.sock; server 127.0.0.1:8081;",
        "hbnb does not listen at 127.0.0.1:8081",
    ),
    mistake(
        "    keepalive 64;\n",
        "",
        "the upstream hbnb keeps no connection",
    ),
    mistake(
        "keepalive 64;",
        "keepalive 0;",
        "the upstream hbnb keeps no connection",
    ),
    mistake(
        "keepalive_timeout 800ms;",
        "keepalive_timeout 75s;",
        "kept for 75s, but hbnb closes them after 75 s",
    ),
    mistake(
        "keepalive_timeout 800ms;",
        "keepalive_timeout \"1h 5m\";",
        "kept for 1h 5m",
    ),
    mistake(
        "    proxy_http_version 1.1;\n",
        "",
        "hbnb is asked in HTTP/1.0",
    ),
    mistake(
        "proxy_http_version 1.1;",
        "proxy_http_version 1.0;",
        "hbnb is asked in HTTP/1.0",
    ),
    mistake(
        "    proxy_set_header Connection \"\";\n",
        "",
        "Connection: close is sent to hbnb, as nothing clears it here; `proxy_set_header Connection \"\";` would be right",
    ),
    mistake(
        "Connection \"\";",
        "Connection $http_connection;",
        "Connection: $http_connection is sent to hbnb",
    ),
    mistake(
        "    proxy_set_header Host $hbnb_host;\n",
        "",
        "Host is not passed on",
    ),
    mistake(
        "Host $hbnb_host;",
        "Host $proxy_host;",
        "hbnb is told of the host $proxy_host",
    ),
    mistake(
        "Host $hbnb_host;",
        "HOST hbnb.example;",
        "hbnb is told of the host hbnb.example",
    ),
    mistake(
        "X-Forwarded-For $remote_addr;",
        "X-Forwarded-For $proxy_add_x_forwarded_for;",
        "what the client says is kept in X-Forwarded-For, and added to; \
         `proxy_set_header X-Forwarded-For $remote_addr;` would be right",
    ),
    mistake(
        "X-Forwarded-For $remote_addr;",
        "x-forwarded-for '$http_x_forwarded_for';",
        "X-Forwarded-For is what the client says",
    ),
    mistake(
        "    proxy_set_header X-Forwarded-For $remote_addr;\n",
        "",
        "X-Forwarded-For is not set, and passed on as the client sends it",
    ),
    mistake(
        "    proxy_set_header X-Forwarded-Proto $hbnb_asked_proto;\n",
        "",
        "X-Forwarded-Proto is not set",
    ),
    mistake(
        "    proxy_set_header X-Forwarded-Host $hbnb_asked_host;\n",
        "",
        "X-Forwarded-Host is not set",
    ),
    mistake(
        "    proxy_set_header Forwarded \"\";\n",
        "",
        "Forwarded is passed on",
    ),
    mistake(
        "proxy_read_timeout 65s;",
        "proxy_read_timeout 60;",
        "nginx gives up after 60s, but hbnb may take 1m (request_timeout); `proxy_read_timeout 65s;` would be right",
    ),
    mistake(
        "    proxy_read_timeout 65s;\n",
        "",
        "nginx gives up after 60s",
    ),
    mistake(
        "proxy_read_timeout 65s;",
        "proxy_read_timeout 1h;",
        "a process that hangs is waited for 3600s, but hbnb takes 1m at most",
    ),
    mistake(
        "client_max_body_size 1m;",
        "client_max_body_size 512k;",
        "bodies over 512k are refused, but hbnb takes 1MiB (body_limit); `client_max_body_size 1m;` would be right",
    ),
    mistake(
        "    proxy_next_upstream error timeout;\n",
        "    proxy_next_upstream error timeout non_idempotent;\n",
        "a POST that may have been done is done again (non_idempotent)",
    ),
    mistake(
        "    server_tokens off;",
        "    server_tokens off; proxy_intercept_errors on;",
        "the errors that hbnb tells, JSON for the API, are replaced",
    ),
    mistake(
        "location /api/ {\n        set $hbnb_service hbnb;\n        proxy_pass http://hbnb;",
        "location /api/ {\n        proxy_pass http://hbnb/;",
        "/api/v1/states is asked of hbnb as /v1/states; `proxy_pass http://hbnb;`, without a path, would be right",
    ),
    mistake(
        "location /api/ {\n        set $hbnb_service hbnb;\n        proxy_pass http://hbnb;",
        "location /api/ {\n        proxy_pass http://127.0.0.1:9000;",
        "proxy_pass http://127.0.0.1:9000, for /api/, leads elsewhere than to hbnb",
    ),
    mistake(
        "location /api/ {\n        set $hbnb_service hbnb;\n        proxy_pass http://hbnb;",
        "location /api/ {\n        root /srv;",
        "/api/ is not passed to hbnb; `location /api/ { proxy_pass http://hbnb; }` would be right",
    ),
    mistake(
        "location /static/ {\n        set $hbnb_service hbnb;\n        proxy_pass http://hbnb;",
        "location /static/ {\n        expires 1h;",
        "/static/ is not passed to hbnb",
    ),
    mistake(
        "location / {\n        set $hbnb_service hbnb;\n        proxy_pass http://hbnb;",
        "location = / {\n        proxy_pass http://hbnb;",
        "no location answers /; `location / { proxy_pass http://hbnb; }` would be right",
    ),
    mistake(
        "location /static/ {\n        set $hbnb_service hbnb;\n        proxy_pass http://hbnb;",
        "location /static/ {\n        proxy_pass https://hbnb;",
        "hbnb does not speak TLS; `proxy_pass http://hbnb;` would be right",
    ),
    mistake(
        "location /static/ {\n        set $hbnb_service hbnb;\n        proxy_pass http://hbnb;",
        "location /static/ {\n        proxy_pass http://127.0.0.1:8080;",
        "without an upstream no connection is kept",
    ),
];

#[test]
fn each_is_found() {
    let (folder, right) = (TempDir::new().unwrap(), printed(&[BIND]));
    let file = folder.path().join("site.conf");
    for Mistake { from, to, says } in MISTAKES {
        assert_eq!(right.matches(from).count(), 1, "{from}");
        let wrong = right.replace(from, to);
        fs::write(&file, &wrong).unwrap();
        let findings = check(&file, &[BIND]).unwrap_err();
        for finding in &findings {
            let (line, told) = finding.split_once(": ").unwrap();
            assert!(told.contains(says), "{from} -> {to}: {finding}");
            let line: usize = line.parse().unwrap();
            // Where something is wrong, or where it is missing.
            let text = wrong.lines().nth(line - 1).unwrap();
            let changed = to
                .lines()
                .chain(from.lines())
                .any(|part| text.contains(part.trim()));
            let lacks = ["proxy_pass", "upstream hbnb {", "server {"];
            let is_there = lacks.iter().any(|part| text.contains(part));
            assert!(changed || is_there, "{from}: {finding}: {text}");
        }
    }
}

/// One sentence, or the findings without the name of the file.
pub(crate) fn check(file: &Path, options: &[&str]) -> Result<String, Vec<String>> {
    let name = file.to_str().unwrap();
    let output = hbnb_now(&[&["check", "--nginx", name], options].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() {
        assert_eq!(said.lines().count(), 1, "{said}");
        return Ok(said);
    }
    assert_eq!(output.status.code(), Some(1));
    let own = |line: &str| {
        line.strip_prefix(&format!("{name}:"))
            .unwrap_or(line)
            .to_owned()
    };
    Err(said.lines().map(own).collect())
}
