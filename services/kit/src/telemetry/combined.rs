//! Requests in the combined format of Apache and nginx. What was asked is kept from the beginning of a request to its end,
//! escaped so that no line can be forged or broken.

use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::SystemTime;

use axum::extract::Request;
use http::header::{REFERER, USER_AGENT};
use http::{HeaderValue, Uri};
use tracing::Level;

use super::log;
use super::sink::Sink;
use crate::serve::Peer;

/// The most bytes of each part, so that a line is never longer than what a pipe takes in one piece (`PIPE_BUF`, 4096 bytes):
/// the lines of several processes may go to one.
const METHOD_LIMIT: usize = 32;
const TARGET_LIMIT: usize = 2048;
const REFERER_LIMIT: usize = 1024;
const AGENT_LIMIT: usize = 512;
/// As much as most requests need.
const USUAL: usize = 256;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

thread_local! {
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What a line tells of a request, there only if lines are to have this format.
pub(crate) struct Asked {
    /// `"GET / HTTP/1.1"`, and from `end` on `"referer" "agent"`.
    text: Vec<u8>,
    end: usize,
    sink: &'static Sink,
}

/// What a line tells of an answer.
pub(crate) struct Answered<'a> {
    /// Who gets it.
    pub(crate) peer: Option<&'a Peer>,
    /// Its status.
    pub(crate) status: u16,
    /// The bytes of its body that were sent.
    pub(crate) bytes: u64,
}

impl Asked {
    /// Keeps what is told of this request.
    pub(crate) fn begin(request: &Request) -> Option<Asked> {
        let sink = log::combined()?;
        let mut text = Vec::with_capacity(USUAL);
        let end = asked(&mut text, request);
        Some(Asked { text, end, sink })
    }

    /// Writes the line.
    pub(crate) fn log(&self, answered: &Answered<'_>) {
        LINE.with_borrow_mut(|line| {
            line.clear();
            let (asked, rest) = self.text.split_at(self.end);
            whole(line, asked, answered, SystemTime::now(), rest);
            self.sink.put(line, Level::INFO);
        });
    }
}

/// Appends what is told of a request, and gives the end of its first part.
fn asked(line: &mut Vec<u8>, request: &Request) -> usize {
    line.push(b'"');
    escape(line, request.method().as_str().as_bytes(), METHOD_LIMIT);
    line.push(b' ');
    escape(line, target(request.uri()).as_bytes(), TARGET_LIMIT);
    put(line, format_args!(" {:?}\"", request.version()));
    let end = line.len();
    for (name, limit) in [(REFERER, REFERER_LIMIT), (USER_AGENT, AGENT_LIMIT)] {
        let value = request.headers().get(name);
        line.extend_from_slice(b" \"");
        escape(line, value.map_or(b"-", HeaderValue::as_bytes), limit);
        line.push(b'"');
    }
    end
}

fn target(uri: &Uri) -> &str {
    match (uri.path_and_query(), uri.authority()) {
        (Some(path), _) => path.as_str(),
        (None, Some(authority)) => authority.as_str(),
        (None, None) => "-",
    }
}

fn whole(line: &mut Vec<u8>, asked: &[u8], answered: &Answered<'_>, now: SystemTime, rest: &[u8]) {
    let Answered {
        peer,
        status,
        bytes,
    } = answered;
    match peer.and_then(host) {
        Some(host) => put(line, format_args!("{host}")),
        None => line.push(b'-'),
    }
    line.extend_from_slice(b" - - [");
    time(line, now);
    line.extend_from_slice(b"] ");
    line.extend_from_slice(asked);
    put(line, format_args!(" {status} {bytes}"));
    line.extend_from_slice(rest);
    line.push(b'\n');
}

/// The address without its port; none over a unix socket, or of somebody whom a proxy hides.
fn host(peer: &Peer) -> Option<IpAddr> {
    let name = peer.as_str();
    let with_port = name.parse::<SocketAddr>().map(|address| address.ip());
    let address = with_port.or_else(|_| name.parse()).ok()?;
    Some(address.to_canonical())
}

/// Such as `22/Nov/2026:05:39:44 +0000`.
fn time(line: &mut Vec<u8>, now: SystemTime) {
    let mut text = [0; "2026-11-22T05:39:44Z".len()];
    let mut space = &mut text[..];
    // Only a year of more than four digits has no room.
    if write!(space, "{}", humantime::format_rfc3339_seconds(now)).is_err() {
        return line.push(b'-');
    }
    let month = usize::from(text[5] - b'0') * 10 + usize::from(text[6] - b'0');
    line.extend_from_slice(&text[8..10]);
    put(line, format_args!("/{}/", MONTHS[(month - 1) % 12]));
    line.extend_from_slice(&text[..4]);
    line.push(b':');
    line.extend_from_slice(&text[11..19]);
    line.extend_from_slice(b" +0000");
}

