//! From a phone to a laptop: nothing sticks out, and no card hides another.

use thirtyfour::ElementRect;
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Window};
use crate::page::Page;
use crate::site::Site;

const SIZES: [(u32, u32); 5] = [(390, 844), (844, 390), (768, 1024), (1280, 720), (1440, 900)];

#[tokio::test]
async fn cards_have_room_on_every_screen() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&site.url(), async |page| {
            for nodes in [3, 5, 7] {
                page.go(&format!("{}?seed=42&nodes={nodes}&paused", site.url())).await?;
                for (width, height) in SIZES {
                    page.resize(width, height).await?;
                    let context = format!("{nodes} nodes at {width}x{height}");
                    page.until(&format!("cards on the stage with {context}"), async || {
                        fits(page, nodes, f64::from(width)).await
                    })
                    .await?;
                }
            }
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}

/// Whether everything has its place; after a change of size that takes a few frames.
async fn fits(page: &Page, nodes: u32, width: f64) -> WebDriverResult<Option<()>> {
    let ask = "return document.documentElement.scrollWidth <= innerWidth";
    if page.script(ask).await? != true {
        return Ok(None);
    }
    let mut cards: Vec<ElementRect> = Vec::new();
    for node in 1..=nodes {
        let card = page.find("group", &format!("n{node}")).await?.rect().await?;
        let is_within = card.width > 0.0 && card.x >= 0.0 && card.x + card.width <= width;
        if !is_within || cards.iter().any(|other| overlap(&card, other)) {
            return Ok(None);
        }
        cards.push(card);
    }
    Ok(Some(()))
}

fn overlap(a: &ElementRect, b: &ElementRect) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}
