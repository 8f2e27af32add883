//! What a person does on a page, and sees there. Selectors are those of CSS.

use super::{Browser, LIMIT};
use crate::process::until;
use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::{By, TypingData, WebElement};

const TEXT: &str = "
    const text = (element) => element.textContent.replace(/\\s+/g, ' ').trim();
    const all = (selector) => [...document.querySelectorAll(selector)];";
const CONTROL: &str = "return all(arguments[0]).find((one) => text(one) === arguments[1]) ?? null;";
const FIELD: &str =
    "return all(arguments[0]).find((one) => text(one) === arguments[1])?.control ?? null;";

impl Browser {
    /// Opens a page of the site by its path, as if it were typed into the address bar.
    pub async fn open(&self, path: &str) -> Result<()> {
        let address = format!("{}{path}", self.site);
        self.session
            .goto(address)
            .await
            .with_context(|| path.to_owned())
    }

    /// Path and query of the page that is open.
    pub async fn path(&self) -> Result<String> {
        let address = self.session.current_url().await?;
        let path = address.as_str().strip_prefix(&self.site);
        path.map(ToOwned::to_owned)
            .with_context(|| format!("{address} is not of the site"))
    }

    /// The button that leads back.
    pub async fn back(&self) -> Result<()> {
        Ok(self.session.back().await?)
    }

    /// What a script returns. Scripts of tests run also where those of pages do not.
    pub async fn evaluate<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        self.evaluate_with(script, &[]).await
    }

    /// The same with `arguments`, as the script calls them.
    pub async fn evaluate_with<T: DeserializeOwned>(
        &self,
        script: &str,
        arguments: &[Value],
    ) -> Result<T> {
        let returned = self.session.execute(script, arguments.to_vec()).await;
        let returned = returned.with_context(|| script.to_owned())?;
        returned.convert().with_context(|| script.to_owned())
    }

    /// Waits until a script returns true.
    pub async fn until(&self, what: &str, script: &str) -> Result<()> {
        until(what, LIMIT, async || self.evaluate::<bool>(script).await)
            .await
            .with_context(|| script.to_owned())
    }

    /// Waits until there is something of this kind, and gives the first.
    pub async fn find(&self, selector: &str) -> Result<WebElement> {
        self.first(By::Css(selector), selector).await
    }

    /// The link, button or summary that has exactly this text, also for those who only hear it.
    pub async fn control(&self, text: &str) -> Result<WebElement> {
        let kinds = json!("a, button, summary, [role=button]");
        self.labelled(CONTROL, &[kinds, json!(text)], text).await
    }

    /// The field whose label has exactly this text.
    pub async fn field(&self, label: &str) -> Result<WebElement> {
        let labels = json!("label");
        self.labelled(FIELD, &[labels, json!(label)], label).await
    }

    /// Clicks on the first of this kind.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let element = self.find(selector).await?;
        element.click().await.with_context(|| selector.to_owned())
    }

    /// Moves the mouse onto the first of this kind.
    pub async fn hover(&self, selector: &str) -> Result<()> {
        let element = self.find(selector).await?;
        let mouse = self.session.action_chain().move_to_element_center(&element);
        Ok(mouse.perform().await?)
    }

    /// Presses keys, one after the other, on whatever has the focus.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        Ok(self
            .session
            .action_chain()
            .send_keys(keys)
            .perform()
            .await?)
    }

    /// The text of each that matches, white space folded.
    pub async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let script = format!("{TEXT} return all(arguments[0]).map(text);");
        self.evaluate_with(&script, &[json!(selector)]).await
    }

    /// The text of the first that matches.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let first = self.texts(selector).await?.into_iter().next();
        first.with_context(|| format!("no {selector}"))
    }

    /// How many match.
    pub async fn count(&self, selector: &str) -> Result<usize> {
        Ok(self.texts(selector).await?.len())
    }

    async fn first(&self, by: By, what: &str) -> Result<WebElement> {
        let there = async || Ok(!self.session.find_all(by.clone()).await?.is_empty());
        until(what, LIMIT, there).await?;
        self.session.find(by).await.with_context(|| what.to_owned())
    }

    /// Waits until the script finds something, and gives it.
    async fn labelled(&self, script: &str, arguments: &[Value], what: &str) -> Result<WebElement> {
        let script = format!("{TEXT} {script}");
        let ask = async || self.session.execute(&*script, arguments.to_vec()).await;
        let there = async || Ok(!ask().await?.json().is_null());
        until(what, LIMIT, there).await?;
        ask().await?.element().with_context(|| what.to_owned())
    }
}
