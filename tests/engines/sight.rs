//! How the page is seen without Chromium's accessibility tree: an element's role is the one that its
//! engine computes, and its name is what ARIA and the words of the page give. An engine's own answer
//! to the name would not do: WebKit's leaves out what stands inside of a button.

#![allow(dead_code, reason = "the words are there before every story that says them")]

use axum::http::Method;
use serde_json::json;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::error::{WebDriverErrorInner, WebDriverResult};
use thirtyfour::{ElementId, RequestData, SessionId, WebElement};

use crate::page::Page;

/// WebDriver's command for the role of an element, for which thirtyfour has no method.
#[derive(Debug)]
struct ComputedRole(ElementId);

impl FormatRequestData for ComputedRole {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let Self(element) = self;
        RequestData::new(Method::GET, format!("session/{session}/element/{element}/computedrole"))
    }
}

/// The names that an element may have, and whether a screen reader is told of it.
const NAMES: &str = "const plain = text => (text ?? '').replace(/\\s+/g, ' ').trim();
    const words = element => {
        const copy = element.cloneNode(true);
        const silent = '[aria-hidden=true], [hidden], select, input, textarea';
        copy.querySelectorAll(silent).forEach(it => it.remove());
        return plain(copy.textContent);
    };
    const FROM_CONTENT = 'button, a, summary, h1, h2, h3, option, [role=tab], [role=option], [role=menuitem], [role=button]';
    const names = element => {
        const by = element.getAttribute('aria-labelledby');
        if (by) return [plain(by.split(' ').map(id => words(document.getElementById(id) ?? document.createElement('p'))).join(' '))];
        if (element.ariaLabel) return [plain(element.ariaLabel)];
        if (element.labels?.length) return [plain([...element.labels].map(words).join(' '))];
        // What the styles hide is no part of the name, what they write in capitals stays as it is.
        const content = element.matches(FROM_CONTENT) ? [words(element), plain(element.innerText)].filter(it => it) : [];
        return content.length ? content : [plain(element.alt || element.title || element.placeholder)];
    };
    const modal = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document;
    const isTold = element => element.checkVisibility({ visibilityProperty: true })
        && !element.closest('[inert], [aria-hidden=true]')
        && (modal.contains(element) || !!element.closest('[popover]:popover-open'));
    const SPOKEN = 'main, section, article, ul, dialog, img, canvas, button, a, summary, h1, h2, h3, input, select, textarea, [role], [aria-label], [aria-labelledby]';";

impl Page {
    /// What is done to each page that has been opened: shadows are left out. Without a graphics card
    /// WebKit needs 50 ms for them in each frame. They take no room, and the looks at two sizes
    /// have them.
    pub(crate) async fn prepare(&self) -> WebDriverResult<()> {
        let flat = "const sheet = new CSSStyleSheet();
            sheet.replaceSync('* { box-shadow: none !important }');
            document.adoptedStyleSheets.push(sheet);";
        self.script(flat).await.map(drop)
    }

    /// All elements with this role and accessible name that are there now.
    pub(crate) async fn find_all(
        &self,
        role: &str,
        name: &str,
    ) -> WebDriverResult<Vec<WebElement>> {
        let ask = format!(
            "{NAMES} return [...document.querySelectorAll(SPOKEN)]
                .filter(it => names(it).includes(arguments[0]) && isTold(it));"
        );
        let mut found = Vec::new();
        for element in self.driver().execute(ask, vec![json!(name)]).await?.elements()? {
            if self.role(&element).await?.is_some_and(|said| is_role(&said, role)) {
                found.push(element);
            }
        }
        Ok(found)
    }

    /// Role and name of the element with the keyboard focus.
    pub(crate) async fn focused(&self) -> WebDriverResult<(String, String)> {
        let element = self.driver().active_element().await?;
        let ask = format!("{NAMES} return names(arguments[0])[0];");
        let name = self.driver().execute(ask, vec![element.to_json()?]).await?.convert()?;
        Ok((self.role(&element).await?.unwrap_or_default(), name))
    }

    /// What the page says when its program has stopped. These engines' drivers tell nothing of the
    /// console.
    pub(crate) async fn console_errors(&self) -> WebDriverResult<Vec<String>> {
        let ask =
            "return [...document.querySelectorAll('#boot-failure')].map(it => it.textContent)";
        self.driver().execute(ask, Vec::new()).await?.convert()
    }

    /// The same, for a failure.
    pub(crate) async fn said(&self) -> WebDriverResult<Vec<String>> {
        self.console_errors().await
    }

    /// The role of an element as its engine computes it; `None` if the element is gone.
    async fn role(&self, element: &WebElement) -> WebDriverResult<Option<String>> {
        match self.driver().cmd(ComputedRole(element.element_id())).await {
            Ok(said) => said.value().map(Some),
            Err(error) if matches!(*error, WebDriverErrorInner::StaleElementReference(_)) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// WebKit says "button" where ARIA says "combobox" for a list to choose from, and agrees on the
/// rest.
fn is_role(said: &str, wanted: &str) -> bool {
    said == wanted || (wanted == "combobox" && said == "button")
}
