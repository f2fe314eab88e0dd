//! A static host for the built page. It serves dist/ below an arbitrary path, to prove that the
//! page works from any folder of any host.

use std::env;
use std::path::PathBuf;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::services::ServeDir;

const FOLDER: &str = "/any/sub/path";
const BLANK: &str = "/blank";

/// Serves until it is dropped.
pub(crate) struct Site {
    origin: String,
    server: JoinHandle<()>,
}

impl Site {
    /// A host of the release page as it was built.
    pub(crate) async fn open() -> Self {
        Self::serve(router()).await
    }

    /// A host on which files with this ending are missing.
    pub(crate) async fn open_without(ending: &'static str) -> Self {
        Self::serve(router().layer(middleware::from_fn_with_state(ending, withhold))).await
    }

    /// The address of the page.
    pub(crate) fn url(&self) -> String {
        format!("{}{FOLDER}/", self.origin)
    }

    /// The address of an empty document of the same origin.
    #[allow(dead_code, reason = "the tests in other engines ask for it")]
    pub(crate) fn blank(&self) -> String {
        format!("{}{BLANK}", self.origin)
    }

    /// Scheme, host and port: every request of the page must begin with it.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    async fn serve(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the site keeps serving");
        });
        Self { origin: format!("http://{address}"), server }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn withhold(State(ending): State<&'static str>, request: Request, next: Next) -> Response {
    if request.uri().path().ends_with(ending) {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

fn router() -> Router {
    let blank = get(|| async { Html("<!doctype html><title>Frame</title>") });
    Router::new().nest_service(FOLDER, ServeDir::new(dist())).route(BLANK, blank)
}

/// The folder of the release page.
fn dist() -> PathBuf {
    let folder = env::var_os("KVORUM_DIST").map(PathBuf::from);
    let folder = folder.expect("set KVORUM_DIST, or run `cargo xtask test`");
    assert!(folder.join("index.html").exists(), "no page in {}", folder.display());
    folder
}
