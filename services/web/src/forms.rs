//! Forms: what was typed, and what is wrong with it.

mod check;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::api_client::ApiError;
use crate::entered::Entered;
use crate::error::Result;

/// The field for the token that the API may want to see. It is there once it was asked for.
const TOKEN: &str = "token";
const LOOK_BELOW: &str = "Please look at what is marked below.";

/// A form as it is shown, and shown again.
#[derive(Default)]
pub(crate) struct Form {
    fields: Vec<Field>,
    /// What is wrong with the whole of it.
    problem: Option<String>,
}

struct Field {
    name: &'static str,
    value: String,
    /// What the object has that the form changes.
    before: Option<String>,
    wrong: Option<String>,
}

impl Form {
    /// A form with these fields and what stands in them at first.
    pub(crate) fn new(fields: &[(&'static str, &str)]) -> Form {
        let fields = fields.iter().map(|(name, value)| Field {
            name,
            value: (*value).to_owned(),
            before: None,
            wrong: None,
        });
        Form {
            fields: fields.collect(),
            problem: None,
        }
    }

    /// A form for something that is there and has these values. They pass as they are, whatever a form would let in: what
    /// came by another way must not keep anybody from changing the rest.
    pub(crate) fn of(fields: &[(&'static str, &str)]) -> Form {
        let mut form = Form::new(fields);
        for field in &mut form.fields {
            field.before = Some(field.value.clone());
        }
        form
    }

    /// The same fields with what was entered.
    pub(crate) fn entered(mut self, entered: &Entered) -> Form {
        for field in &mut self.fields {
            field.value = entered.text(field.name).unwrap_or_default();
        }
        if let Some(token) = entered.text(TOKEN) {
            self.set_token(token);
        }
        self
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// What stands in a field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.field(name).map_or("", |field| &field.value)
    }

    /// What the object has in the place of a field, if the form changes one.
    pub(crate) fn before(&self, name: &str) -> Option<&str> {
        self.field(name)?.before.as_deref()
    }

    /// Whether a field still says what the object has.
    pub(crate) fn keeps(&self, name: &str) -> bool {
        self.before(name) == Some(self.value(name))
    }

    /// What is wrong with a field.
    pub(crate) fn wrong(&self, name: &str) -> Option<&str> {
        self.field(name)?.wrong.as_deref()
    }

    /// What is wrong with the form.
    pub(crate) fn problem(&self) -> Option<&str> {
        let marked = self.fields.iter().any(|field| field.wrong.is_some());
        self.problem
            .as_deref()
            .or_else(|| marked.then_some(LOOK_BELOW))
    }

    /// The token that was entered.
    pub(crate) fn token(&self) -> Option<&str> {
        self.field(TOKEN).map(|field| field.value.as_str())
    }

    /// Marks a field, or the whole form if it has no such field.
    pub(crate) fn mark(&mut self, name: &str, sentence: &str) {
        let field = self.fields.iter_mut().find(|field| field.name == name);
        match field {
            Some(field) => field.wrong = Some(sentence.to_owned()),
            None => self.problem = Some(sentence.to_owned()),
        }
    }

    /// Takes up what the API says against the form: the token that it wants, or what is wrong with a field. Any other
    /// failure is none of the form's.
    pub(crate) fn refused(&mut self, error: ApiError) -> Result<()> {
        match error {
            ApiError::Refused(StatusCode::UNAUTHORIZED, _) => {
                let sentence = match self.token() {
                    Some(_) => "This is not the token of this site.",
                    None => "This site lets only those change something who have its token.",
                };
                self.set_token(String::new());
                self.mark(TOKEN, sentence);
            }
            ApiError::Refused(StatusCode::BAD_REQUEST, told) => match told.split_once(' ') {
                Some((name, reason)) if self.has(name) => self.mark(name, &format!("It {reason}.")),
                _ => self.mark("", &format!("{told}.")),
            },
            other => return Err(other.into()),
        }
        Ok(())
    }

    /// The page `html` that shows the form again.
    pub(crate) fn again(&self, html: String) -> Response {
        let kept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        if self.wrong(TOKEN).is_some() {
            let scheme = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
            return (StatusCode::UNAUTHORIZED, scheme, kept, Html(html)).into_response();
        }
        (StatusCode::UNPROCESSABLE_ENTITY, kept, Html(html)).into_response()
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn set_token(&mut self, value: String) {
        self.fields.retain(|field| field.name != TOKEN);
        self.fields.push(Field {
            name: TOKEN,
            value,
            before: None,
            wrong: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: StatusCode, told: &str) -> ApiError {
        ApiError::Refused(status, told.to_owned())
    }

    #[test]
    fn a_refusal_of_the_api_stands_beside_its_field() {
        let mut form = Form::new(&[("text", "long")]);
        let told = "text must have at most 1024 characters, not 1025";
        form.refused(refused(StatusCode::BAD_REQUEST, told))
            .unwrap();
        assert_eq!(
            form.wrong("text"),
            Some("It must have at most 1024 characters, not 1025.")
        );
        assert_eq!(form.problem(), Some(LOOK_BELOW));
        assert_eq!(form.value("text"), "long");
    }

    #[test]
    fn any_other_refusal_is_one_of_the_form() {
        let mut form = Form::new(&[("text", "")]);
        form.refused(refused(StatusCode::BAD_REQUEST, "Not a JSON"))
            .unwrap();
        assert_eq!(form.problem(), Some("Not a JSON."));
        assert_eq!(form.wrong("text"), None);
        assert!(
            form.refused(refused(StatusCode::NOT_FOUND, "Not found"))
                .is_err()
        );
    }

    #[test]
    fn a_token_is_asked_for_once_it_is_needed() {
        let mut form = Form::new(&[("text", "kept")]);
        assert!(!form.has(TOKEN) && form.problem().is_none());
        form.refused(refused(StatusCode::UNAUTHORIZED, "")).unwrap();
        assert!(form.wrong(TOKEN).unwrap().starts_with("This site lets"));
        assert_eq!(form.again(String::new()).status(), 401);
        form.set_token("guess".to_owned());
        form.refused(refused(StatusCode::UNAUTHORIZED, "")).unwrap();
        assert!(form.wrong(TOKEN).unwrap().starts_with("This is not"));
        assert_eq!(form.value(TOKEN), "");
    }
}
