//! How hbnb is asked: by what protocol, with which fields, for how long, with how large a body.

use std::time::Duration;

use crate::nginx::effect::Effect;
use crate::nginx::finding::Finding;
use crate::nginx::syntax::Directive;
use crate::nginx::units::{patience, size, size_text, time, time_text};

use super::spots::Spot;

/// nginx' own, where nothing is said (`ngx_http_proxy_module`, `ngx_http_core_module`).
const READ_TIMEOUT: Duration = Duration::from_secs(60);
const BODY_SIZE: u64 = 1 << 20;
/// So much longer than hbnb may take is no longer for an answer.
const TOO_PATIENT: u32 = 4;
/// The one POST that changes nothing.
const SEARCH: &str = "/api/v1/places_search";

pub(super) fn check(spot: &Spot<'_>, effect: &Effect) -> Vec<Finding> {
    let found = [
        plain(spot),
        version(spot),
        connection(spot),
        host(spot),
        forwarded_for(spot),
        told(spot, "X-Forwarded-Proto", "$scheme"),
        told(spot, "X-Forwarded-Host", "$http_host"),
        forwarded(spot),
        read_timeout(spot, effect),
        body_size(spot, effect),
        retries(spot),
        errors(spot),
    ];
    found.into_iter().flatten().collect()
}

fn plain(spot: &Spot<'_>) -> Option<Finding> {
    let target = spot.target.as_ref().filter(|target| target.is_tls)?;
    let wrong = "hbnb does not speak TLS";
    let right = format!("`proxy_pass http://{};`", target.address);
    Some(Finding::new(&spot.pass.place, wrong, right))
}

fn version(spot: &Spot<'_>) -> Option<Finding> {
    let set = spot.setting("proxy_http_version");
    let version = set.map_or("1.0", |set| set.word(0));
    let wrong = format!("hbnb is asked in HTTP/{version}, which keeps no connection");
    let right = "`proxy_http_version 1.1;`";
    (version == "1.0").then(|| Finding::new(&set.unwrap_or(spot.pass).place, wrong, right))
}

/// The line that sets a field of the request, the last one counts.
fn field<'a>(spot: &Spot<'a>, name: &str) -> Option<&'a Directive> {
    let set = spot.effective("proxy_set_header");
    let mut own = set.into_iter().rev();
    own.find(|set| set.word(0).eq_ignore_ascii_case(name))
}

fn connection(spot: &Spot<'_>) -> Option<Finding> {
    let set = field(spot, "Connection");
    let wrong = match set {
        Some(set) if set.word(1).is_empty() => return None,
        Some(set) => format!("Connection: {} is sent to hbnb", set.word(1)),
        None => "Connection: close is sent to hbnb, as nothing clears it here".to_owned(),
    };
    let right = "`proxy_set_header Connection \"\";`";
    Some(Finding::new(&set.unwrap_or(spot.pass).place, wrong, right))
}

fn host(spot: &Spot<'_>) -> Option<Finding> {
    let set = field(spot, "Host");
    let wrong = match set {
        Some(set) if set.word(1).contains('$') && set.word(1) != "$proxy_host" => return None,
        Some(set) => format!(
            "hbnb is told of the host {}, not of the one that was asked",
            set.word(1)
        ),
        None => "Host is not passed on: hbnb takes the name of the upstream for that of the site"
            .to_owned(),
    };
    let right = "`proxy_set_header Host $http_host;`";
    Some(Finding::new(&set.unwrap_or(spot.pass).place, wrong, right))
}

fn forwarded_for(spot: &Spot<'_>) -> Option<Finding> {
    let set = field(spot, "X-Forwarded-For");
    let wrong = match set.map(|set| set.word(1)) {
        Some(value) if value.contains("$proxy_add_x_forwarded_for") => {
            "what the client says is kept in X-Forwarded-For, and added to".to_owned()
        }
        Some(value) if value.contains("$http_") => {
            format!("X-Forwarded-For is what the client says, {value}")
        }
        Some(_) => return None,
        None => "X-Forwarded-For is not set, and passed on as the client sends it".to_owned(),
    };
    let right = "`proxy_set_header X-Forwarded-For $remote_addr;`";
    Some(Finding::new(&set.unwrap_or(spot.pass).place, wrong, right))
}

