//! Whether an answer is the one that was asked for.

use http::header::{CONTENT_ENCODING, LOCATION};
use kit::layers::REQUEST_ID;
use memchr::memmem;

use super::cause::{Cause, Failed};
use super::client::Answer;

/// How every page ends.
const END: &[u8] = b"</html>";
/// How much of a wrong answer is told.
const SHOWN: usize = 80;

/// What an answer must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// 200, a whole page that contains this.
    Page(String),
    /// 200, a whole list in JSON.
    List,
    /// 200, and some content.
    File,
    /// 304, or 200 if it is another file by now.
    SameFile,
    /// 303 to an address that contains this.
    Redirect(String),
}

impl Wanted {
    /// Judges an answer; gives the bytes of its body.
    pub(crate) fn judge(&self, answer: &Answer) -> Result<usize, Failed> {
        let status = answer.status;
        let right = match self {
            Wanted::Page(_) | Wanted::List | Wanted::File => status == 200,
            Wanted::SameFile => matches!(status, 200 | 304),
            Wanted::Redirect(_) => status == 303,
        };
        if !right {
            return Err(Failed::new(Cause::Status(status), shown(answer)));
        }
        match self.is_there(answer) {
            true => Ok(answer.body.len()),
            false => Err(Failed::new(
                Cause::Content,
                format_args!("not {}: {}", self.told(), shown(answer)),
            )),
        }
    }

    fn is_there(&self, answer: &Answer) -> bool {
        let body = answer.body.trim_ascii();
        // What is packed cannot be looked into as cheaply, and whether it came whole HTTP tells.
        if answer.headers.contains_key(CONTENT_ENCODING) {
            return !body.is_empty();
        }
        match self {
            Wanted::Page(mark) => {
                body.ends_with(END) && memmem::find(body, mark.as_bytes()).is_some()
            }
            Wanted::List => body.starts_with(b"[") && body.ends_with(b"]"),
            Wanted::File => !body.is_empty(),
            Wanted::SameFile => answer.status == 304 || !body.is_empty(),
            Wanted::Redirect(mark) => {
                let location = answer.headers.get(LOCATION);
                location.is_some_and(|to| memmem::find(to.as_bytes(), mark.as_bytes()).is_some())
            }
        }
    }

    fn told(&self) -> String {
        match self {
            Wanted::Page(mark) => format!("a whole page with {mark}"),
            Wanted::List => "a whole list".to_owned(),
            Wanted::File | Wanted::SameFile => "a file".to_owned(),
            Wanted::Redirect(mark) => format!("a way to {mark}"),
        }
    }
}

/// The id by which logs know the request, if the answer tells one, and the beginning of the body, on one line.
fn shown(answer: &Answer) -> String {
    let body = &answer.body[..answer.body.len().min(8 * SHOWN)];
    let text = String::from_utf8_lossy(body);
    let words: Vec<&str> = text.split_whitespace().collect();
    let beginning: String = words.join(" ").chars().take(SHOWN).collect();
    let id = answer.headers.get(REQUEST_ID);
    match id.and_then(|id| id.to_str().ok()) {
        Some(id) => format!("request id {id}: {beginning}"),
        None => beginning,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &'static str) -> Answer {
        let headers = headers.iter().map(|(name, value)| {
            let name = http::HeaderName::from_static(name);
            (name, value.parse().unwrap())
        });
        Answer {
            status,
            headers: headers.collect::<HeaderMap>(),
            body: body.into(),
        }
    }

    fn cause(wanted: &Wanted, answer: &Answer) -> Option<Cause> {
        wanted.judge(answer).err().map(|failed| failed.cause)
    }

    #[test]
    fn answers() {
        let page = Wanted::Page("/places/7".to_owned());
        let (content, none) = (Some(Cause::Content), &[][..]);
        for (wanted, status, body, judged) in [
            (&page, 200, "<a href=\"/places/7\"></html>\n", None),
            (&page, 200, "<a href=\"/places/8\"></html>\n", content),
            (&page, 200, "<a href=\"/places/7\"></ht", content),
            (
                &page,
                404,
                "<a href=\"/places/7\"></html>",
                Some(Cause::Status(404)),
            ),
            (&page, 304, "", Some(Cause::Status(304))),
            (&Wanted::List, 200, "[{}]", None),
            (&Wanted::List, 200, "[{}", content),
            (&Wanted::File, 200, "", content),
            (&Wanted::SameFile, 304, "", None),
            (&Wanted::SameFile, 200, "", content),
        ] {
            let answer = answer(status, none, body);
            assert_eq!(cause(wanted, &answer), judged, "{wanted:?} {status} {body}");
        }
    }

    #[test]
    fn what_is_told_of_a_wrong_answer() {
        let wanted = Wanted::List;
        let told = |headers| {
            let judged = wanted.judge(&answer(504, headers, "<h1>\n  Late</h1>"));
            judged.unwrap_err().to_string()
        };
        assert_eq!(told(&[]), "status 504: <h1> Late</h1>");
        let told = told(&[("x-request-id", "r-1")]);
        assert_eq!(told, "status 504: request id r-1: <h1> Late</h1>");
    }

    #[test]
    fn heads() {
        let wanted = Wanted::Redirect("/places/7".to_owned());
        let location = [("location", "/places/7#reviews")];
        assert_eq!(cause(&wanted, &answer(303, &location, "")), None);
        assert_eq!(cause(&wanted, &answer(303, &[], "")), Some(Cause::Content));
        let packed = [("content-encoding", "gzip")];
        let page = Wanted::Page("/places/7".to_owned());
        assert_eq!(cause(&page, &answer(200, &packed, "\u{1f}")), None);
    }
}
