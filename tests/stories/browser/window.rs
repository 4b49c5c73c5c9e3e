//! What a person does with a page, and sees of it: by the names of buttons, links and fields, as they are shown. What is
//! not there yet is waited for.

use super::driver::Driver;
use crate::harness::PATIENCE;
use crate::sign_in::stage::GOOD;
use axum::http::Method;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// What a page is looked at with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Device {
    /// 360 by 740, as narrow as phones are.
    Phone,
    /// 1280 by 900.
    Desk,
}

/// What the device asks pages to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

/// Somebody's browser with one window, at the hub.
pub(crate) struct Window {
    client: Client,
    base: String,
    driver: Driver,
}

impl Window {
    pub(crate) async fn opens(base: &str, device: Device) -> Self {
        let driver = Driver::starts().await;
        let client = driver.opens().await;
        let window = Self { client, base: base.to_owned(), driver };
        window.becomes(device).await;
        window
    }

    /// Another device from here on.
    pub(crate) async fn becomes(&self, device: Device) {
        let (width, height) = match device {
            Device::Phone => (360, 740),
            Device::Desk => (1280, 900),
        };
        let mobile = device == Device::Phone;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Another look from here on, and nothing that moves.
    pub(crate) async fn wears(&self, theme: Theme) {
        let value = if theme == Theme::Dark { "dark" } else { "light" };
        let scheme = json!({ "name": "prefers-color-scheme", "value": value });
        let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [scheme, still] })).await;
    }

    /// Enters an address of the hub.
    pub(crate) async fn visits(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.expect("the page loads");
    }

    /// Where the window is, without the hub's name.
    pub(crate) async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url.path().to_owned()
    }

    /// Waits until the window is at a path.
    pub(crate) async fn arrives(&self, at: &str) {
        self.until(&format!("the window is at {at}"), async || (self.path().await == at).then_some(())).await;
    }

    /// Presses a button.
    pub(crate) async fn presses(&self, name: &str) {
        let path = format!("//*[self::button or self::summary][normalize-space()='{name}']");
        self.until(&format!("the button `{name}` can be pressed"), async || self.clicks(&path).await).await;
    }

    /// Follows a link whose words begin so.
    pub(crate) async fn follows(&self, name: &str) {
        let path = format!("//a[starts-with(normalize-space(), '{name}')]");
        self.until(&format!("the link `{name}` can be followed"), async || self.clicks(&path).await).await;
    }

    /// Fills in the field whose label begins so.
    pub(crate) async fn types(&self, label: &str, text: &str) {
        let fields = "self::input or self::textarea";
        let path = format!("//label[starts-with(normalize-space(), '{label}')]//*[{fields}]");
        let field = self.until(&format!("there is a field `{label}`"), async || self.shown(&path).await).await;
        field.clear().await.expect("it can be emptied");
        field.send_keys(text).await.expect("it takes keys");
    }

    /// Signs in by the page that asks for it.
    pub(crate) async fn signs_in(&self, name: &str) {
        self.types("Name", name).await;
        self.types("Password", GOOD).await;
        self.presses("Sign in").await;
    }

    /// Waits until the page shows a text.
    pub(crate) async fn reads(&self, text: &str) {
        let look = async || self.text().await.contains(text).then_some(());
        self.until(&format!("`{text}` is shown"), look).await;
    }

    /// All that the page shows.
    pub(crate) async fn text(&self) -> String {
        let text = self.client.execute("return document.body?.innerText ?? ''", Vec::new()).await;
        text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Presses a key wherever the focus is.
    pub(crate) async fn hits(&self, key: fantoccini::key::Key) {
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.send_keys(&key.to_string()).await.expect("it takes keys");
    }

    /// Presses the tabulator.
    pub(crate) async fn tabs(&self) {
        for kind in ["rawKeyDown", "keyUp"] {
            let key = json!({ "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 });
            self.devtools("Input.dispatchKeyEvent", key).await;
        }
    }

    /// What a script of the test's makes of the page. It runs beside the page's own, which its policy goes on to bind.
    pub(crate) async fn looks(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Asks the browser itself for something, by the DevTools protocol.
    pub(crate) async fn devtools(&self, method: &'static str, parameters: Value) -> Value {
        let body = json!({ "cmd": method, "params": parameters });
        let asked = self.client.issue_cmd(Asked { path: "goog/cdp/execute", body }).await;
        asked.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Closes the browser, whose console must have nothing to complain of: a script that failed, something that the
    /// policy of the page forbids. That the hub refuses a request is no fault of a page's.
    pub(crate) async fn closes(self) {
        let asked = Asked { path: "se/log", body: json!({ "type": "browser" }) };
        let log = self.client.issue_cmd(asked).await.expect("the console's log");
        let faults: Vec<&Value> = log.as_array().into_iter().flatten().filter(|entry| is_fault(entry)).collect();
        assert!(faults.is_empty(), "{faults:#?}");
        self.client.close().await.expect("it closes");
        drop(self.driver);
    }

    async fn clicks(&self, path: &str) -> Option<()> {
        // The page may be changing: what was found and is gone again is looked for once more.
        let element = self.shown(path).await?;
        // As people do, who cannot press what lies behind a bar at the edge.
        let arguments = vec![serde_json::to_value(&element).ok()?];
        self.client.execute("arguments[0].scrollIntoView({ block: 'center' })", arguments).await.ok()?;
        element.click().await.ok()
    }

    /// The first of these that can be seen.
    async fn shown(&self, path: &str) -> Option<Element> {
        for element in self.client.find_all(Locator::XPath(path)).await.ok()? {
            if element.is_displayed().await.ok()? {
                return Some(element);
            }
        }
        None
    }

    /// Waits for something, and says what the page shows instead.
    pub(crate) async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if began.elapsed() > PATIENCE {
                panic!("not in time: {what}; at {} is shown:\n{}", self.path().await, self.text().await);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

fn is_fault(entry: &Value) -> bool {
    let refused = entry["source"] == "network";
    entry["level"] == "SEVERE" && !refused
}

/// A command that only Chromium's driver knows.
#[derive(Debug)]
struct Asked {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Asked {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
