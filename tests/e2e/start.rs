//! The page starts from anywhere, and explains when it can't.

use crate::browser::{Outcome, Window};
use crate::site::Site;

#[tokio::test]
async fn the_page_starts_from_any_folder_and_stays_at_home() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&site.url(), async |page| {
            page.find("heading", "Kvorum").await?;
            assert_eq!(page.driver().title().await?, "Kvorum");
            let loading = page.script("return document.getElementById('boot')").await?;
            assert!(loading.is_null(), "the loading line is gone once Kvorum draws");

            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            let requests = page.requests().await?;
            assert!(requests.iter().any(|url| url.ends_with(".wasm")), "{requests:?}");
            for url in requests {
                let at_home = url.starts_with(site.origin()) || url.starts_with("data:");
                assert!(at_home, "the page asked for {url}");
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_program_that_does_not_arrive_is_explained() -> Outcome {
    let site = Site::open_without(".wasm").await;
    Window::LAPTOP
        .visit(&site.url(), async |page| {
            page.sees("Kvorum could not be loaded. Check the connection").await?;
            let alert =
                page.script("return document.querySelector('[role=alert]').innerText").await?;
            assert!(
                alert.as_str().is_some_and(|alert| alert.contains("reload the page")),
                "{alert}"
            );
            Ok(())
        })
        .await
}