/// Appends text that is to stand between quotes, escaped as nginx does (`ngx_http_log_module`, `escape=default`), and cut
/// before it gets longer than the limit.
fn escape(line: &mut Vec<u8>, text: &[u8], limit: usize) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if text.len() <= limit && text.iter().all(is_plain) {
        return line.extend_from_slice(text);
    }
    let end = line.len() + limit;
    for byte in text {
        let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
        let shown: &[u8] = match is_plain(byte) {
            true => &[*byte],
            false => &[b'\\', b'x', DIGITS[high], DIGITS[low]],
        };
        if line.len() + shown.len() > end {
            return;
        }
        line.extend_from_slice(shown);
    }
}

fn is_plain(byte: &u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

fn put(line: &mut Vec<u8>, shown: fmt::Arguments<'_>) {
    // There is always room.
    let _ = line.write_fmt(shown);
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::{HeaderValue, Version};

    use super::{Answered, Peer, asked, escape, time, whole};

    fn escaped(text: &[u8], limit: usize) -> String {
        let mut line = b"before ".to_vec();
        escape(&mut line, text, limit);
        String::from_utf8(line).unwrap()
    }

    /// The line of a request that was answered with 16 bytes on a day of November 2026.
    fn line(request: &Request, peer: Option<&str>) -> String {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_325_984);
        let peer = peer.map(Peer::new);
        let answered = Answered {
            peer: peer.as_ref(),
            status: 200,
            bytes: 16,
        };
        let (mut text, mut line) = (Vec::new(), Vec::new());
        let end = asked(&mut text, request);
        whole(&mut line, &text[..end], &answered, now, &text[end..]);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_whole_line() {
        let request = Request::get("/path?query")
            .header("referer", "https://example.com/")
            .header("user-agent", "curl/8.5.0")
            .body(Body::empty())
            .unwrap();
        assert_eq!(
            line(&request, Some("192.0.2.7:4711")),
            "192.0.2.7 - - [22/Nov/2026:05:39:44 +0000] \"GET /path?query HTTP/1.1\" 200 16 \
             \"https://example.com/\" \"curl/8.5.0\"\n"
        );
    }

    #[test]
    fn what_is_missing_is_a_dash() {
        let mut request = Request::post("http://h/").body(Body::empty()).unwrap();
        *request.version_mut() = Version::HTTP_2;
        for (peer, host) in [
            (None, "-"),
            (Some("unix"), "-"),
            (Some("unknown"), "-"),
            (Some("[2001:db8::7]:4711"), "2001:db8::7"),
            (Some("[::ffff:192.0.2.7]:4711"), "192.0.2.7"),
            (Some("2001:db8::7"), "2001:db8::7"),
        ] {
            let rest = " - - [22/Nov/2026:05:39:44 +0000] \"POST / HTTP/2.0\" 200 16 \"-\" \"-\"\n";
            assert_eq!(line(&request, peer), format!("{host}{rest}"));
        }
    }

    #[test]
    fn every_byte_but_plain_ones_is_escaped() {
        for byte in 0..=u8::MAX {
            let said = escaped(&[b'a', byte, b'z'], 9);
            match byte {
                b'"' => assert_eq!(said, r"before a\x22z"),
                b'\\' => assert_eq!(said, r"before a\x5Cz"),
                b' '..=b'~' => assert_eq!(said, format!("before a{}z", char::from(byte))),
                _ => assert_eq!(said, format!("before a\\x{byte:02X}z")),
            }
        }
    }

    #[test]
    fn cut_between_what_is_whole() {
        assert_eq!(escaped(b"1234", 4), "before 1234");
        assert_eq!(escaped(b"12345", 4), "before 1234");
        assert_eq!(escaped(b"1\n\n", 8), r"before 1\x0A");
    }

    #[test]
    fn a_pipe_takes_the_longest_line_in_one_piece() {
        let long = HeaderValue::from_bytes(&[0xe9; 10_000]).unwrap();
        let mut request = Request::get(format!("/{}", "l".repeat(10_000)))
            .method("M".repeat(100).as_str())
            .body(Body::empty())
            .unwrap();
        request.headers_mut().insert("referer", long.clone());
        request.headers_mut().insert("user-agent", long);
        let line = line(
            &request,
            Some("[2001:db8:1111:2222:3333:4444:5555:6666]:65535"),
        );
        assert!((3_500..4_000).contains(&line.len()), "{}", line.len());
        assert!(line.ends_with("\\xE9\"\n"));
    }

    #[test]
    fn times() {
        for (seconds, wanted) in [
            (0, "01/Jan/1970:00:00:00 +0000"),
            (951_827_696, "29/Feb/2000:12:34:56 +0000"),
            (4_102_444_799, "31/Dec/2099:23:59:59 +0000"),
        ] {
            let mut line = Vec::new();
            time(
                &mut line,
                SystemTime::UNIX_EPOCH + Duration::from_secs(seconds),
            );
            assert_eq!(String::from_utf8(line).unwrap(), wanted);
        }
    }
}