/// A field that only nginx may set.
fn told(spot: &Spot<'_>, name: &str, value: &str) -> Option<Finding> {
    let wrong = format!("{name} is not set, and passed on as the client sends it");
    let right = format!("`proxy_set_header {name} {value};`");
    match field(spot, name) {
        Some(_) => None,
        None => Some(Finding::new(&spot.pass.place, wrong, right)),
    }
}

/// It says the same as X-Forwarded-*, and hbnb believes it as well.
fn forwarded(spot: &Spot<'_>) -> Option<Finding> {
    let set = field(spot, "Forwarded");
    let from_client = set.is_none_or(|set| set.word(1).contains("$http_forwarded"));
    let wrong = "Forwarded is passed on as the client sends it";
    let right = "`proxy_set_header Forwarded \"\";`";
    from_client.then(|| Finding::new(&set.unwrap_or(spot.pass).place, wrong, right))
}

fn read_timeout(spot: &Spot<'_>, effect: &Effect) -> Option<Finding> {
    let limit = effect.request_timeout;
    let set = spot.setting("proxy_read_timeout");
    let given = match set {
        Some(set) => time(set.word(0))?,
        None => READ_TIMEOUT,
    };
    let told = time_text(given);
    let wrong = if limit.0.is_zero() || given <= limit.0 {
        let limit = match limit.0.is_zero() {
            true => "any time".to_owned(),
            false => limit.to_string(),
        };
        (given < patience(effect.request_timeout)).then(|| {
            format!("nginx gives up after {told}, but hbnb may take {limit} (request_timeout)")
        })?
    } else if given > limit.0 * TOO_PATIENT {
        format!(
            "a process that hangs is waited for {told}, but hbnb takes {limit} at most (request_timeout)"
        )
    } else {
        return None;
    };
    let right = format!("`proxy_read_timeout {};`", time_text(patience(limit)));
    Some(Finding::new(&set.unwrap_or(spot.pass).place, wrong, right))
}

fn body_size(spot: &Spot<'_>, effect: &Effect) -> Option<Finding> {
    let set = spot.setting("client_max_body_size");
    let given = match set {
        Some(set) => size(set.word(0))?,
        None => BODY_SIZE,
    };
    // Zero is no limit.
    if given == 0 || given >= effect.body_limit.0 {
        return None;
    }
    let told = set.map_or("1m", |set| set.word(0));
    let wrong = format!(
        "bodies over {told} are refused, but hbnb takes {} (body_limit)",
        effect.body_limit
    );
    let right = format!("`client_max_body_size {};`", size_text(effect.body_limit));
    Some(Finding::new(&set.unwrap_or(spot.pass).place, wrong, right))
}

fn retries(spot: &Spot<'_>) -> Option<Finding> {
    let set = spot.setting("proxy_next_upstream")?;
    let is_search = spot.location.is_some_and(|location| {
        location
            .words
            .last()
            .is_some_and(|path| path.trim_end_matches('/') == SEARCH)
    });
    let repeats = set.words.iter().any(|word| word == "non_idempotent");
    let wrong = "a POST that may have been done is done again (non_idempotent)";
    let right = "`proxy_next_upstream error timeout;`";
    (repeats && !is_search).then(|| Finding::new(&set.place, wrong, right))
}

fn errors(spot: &Spot<'_>) -> Option<Finding> {
    let set = spot.setting("proxy_intercept_errors")?;
    let wrong = "the errors that hbnb tells, JSON for the API, are replaced by those of nginx";
    let right = "`proxy_intercept_errors off;`";
    (set.word(0) == "on").then(|| Finding::new(&set.place, wrong, right))
}
