//! What a field must hold, as far as the API would let it pass or could not read it.

use std::borrow::Borrow;

use super::Form;

impl Form {
    /// What stands in a field, which may not be blank.
    pub(crate) fn needed(&mut self, name: &str) -> String {
        if self.keeps(name) {
            return self.value(name).to_owned();
        }
        let value = self.value(name).trim().to_owned();
        if value.is_empty() {
            self.mark(name, "Please write something here.");
        }
        value
    }

    /// The e-mail address in the field of that name.
    pub(crate) fn email(&mut self) -> String {
        let email = self.value("email").trim().to_owned();
        let parts = email.split_once('@');
        let is_address = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        if !is_address || email.contains(char::is_whitespace) {
            self.mark(
                "email",
                "Please give an e-mail address, such as name@example.com.",
            );
        }
        email
    }

    /// The whole number in a field, 0 at least.
    pub(crate) fn whole(&mut self, name: &str) -> i32 {
        let number = self.value(name).trim().parse().ok();
        let number = number.filter(|number| *number >= 0 || self.keeps(name));
        number.unwrap_or_else(|| {
            self.mark(name, "Please give a whole number from 0 to 2147483647.");
            0
        })
    }

    /// The degrees in a field, at most `most` to either side; it may be blank.
    pub(crate) fn degrees(&mut self, name: &str, most: f64) -> Option<f64> {
        let value = self.value(name).trim();
        if value.is_empty() {
            return None;
        }
        let degrees = value.parse().ok();
        let degrees = degrees.filter(|degrees: &f64| degrees.abs() <= most || self.keeps(name));
        if degrees.is_none() {
            self.mark(
                name,
                &format!("Please give degrees from -{most} to {most}."),
            );
        }
        degrees
    }

    /// Whether a field may be left blank because nothing else stood there before.
    pub(crate) fn was_blank(&self, name: &str) -> bool {
        let before = self.before(name);
        before.is_some_and(|before| before.trim().is_empty())
    }

    /// The least number that browsers let pass: `least`, or what stood there before.
    pub(crate) fn least(&self, name: &str, least: impl Borrow<f64>) -> f64 {
        let least = *least.borrow();
        self.number_before(name).map_or(least, |n| n.min(least))
    }

    /// The greatest number that browsers let pass: `most`, or what stood there before.
    pub(crate) fn most(&self, name: &str, most: impl Borrow<f64>) -> f64 {
        let most = *most.borrow();
        self.number_before(name).map_or(most, |n| n.max(most))
    }

    fn number_before(&self, name: &str) -> Option<f64> {
        self.before(name)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn what_was_there_before_passes() {
        let there = [("name", " "), ("max_guest", "-3"), ("latitude", "90.5")];
        let mut form = Form::of(&there);
        assert_eq!(
            (form.needed("name"), form.whole("max_guest")),
            (" ".to_owned(), -3)
        );
        assert_eq!(form.degrees("latitude", 90.0), Some(90.5));
        assert!(form.problem().is_none() && form.was_blank("name"));
        assert_eq!(
            (form.least("max_guest", 0.0), form.most("max_guest", 9.0)),
            (-3.0, 9.0)
        );
        assert_eq!(
            (form.least("latitude", -90.0), form.most("latitude", 90.0)),
            (-90.0, 90.5)
        );
        let mut form = Form::new(&there);
        form.needed("name");
        form.whole("max_guest");
        form.degrees("latitude", 90.0);
        assert!(there.iter().all(|(name, _)| form.wrong(name).is_some()));
        assert_eq!(form.least("max_guest", 0.0), 0.0);
    }

    #[test]
    fn texts() {
        let mut form = Form::new(&[("name", " a "), ("text", " \n")]);
        assert_eq!(form.needed("name"), "a");
        assert!(form.problem().is_none());
        form.needed("text");
        assert!(form.wrong("text").is_some());
    }

    #[test]
    fn addresses() {
        for (email, good) in [
            ("bob@hbnb.example", true),
            (" bob@hbnb.example ", true),
            ("bob", false),
            ("@hbnb.example", false),
            ("bob@", false),
            ("b ob@hbnb.example", false),
            ("", false),
        ] {
            let mut form = Form::new(&[("email", email)]);
            assert_eq!(form.email(), email.trim());
            assert_eq!(form.problem().is_none(), good, "{email}");
        }
    }

    #[test]
    fn numbers() {
        for (text, good) in [
            ("0", true),
            ("2147483647", true),
            ("2147483648", false),
            ("-1", false),
            ("1.5", false),
            ("", false),
        ] {
            let mut form = Form::new(&[("max_guest", text)]);
            form.whole("max_guest");
            assert_eq!(form.problem().is_none(), good, "{text}");
        }
    }

    #[test]
    fn degrees() {
        for (text, wanted, good) in [
            ("", None, true),
            ("-37.5", Some(-37.5), true),
            ("90.1", None, false),
            ("NaN", None, false),
            ("north", None, false),
        ] {
            let mut form = Form::new(&[("latitude", text)]);
            assert_eq!(form.degrees("latitude", 90.0), wanted);
            assert_eq!(form.problem().is_none(), good, "{text}");
        }
    }
}
