//! How the page looks, in two sizes: its layout's promises, and that something is painted.

use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;

use tokio::time::sleep;

use crate::page::{Outcome, Page};
use crate::room::{CUT_OFF, fits};
use crate::site::Site;

/// A laptop and a phone, on which the panels are sheets.
const SIZES: [(u32, u32); 2] = [(1440, 900), (PHONE, 844)];
const PHONE: u32 = 390;

/// The number of looks before a misplaced part counts.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// A frame in an empty document: a window can be neither as narrow as a phone nor exactly as high as
/// is asked for.
const FRAME: &str = "const [address] = arguments;
    const frame = document.createElement('iframe');
    frame.src = address;
    document.body.replaceChildren(frame);
    return frame;";

const RESIZE: &str = "const [frame, width, height] = arguments;
    frame.style.cssText = `position: fixed; inset: 0; border: 0; width: ${width}px; height: ${height}px`;";

/// Whether the stage's canvas has a dot that is not transparent.
const PAINTED: &str = "const canvas = document.getElementById('stage-canvas');
    if (!canvas?.width || !canvas.height) return false;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some((part, place) => place % 4 === 3 && part > 0);";

/// What breaks the promises of the page's frame: a part that covers another or leaves the screen, and a button at the
/// edges that is covered or cut off.
const MISPLACED: &str = "const wrong = [];
    const isSeen = element => element.checkVisibility({ visibilityProperty: true });
    const places = ['.top', '.guide', '.view-modes', '.controls', '.stage', '.drawer', '.request', '.tabs', '.caption', '.sheet-buttons', '.transport'];
    const parts = [...document.querySelectorAll(places)].filter(isSeen).map(part => [part.className, part.getBoundingClientRect()]);
    for (const [name, { left, top, right, bottom }] of parts) {
        if (left < 0 || top < 0 || right > innerWidth + 1 || bottom > innerHeight + 1) wrong.push(name + ' leaves the screen');
    }
    parts.forEach(([name, a], number) => {
        for (const [other, b] of parts.slice(number + 1)) {
            const meet = a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
            if (meet) wrong.push(name + ' meets ' + other);
        }
    });
    // Styled without markers, a list is none to WebKit unless it says so.
    for (const list of document.querySelectorAll('ul:not([role]), ol:not([role])')) {
        if (!list.ariaHidden) wrong.push('a list without its role: ' + list.className);
    }
    const buttons = [...document.querySelectorAll('.top button, .view-modes label, .sheet-buttons button, .transport button')];
    if (!buttons.some(isSeen)) wrong.push('no button is seen');
    for (const button of buttons.filter(isSeen)) {
        const { left, top, right, bottom } = button.getBoundingClientRect();
        const name = button.ariaLabel || button.textContent.trim();
        const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        if (!button.contains(hit)) wrong.push(name + ' is covered by ' + (hit?.className ?? 'nothing'));
        if (button.scrollWidth > button.clientWidth + 1) wrong.push(name + ' is cut off');
    }
    return wrong;";

/// Somebody comes for the first time: little is shown, the tour is offered, the cluster runs.
pub(crate) async fn first_visit(page: &Page) -> Outcome {
    page.go("?mode=watch&speed=1000").await?;
    page.shows("region", "Guide", "New here?").await?;
    page.leader(&[]).await?;
    assert!(page.find_all("textbox", "Key").await?.is_empty(), "a first visit shows no form");
    is_in_order(page, "a first visit").await
}

/// All of the page, while messages travel.
pub(crate) async fn all_of_it(page: &Page, site: &Site) -> Outcome {
    let driver = page.driver();
    driver.goto(site.blank()).await?;
    let address = format!("{}?mode=study&speed=1000&seed=4", site.url());
    let frame = driver.execute(FRAME, vec![json!(address)]).await?.element()?;
    for (width, height) in SIZES {
        driver.enter_default_frame().await?;
        driver.execute(RESIZE, vec![frame.to_json()?, json!(width), json!(height)]).await?;
        frame.clone().enter_frame().await?;
        page.leader(&[]).await?;
        let context = format!("{width}x{height}");
        is_in_order(page, &context).await?;
        if width > PHONE {
            page.click("tab", "Inspector").await?;
        }
        assert_eq!(page.script(CUT_OFF).await?, json!([]), "{context}");
    }
    driver.enter_default_frame().await?;
    Ok(())
}

async fn is_in_order(page: &Page, context: &str) -> Outcome {
    let width = page.script("return innerWidth").await?.as_f64().unwrap_or_default();
    page.until(&format!("cards on the stage, {context}"), async || fits(page, 5, width).await)
        .await?;
    page.until(&format!("something painted on the stage, {context}"), async || {
        is(page, PAINTED).await
    })
    .await?;
    // Sheets may still be on their way after a change of size.
    let mut misplaced = json!(null);
    for _ in 0..LOOKS {
        misplaced = page.script(MISPLACED).await?;
        if misplaced == json!([]) {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
    panic!("misplaced, {context}: {misplaced}; {}", page.state().await);
}

async fn is(page: &Page, question: &str) -> WebDriverResult<Option<()>> {
    Ok((page.script(question).await? == Value::Bool(true)).then_some(()))
}
