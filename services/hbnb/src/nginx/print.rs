//! The file for nginx, made of the rules in deploy/nginx that containers use.

use std::fmt::Display;
use std::time::Duration;

use askama::Template;
use kit::config::{Listen, Size};

use super::effect::Effect;
use super::units::{patience, size_text, time_text};

const HTTP: &str = include_str!("../../../../deploy/nginx/rules/http.conf");
const MANNERS: &str = include_str!("../../../../deploy/nginx/rules/manners.conf");
const TLS: &str = include_str!("../../../../deploy/nginx/rules/tls.conf");
const SERVER: &str = include_str!("../../../../deploy/nginx/rules/server.conf");
const ERROR_PAGE: &str = include_str!("../../../../deploy/nginx/rules/error.html");
const ERROR_JSON: &str = include_str!("../../../../deploy/nginx/rules/error.json");

/// Idle for so long, a client's connection to hbnb is closed by hbnb (`Clocks`); nginx must be earlier.
pub(super) const IDLE: Duration = Duration::from_secs(75);
/// The longest that nginx keeps one.
const LONGEST_IDLE: Duration = Duration::from_secs(60);
/// The most of a body that is kept in memory.
const MOST_IN_MEMORY: u64 = 1 << 20;

/// What only nginx knows.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    /// None for all names.
    pub(crate) names: Vec<String>,
    /// Where plain HTTP is spoken, in the form of `listen`.
    pub(crate) listen: Vec<String>,
    /// Where HTTPS is spoken, if there is a certificate.
    pub(crate) listen_tls: Vec<String>,
    /// The files of a certificate and its key.
    pub(crate) certificate: Option<(String, String)>,
    /// A folder with files of `/static/`.
    pub(crate) static_dir: Option<String>,
    /// Where copies of files are kept.
    pub(crate) cache_dir: Option<String>,
    pub(crate) access_log: String,
    /// Proxies before nginx whose word counts.
    pub(crate) networks: Vec<String>,
    pub(crate) writes: Option<Writes>,
    /// Whether it is to be all of nginx.conf.
    pub(crate) is_whole: bool,
}

/// How much one address may write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writes {
    /// Requests a second.
    pub(crate) rate: u32,
    /// How many more may come at once.
    pub(crate) burst: u32,
}

#[derive(Template)]
#[template(path = "hbnb.conf", escape = "none")]
struct Site<'a> {
    address: String,
    peer: &'a str,
    socket: Option<String>,
    idle: String,
    names: &'a [String],
    server_name: String,
    listen: &'a [String],
    /// Makes this server the one for all names, if it has none.
    alone: &'static str,
    tls: Option<Tls<'a>>,
    static_dir: Option<&'a String>,
    cache: Option<&'a String>,
    access_log: String,
    networks: &'a [String],
    writes: Option<Writes>,
    is_whole: bool,
    rules: Rules,
    pages: [Page; 2],
}

struct Tls<'a> {
    listen: &'a [String],
    certificate: &'a str,
    key: &'a str,
    /// Nothing, or the port with a colon.
    port: String,
}

struct Rules {
    http: String,
    manners: String,
    tls: String,
    server: String,
}

/// What nginx answers itself.
struct Page {
    form: &'static str,
    kind: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "nginx.conf", escape = "none")]
struct Whole {
    site: String,
}

/// The file, whole in itself.
pub(crate) fn site(effect: &Effect, front: &Front) -> anyhow::Result<String> {
    let Some(at) = effect.nearest() else {
        anyhow::bail!(
            "bind is {}, any free port: name one, or a unix socket",
            effect.bind
        );
    };
    let certificate = front.certificate.as_ref();
    let tls = certificate.map(|(certificate, key)| Tls {
        listen: &front.listen_tls,
        certificate,
        key,
        port: port_of(front.listen_tls.first()),
    });
    let site = Site {
        address: at.to_string(),
        peer: Effect::peer(&at),
        socket: match &at {
            Listen::Unix(path) => Some(path.display().to_string()),
            Listen::Tcp { .. } => None,
        },
        idle: time_text(idle(effect.farewell())),
        names: &front.names,
        server_name: match front.names.is_empty() {
            true => "_".to_owned(),
            false => front.names.join(" "),
        },
        alone: if front.names.is_empty() {
            " default_server"
        } else {
            ""
        },
        listen: &front.listen,
        tls,
        static_dir: front.static_dir.as_ref(),
        cache: front.cache_dir.as_ref(),
        access_log: match front.access_log.as_str() {
            "off" => "off".to_owned(),
            file => format!("{file} hbnb"),
        },
        networks: &front.networks,
        writes: front.writes,
        is_whole: front.is_whole,
        rules: Rules::of(effect),
        pages: [
            Page::of("html", "text/html", ERROR_PAGE),
            Page::of("json", "application/json", ERROR_JSON),
        ],
    };
    let site = tidy(&site.render()?);
    match front.is_whole {
        true => Ok(tidy(&Whole { site }.render()?)),
        false => Ok(site),
    }
}

