//! The layout's promises: nothing overflows, no card covers another, nothing is cut off.

use thirtyfour::ElementRect;
use thirtyfour::error::WebDriverResult;

use crate::page::Page;

/// Whether everything fits; after a change of size that takes a few frames.
pub(crate) async fn fits(page: &Page, nodes: u32, width: f64) -> WebDriverResult<Option<()>> {
    // A page that was just requested may not be drawn yet.
    let ask = "return document.querySelector('.stage') !== null
        && document.documentElement.scrollWidth <= innerWidth";
    if page.script(ask).await? != true {
        return Ok(None);
    }
    // All in one call: one by one fifty cards would take seconds.
    let ask = "const box = element => element.getBoundingClientRect().toJSON();
        const shown = card => card.scrollWidth <= card.clientWidth && card.scrollHeight <= card.clientHeight;
        const cards = [...document.querySelectorAll('.card')];
        return [box(document.querySelector('.stage')), cards.map(card => [card.ariaLabel, shown(card), box(card)])]";
    let (stage, cards): (ElementRect, Vec<(String, bool, ElementRect)>) =
        page.driver().execute(ask, Vec::new()).await?.convert()?;
    let names = cards.iter().map(|(name, ..)| name.clone());
    let are_there = names.eq((1..=nodes).map(|node| format!("n{node}")));
    let has_room = |(position, (_, shows_all, card)): (usize, &(String, bool, ElementRect))| {
        let is_seen = card.width > 0.0 && card.x >= 0.0 && card.x + card.width <= width;
        let is_on_it = card.y >= stage.y && card.y + card.height <= stage.y + stage.height;
        let is_free = !cards.iter().skip(position + 1).any(|(.., other)| overlap(card, other));
        *shows_all && is_seen && is_on_it && is_free
    };
    Ok((are_there && cards.iter().enumerate().all(has_room)).then_some(()))
}

fn overlap(a: &ElementRect, b: &ElementRect) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/// The selects whose longest option needs more width than there is, and the row of tabs likewise, each with both widths.
pub(crate) const CUT_OFF: &str = "const cut = [];
    const tabs = document.querySelector('.tab-list');
    if (tabs.scrollWidth > tabs.clientWidth) cut.push(['tabs', tabs.scrollWidth, tabs.clientWidth]);
    for (const id of ['client', 'node', 'read', 'disk-state']) {
        const select = document.getElementById(id);
        const has = select.offsetWidth;
        const alone = select.cloneNode(true);
        alone.style.cssText = 'position: absolute; width: max-content';
        select.after(alone);
        if (alone.offsetWidth > has) cut.push([id, alone.offsetWidth, has]);
        alone.remove();
    }
    return cut;";
