//! The browser's entry: mounts the page. Natively there is nothing to do; see `bin/headless`.

#[cfg(target_arch = "wasm32")]
fn main() {
    kvorum::ui::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This is the page's entry and needs a browser: `cargo xtask serve` opens it.");
    eprintln!("Without a browser: `cargo run --release --bin headless -- --help`.");
}