/// Somewhat shorter than hbnb leaves idle connections alone when it is told to stop. If it does not, that cannot help.
fn idle(farewell: Duration) -> Duration {
    match farewell.mul_f64(0.8).min(LONGEST_IDLE) {
        short if short < Duration::from_millis(100) => LONGEST_IDLE,
        idle => idle,
    }
}

fn port_of(listen: Option<&String>) -> String {
    let port = listen.and_then(|listen| listen.rsplit(':').next());
    match port {
        None | Some("443") => String::new(),
        Some(port) => format!(":{port}"),
    }
}

impl Rules {
    /// The rules of all targets with one program behind all names of services, and limits as they are in effect.
    fn of(effect: &Effect) -> Rules {
        let limit = effect.body_limit;
        let patience = time_text(patience(effect.request_timeout));
        let in_memory = Size(limit.0.clamp(1, MOST_IN_MEMORY));
        let manners = [
            ("proxy_send_timeout", patience.clone()),
            ("proxy_read_timeout", patience),
            ("client_max_body_size", size_text(Size(limit.0.max(1)))),
            ("client_body_buffer_size", size_text(in_memory)),
        ];
        let manners = manners
            .iter()
            .fold(MANNERS.to_owned(), |text, (name, value)| {
                with_value(&text, name, value)
            });
        Rules {
            http: HTTP.replace("may have 1 MiB", &format!("may have {}", spoken(&limit))),
            manners,
            tls: TLS.to_owned(),
            server: ["hbnb_web", "hbnb_api", "hbnb_assets"]
                .iter()
                .fold(without_includes(SERVER), |text, name| {
                    text.replace(name, "hbnb")
                }),
        }
        .trimmed()
    }

    /// Without what each file says of itself, which is its first paragraph.
    fn trimmed(self) -> Rules {
        let trim = |text: String| {
            let rest = text.split_once("\n\n").map_or("", |(_, rest)| rest);
            rest.trim_end().to_owned()
        };
        Rules {
            http: trim(self.http),
            manners: trim(self.manners),
            tls: trim(self.tls),
            server: trim(self.server),
        }
    }
}

/// The text with another value for a directive that stands in it at the beginning of a line.
fn with_value(text: &str, name: &str, value: &str) -> String {
    let line = |line: &str| match line.strip_prefix(name) {
        Some(rest) if rest.starts_with(' ') => format!("{name} {value};\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn without_includes(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("include "));
    lines.map(|line| format!("{line}\n")).collect()
}

/// A size with a space before its unit.
fn spoken(size: &impl Display) -> String {
    let text = size.to_string();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    format!("{number} {}", if unit.is_empty() { "bytes" } else { unit })
}

impl Page {
    /// Containers have nginx put its variables into the page by server side includes; here they stand in its text.
    fn of(form: &'static str, kind: &'static str, page: &str) -> Page {
        let mut text = String::with_capacity(page.len());
        let mut rest = page.trim_end();
        while let Some((before, echo)) = rest.split_once("<!--# echo var=\"") {
            let (name, after) = echo.split_once('"').unwrap_or((echo, ""));
            text.push_str(before);
            text.push_str(&format!("${{{name}}}"));
            rest = after.split_once("-->").map_or("", |(_, rest)| rest);
        }
        text.push_str(rest);
        Page { form, kind, text }
    }
}

/// Without spaces at the ends of lines, and with one empty line where there are more.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && (tidy.is_empty() || tidy.ends_with("\n\n")) {
            continue;
        }
        tidy.push_str(line);
        tidy.push('\n');
    }
    format!("{}\n", tidy.trim_end())
}
