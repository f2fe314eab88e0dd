//! The main scenario, from the first leader to a healed partition, in a real browser on the release
//! page.

use crate::browser::{Outcome, Window};
use crate::site::Site;
use crate::stories::{self, FAST};

#[tokio::test]
async fn a_cluster_survives_its_leader_grows_and_heals() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP.visit(&format!("{}{FAST}", site.url()), stories::main_journey).await
}

#[tokio::test]
async fn curl_lines_are_answered_as_over_http() -> Outcome {
    let site = Site::open().await;
    Window::LAPTOP
        .visit(&format!("{}{FAST}", site.url()), async |page| {
            let set = r#"curl "http://localhost:8080/set?key=myKey&value=myValue""#;
            page.console_answers(set, &[r#"{"status":"success"}"#]).await?;
            let get = r#"curl "http://localhost:8080/get?key=myKey""#;
            page.console_answers(get, &[r#"{"value":"myValue"}"#]).await?;
            let missing = r#"curl "http://localhost:8080/get?key=nothing""#;
            page.console_answers(missing, &["HTTP status 404", "Key not found"]).await?;
            assert_eq!(page.console_errors().await?, Vec::<String>::new());
            Ok(())
        })
        .await
}
