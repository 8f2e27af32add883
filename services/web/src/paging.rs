//! From one page of a list to the others.

use url::form_urlencoded::Serializer;

/// The parameter that says where a page of a list begins.
pub(crate) const CURSOR: &str = "cursor";

/// The addresses of other pages of the same list.
pub(crate) struct Pages {
    /// There on all but the first page.
    pub(crate) first: Option<String>,
    /// There if more follows.
    pub(crate) next: Option<String>,
}

impl Pages {
    /// The pages of the list at `path` with the parameters of `query`; `cursor` is that of this page, `next` that of the
    /// one that follows.
    pub(crate) fn new(
        path: &str,
        query: &[(&str, &str)],
        cursor: Option<&str>,
        next: Option<String>,
    ) -> Pages {
        let next = next.map(|next| address(path, &[query, &[(CURSOR, &next)]].concat()));
        Pages {
            first: cursor.map(|_| address(path, query)),
            next,
        }
    }

    pub(crate) fn is_needed(&self) -> bool {
        self.first.is_some() || self.next.is_some()
    }
}

/// The path with a query, if there is one.
pub(crate) fn address(path: &str, query: &[(&str, &str)]) -> String {
    if query.is_empty() {
        return path.to_owned();
    }
    let query = Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests {
    use super::Pages;

    #[test]
    fn addresses() {
        let pages = Pages::new("/", &[("state", "a&b")], Some("1"), Some("2".to_owned()));
        assert_eq!(pages.first.as_deref(), Some("/?state=a%26b"));
        assert_eq!(pages.next.as_deref(), Some("/?state=a%26b&cursor=2"));
        let pages = Pages::new("/cities/1", &[], None, None);
        assert!(!pages.is_needed());
    }
}
