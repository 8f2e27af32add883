//! Texts that may hold harmless markup.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;

/// Tags that change how a text looks, and do nothing else. None may have an attribute.
const HARMLESS: [&str; 12] = [
    "b", "br", "em", "i", "li", "ol", "p", "small", "strong", "sub", "sup", "ul",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    cleaner.tags(HashSet::from(HARMLESS));
    // Their content is no text.
    cleaner.clean_content_tags(HashSet::from(["script", "style"]));
    cleaner
});

/// The text as HTML: harmless tags stay, all others go, and whatever is no markup is shown as it is.
pub(crate) fn harmless(text: &str) -> String {
    // Each open tag is one that was written so; in texts and attributes it is escaped.
    CLEANER.clean(text).to_string().replace("<br>", "<br />")
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn texts() {
        for (text, wanted) in [
            ("first<BR />second", "first<br />second"),
            ("a <b>bold</b> word", "a <b>bold</b> word"),
            ("<b class=x onclick=go()>b</b>", "<b>b</b>"),
            ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
            ("<script>alert(1)</script>x", "x"),
            ("<img src=x onerror=alert(1)>x", "x"),
            ("<a href=\"javascript:alert(1)\">x</a>", "x"),
            ("<i>left open", "<i>left open</i>"),
            ("&lt;br&gt;", "&lt;br&gt;"),
            ("</div></article>x", "x"),
        ] {
            assert_eq!(harmless(text), wanted, "{text}");
        }
    }
}
