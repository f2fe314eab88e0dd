//! Firefox and WebKit: one start of each, with its driver and, where it needs one, its screen.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;
use thirtyfour::{Capabilities, WebDriver};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::process::Process;

/// Wide enough for all of the page, and no higher than needed: WebKit paints without a graphics card.
const WIDTH: u32 = 1440;
const HEIGHT: u32 = 820;

/// An answer of a driver that takes longer never comes.
const ANSWER: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Firefox,
    WebKit,
}

/// A driver that runs, and what the browser that it starts needs. All of it ends when it is dropped.
pub(crate) struct Running {
    engine: Engine,
    port: u16,
    _driver: Process,
    _screen: Option<Process>,
}

impl Engine {
    /// Starts the engine's driver.
    pub(crate) async fn start(self) -> Running {
        let home = self.home();
        // A home that nobody has lived in: a first visit, and nothing is left in the user's own.
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(&home).expect("a folder for the browser");
        let screen = (self == Self::WebKit).then(screen);
        let port = free_port();
        let mut command = match self {
            Self::Firefox => firefox_driver(port, &home),
            Self::WebKit => webkit_driver(port),
        };
        if let Some((_, number)) = &screen {
            command.env("DISPLAY", format!(":{number}"));
        }
        let log = File::create(home.join("driver.log")).expect("a file for the driver's words");
        command.env("HOME", &home).stderr(log.try_clone().expect("the same file")).stdout(log);
        let _driver = Process::start(&mut command);
        let running = Running { engine: self, port, _driver, _screen: screen.map(|it| it.0) };
        running.is_ready().await;
        running
    }

    /// Its browser's own folder, where its driver's words stay to be read.
    fn home(self) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{self:?}"))
    }

    fn capabilities(self) -> Value {
        match self {
            Self::Firefox => json!({
                "moz:firefoxOptions": {
                    "binary": program("FIREFOX").to_string_lossy(),
                    "args": ["-headless"],
                    // Nothing but the page, and the same by day and by night.
                    "prefs": { "layout.css.prefers-color-scheme.content-override": 1 },
                },
            }),
            Self::WebKit => json!({
                "webkitgtk:browserOptions": {
                    "binary": program("MINIBROWSER").to_string_lossy(),
                    "args": ["--automation"],
                },
            }),
        }
    }
}

impl Running {
    /// Starts the browser.
    pub(crate) async fn browser(&self) -> WebDriverResult<WebDriver> {
        let Value::Object(capabilities) = self.engine.capabilities() else { unreachable!() };
        let address = format!("http://127.0.0.1:{}", self.port);
        let builder = WebDriver::builder(address, Capabilities::from(capabilities));
        let driver = builder.request_timeout(ANSWER).connect().await?;
        driver.set_window_rect(0, 0, WIDTH, HEIGHT).await?;
        Ok(driver)
    }

    async fn is_ready(&self) {
        let ready = async {
            while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
                sleep(PAUSE).await;
            }
        };
        let log = self.engine.home().join("driver.log");
        let never = || panic!("{:?}'s driver does not answer: see {}", self.engine, log.display());
        timeout(ANSWER, ready).await.unwrap_or_else(|_| never());
    }
}

fn firefox_driver(port: u16, home: &Path) -> Command {
    let mut command = Command::new(program("GECKODRIVER"));
    command.arg(format!("--port={port}")).arg("--websocket-port=0");
    command.arg("--profile-root").arg(home);
    command
}

fn webkit_driver(port: u16) -> Command {
    let mut command = Command::new(program("WEBKITDRIVER"));
    command.arg(format!("--port={port}"));
    // Its sandbox needs what a container doesn't give, and a screen in memory has no graphics card.
    command.env("WEBKIT_FORCE_SANDBOX", "0").env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
    command
}

/// A screen in memory and its number, which it chooses itself.
fn screen() -> (Process, String) {
    let mut command = Command::new(program("XVFB"));
    command.args(["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]);
    let mut screen = Process::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
    let mut number = String::new();
    let read = BufReader::new(screen.output()).read_line(&mut number);
    assert!(read.is_ok_and(|bytes| bytes > 0), "the screen does not start");
    (screen, number.trim().to_owned())
}

/// A port that is free now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("the port's number").port()
}

fn program(variable: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| panic!("set {variable}, or run `cargo xtask test`"))
}
