//! The browser's entry point: mounts the page. The native one is `bin/headless`.

#[cfg(target_arch = "wasm32")]
fn main() {
    kvorum::ui::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is the page's entry and needs a browser: `cargo xtask serve` opens it.");
    eprintln!("Without a browser: `cargo run --release --bin headless -- --help`.");
}
