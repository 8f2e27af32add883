//! The syntax of nginx's files: words, quotes, comments, blocks (`ngx_conf_read_token`).

use std::iter::Peekable;
use std::path::Path;
use std::str::Chars;
use std::sync::Arc;

use super::finding::{Finding, Place};

/// A directive, such as `listen 80;` or `server { … }`.
#[derive(Clone, Debug)]
pub(super) struct Directive {
    pub(super) name: String,
    /// What follows the name, without quotes.
    pub(super) words: Vec<String>,
    /// What stands in its braces.
    pub(super) block: Option<Vec<Directive>>,
    pub(super) place: Place,
}

impl Directive {
    /// A word by its number from 0; empty if there is none.
    pub(super) fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }

    pub(super) fn inside(&self) -> &[Directive] {
        self.block.as_deref().unwrap_or_default()
    }
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    End,
    Open,
    Close,
}

/// The directives of a file's text. What cannot be read becomes a finding, and ends the reading.
pub(super) fn parse(file: &Arc<Path>, text: &str) -> Result<Vec<Directive>, Finding> {
    let mut reader = Reader {
        chars: text.chars().peekable(),
        place: Place {
            file: Arc::clone(file),
            line: 1,
        },
    };
    reader.directives(None)
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    place: Place,
}

impl Reader<'_> {
    /// The directives up to the brace that closes the block that was opened there, or up to the end of the file.
    fn directives(&mut self, opened: Option<&Place>) -> Result<Vec<Directive>, Finding> {
        let mut all = Vec::new();
        loop {
            let token = self.token()?;
            let place = self.place.clone();
            match (token, opened) {
                (Some(Token::Word(name)), _) => all.push(self.directive(name, place)?),
                (Some(Token::Close), Some(_)) | (None, None) => return Ok(all),
                (Some(Token::Close), None) => {
                    let wrong = "this } closes nothing";
                    return Err(Finding::new(&place, wrong, "as many { as }"));
                }
                (Some(Token::End | Token::Open), _) => {
                    let wrong = "there is no directive before this ; or {";
                    return Err(Finding::new(&place, wrong, "its name"));
                }
                (None, Some(opened)) => {
                    return Err(Finding::new(opened, "this block has no end", "a }"));
                }
            }
        }
    }

    fn directive(&mut self, name: String, place: Place) -> Result<Directive, Finding> {
        let mut words = Vec::new();
        loop {
            match self.token()? {
                Some(Token::Word(word)) => words.push(word),
                Some(end @ (Token::End | Token::Open)) => {
                    let block = match end {
                        Token::Open => Some(self.directives(Some(&place))?),
                        _ => None,
                    };
                    return Ok(Directive {
                        name,
                        words,
                        block,
                        place,
                    });
                }
                Some(Token::Close) | None => {
                    let wrong = format!("{name} has no end");
                    return Err(Finding::new(&place, wrong, "a ; after it"));
                }
            }
        }
    }

    /// The next token, none at the end of the file. The place is then its own, for a quoted text that of the end.
    fn token(&mut self) -> Result<Option<Token>, Finding> {
        loop {
            match self.chars.peek() {
                None => return Ok(None),
                Some('#') => while self.chars.next_if(|c| *c != '\n').is_some() {},
                Some(c) if c.is_ascii_whitespace() => {
                    self.next();
                }
                Some(_) => break,
            }
        }
        let token = match self.next() {
            Some(';') => Token::End,
            Some('{') => Token::Open,
            Some('}') => Token::Close,
            Some(quote @ ('"' | '\'')) => Token::Word(self.quoted(quote)?),
            Some(first) => Token::Word(self.bare(first)),
            None => return Ok(None),
        };
        Ok(Some(token))
    }

    fn quoted(&mut self, quote: char) -> Result<String, Finding> {
        let (begun, mut word) = (self.place.clone(), String::new());
        loop {
            match self.next() {
                Some('\\') => self.escaped(&mut word),
                Some(c) if c == quote => break,
                Some(c) => word.push(c),
                None => {
                    let wrong = format!("the text after this {quote} has no end");
                    return Err(Finding::new(&begun, wrong, format!("another {quote}")));
                }
            }
        }
        Ok(word)
    }

    /// A word without quotes; `${name}` may stand in it.
    fn bare(&mut self, first: char) -> String {
        let mut word = String::new();
        let mut next = Some(first);
        while let Some(c) = next {
            match c {
                '\\' => self.escaped(&mut word),
                c => word.push(c),
            }
            let after_dollar = c == '$';
            next = match self.chars.peek() {
                Some('{') if after_dollar => self.next(),
                Some(c) if c.is_ascii_whitespace() || matches!(c, ';' | '{') => None,
                _ => self.next(),
            };
        }
        word
    }

    /// What follows a backslash: only of quotes, of itself and of some white space it takes the meaning.
    fn escaped(&mut self, word: &mut String) {
        match self.next() {
            Some(c @ ('"' | '\'' | '\\')) => word.push(c),
            Some('t') => word.push('\t'),
            Some('r') => word.push('\r'),
            Some('n') => word.push('\n'),
            Some(c) => word.extend(['\\', c]),
            None => word.push('\\'),
        }
    }

    fn next(&mut self) -> Option<char> {
        let next = self.chars.next();
        self.place.line += usize::from(next == Some('\n'));
        next
    }
}
