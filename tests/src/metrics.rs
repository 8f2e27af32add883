//! What a server tells about itself at `/metrics`.

/// The answer to one scrape.
#[derive(Debug, Clone)]
pub struct Metrics(pub(crate) String);

impl Metrics {
    /// All of it, in the text format of Prometheus.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Every series, that is a name with its labels, and its figure.
    pub fn series(&self) -> impl Iterator<Item = (&str, f64)> {
        let lines = self.0.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| {
            let (series, figure) = line.rsplit_once(' ')?;
            Some((series, figure.parse().ok()?))
        })
    }

    /// The figure of the series with this name and these labels; that of all workers, if each tells one.
    pub fn figure(&self, series: &str) -> Option<f64> {
        let own = self
            .series()
            .filter(|(one, _)| without_worker(one) == series);
        own.map(|(_, figure)| figure).reduce(|all, one| all + one)
    }

    /// The series of counters, and of histograms and summaries, which count too.
    pub fn counted(&self) -> impl Iterator<Item = (&str, f64)> {
        let mut is_counted = false;
        let lines = self.0.lines().filter(move |line| {
            if let Some(of) = line.strip_prefix("# TYPE ") {
                is_counted = !of.ends_with(" gauge");
            }
            is_counted && !line.starts_with('#')
        });
        lines.filter_map(|line| {
            let (series, figure) = line.rsplit_once(' ')?;
            Some((series, figure.parse().ok()?))
        })
    }

    /// The sum of all series of this name.
    pub fn sum(&self, name: &str) -> f64 {
        let own = self.series().filter(|(series, _)| {
            let rest = series.strip_prefix(name);
            rest.is_some_and(|labels| labels.is_empty() || labels.starts_with('{'))
        });
        own.map(|(_, figure)| figure).sum()
    }
}

/// A series without the label that a master gives those of its workers, which is the last.
fn without_worker(series: &str) -> String {
    match series.split_once("worker=\"") {
        Some((before, _)) if before.ends_with('{') => before.trim_end_matches('{').to_owned(),
        Some((before, _)) => format!("{}}}", before.trim_end_matches(',')),
        None => series.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Metrics;

    #[test]
    fn figures() {
        let text = "# TYPE a counter\na{b=\"c d\"} 1\na{b=\"e\"} 2\na_b 4\nn 0.5\n";
        let metrics = Metrics(text.to_owned());
        assert_eq!(metrics.series().count(), 4);
        assert_eq!(metrics.figure("a{b=\"c d\"}"), Some(1.0));
        assert_eq!(metrics.figure("a"), None);
        assert_eq!([metrics.sum("a"), metrics.sum("n")], [3.0, 0.5]);
        let text = "o{l=\"m\",worker=\"1\"} 1\no{l=\"m\",worker=\"2\"} 2\np{worker=\"1\"} 3\np 4\n";
        let metrics = Metrics(text.to_owned());
        assert_eq!(metrics.figure("o{l=\"m\"}"), Some(3.0));
        assert_eq!(metrics.figure("p"), Some(7.0));
    }
}
