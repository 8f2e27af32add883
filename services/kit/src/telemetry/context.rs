//! W3C Trace Context: which trace a request belongs to.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// The context that `traceparent` and `tracestate` name; `None` without a usable `traceparent`.
pub(super) fn extract(headers: &HeaderMap) -> Option<Context> {
    // Only one may be there, and two of them name two parents.
    if headers.get_all("traceparent").iter().count() != 1 {
        return None;
    }
    let context =
        TraceContextPropagator::new().extract_with_context(&Context::new(), &Fields(headers));
    opentelemetry::trace::TraceContextExt::has_active_span(&context).then_some(context)
}

/// Puts `traceparent` and `tracestate` of the request that is being answered into the head of one that is about to be sent,
/// sampled or not. Where nothing is traced they stay as they are.
pub fn inject(headers: &mut HeaderMap) {
    let context = Context::current();
    TraceContextPropagator::new().inject_context(&context, &mut FieldsMut(headers));
}

struct Fields<'a>(&'a HeaderMap);

impl Extractor for Fields<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct FieldsMut<'a>(&'a mut HeaderMap);

impl Injector for FieldsMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (key.parse::<HeaderName>(), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider};
    use opentelemetry_sdk::trace::SdkTracerProvider;

    use super::{extract, inject};

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let header =
            |(name, value): &(&'static str, &str)| (name.parse().unwrap(), value.parse().unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in pairs.iter().map(header) {
            headers.append::<http::HeaderName>(name, value);
        }
        headers
    }

    #[test]
    fn passed_on() {
        let provider = SdkTracerProvider::builder().build();
        let sent = headers(&[
            ("traceparent", &format!("00-{TRACE}-b7ad6b7169203331-01")),
            ("tracestate", "shop=7"),
        ]);
        let parent = extract(&sent).unwrap();
        let span = provider
            .tracer("test")
            .start_with_context("request", &parent);
        let _inside = parent.with_span(span).attach();
        let mut onward = HeaderMap::new();
        inject(&mut onward);
        let parent = onward["traceparent"].to_str().unwrap();
        assert!(parent.starts_with(&format!("00-{TRACE}-")), "{parent}");
        assert!(!parent.contains("b7ad6b7169203331"), "{parent}");
        assert_eq!(onward["tracestate"], "shop=7");
    }

    #[test]
    fn nothing_to_pass_on() {
        let mut onward = HeaderMap::new();
        inject(&mut onward);
        assert!(onward.is_empty());
    }

    #[test]
    fn unusable() {
        let right = format!("00-{TRACE}-b7ad6b7169203331-01");
        assert!(extract(&headers(&[("traceparent", &right)])).is_some());
        let none = "00000000000000000000000000000000";
        for parent in ["", "00", "ff-x", &format!("00-{none}-b7ad6b7169203331-01")] {
            assert!(
                extract(&headers(&[("traceparent", parent)])).is_none(),
                "{parent}"
            );
        }
        let two = [("traceparent", &*right), ("traceparent", &*right)];
        assert!(extract(&headers(&two)).is_none());
    }
}
