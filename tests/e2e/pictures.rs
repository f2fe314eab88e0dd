//! Known states look as before. The pictures to compare with are in `tests/pictures`.
//!
//! An intended change is accepted with `cargo xtask screenshots --accept` (which sets
//! `KVORUM_ACCEPT`), and the new pictures are reviewed with the change. The cluster is paused, the
//! seed is fixed, and the test brings its own fonts, so that the pictures don't depend on a
//! machine's fonts or on how it draws them.

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding};
use image::RgbaImage;
use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;

use crate::browser::{Outcome, Scheme, Window};
use crate::likeness::{Difference, difference, pack, shrink};
use crate::page::Page;
use crate::states::{Size, State, fit, frames, paint, picture};

type Failure = Box<dyn Error + Send + Sync>;

const LAPTOP: Size = (1440, 900);
const PROJECTOR: Size = (1280, 720);
const PHONE: Size = (390, 844);

const KEPT: [(State, Scheme, &[Size]); 11] = [
    (State::Leader, Scheme::Light, &[LAPTOP]),
    (State::Election, Scheme::Dark, &[PROJECTOR]),
    (State::Partition, Scheme::Light, &[LAPTOP, PHONE]),
    (State::Inspector, Scheme::Dark, &[PROJECTOR]),
    (State::Matrix, Scheme::Light, &[LAPTOP]),
    (State::SpaceTime, Scheme::Dark, &[PROJECTOR]),
    (State::Unordered, Scheme::Light, &[LAPTOP]),
    (State::Charts, Scheme::Dark, &[PROJECTOR]),
    (State::Projector, Scheme::Light, &[PROJECTOR]),
    (State::TwentyFive, Scheme::Dark, &[PROJECTOR, PHONE]),
    (State::FiftyOne, Scheme::Light, &[LAPTOP, PHONE]),
];

/// The number of attempts before a difference counts, since a page may be slow to settle.
const LOOKS: u32 = 4;

#[tokio::test]
async fn known_states_look_as_they_did() -> Outcome {
    let is_accepted = env::var_os("KVORUM_ACCEPT").is_some();
    let (mut changed, mut names) = (Vec::new(), BTreeSet::new());
    Window::LAPTOP
        .open("", async |page| {
            for (state, scheme, sizes) in KEPT {
                state.open(page).await?;
                bring_type(page).await?;
                paint(page, scheme).await?;
                for size in sizes {
                    fit(page, *size).await?;
                    let name = picture(state, *size, scheme);
                    changed.extend(compare(page, &name, is_accepted).await?);
                    names.insert(name);
                }
            }
            Ok(())
        })
        .await?;
    for name in kept_names()?.difference(&names) {
        changed.push(format!("{name}: no known state has this picture any more"));
        if is_accepted {
            fs::remove_file(kept_folder().join(name))?;
        }
    }
    let changed = changed.join("\n");
    if is_accepted {
        println!("accepted:\n{changed}");
    } else {
        assert!(changed.is_empty(), "the page looks different:\n{changed}\n{HOW_TO_ACCEPT}");
    }
    Ok(())
}

const HOW_TO_ACCEPT: &str =
    "Look at them. If that is how it is to look now: cargo xtask screenshots --accept";

/// Compares the page with the stored picture of this name. Returns a report of a difference, or
/// stores the new picture if it is accepted.
async fn compare(page: &Page, name: &str, is_accepted: bool) -> Result<Option<String>, Failure> {
    let kept = kept(name)?;
    let mut looks = 0;
    let (screenshot, new, found) = loop {
        let screenshot = page.driver().screenshot_as_png().await?;
        let new = shrink(&screenshot)?;
        let found = kept.as_ref().map(|kept| difference(kept, &new));
        if let Some(None) = found {
            return Ok(None);
        }
        looks += 1;
        if looks == LOOKS {
            break (screenshot, new, found.flatten());
        }
        frames(page, 10).await?;
    };
    if is_accepted {
        fs::create_dir_all(kept_folder())?;
        fs::write(kept_folder().join(name), pack(&new)?)?;
    }
    report(name, &screenshot, found).map(Some)
}

/// Writes the pictures of a difference, and returns where they are.
fn report(name: &str, screenshot: &[u8], found: Option<Difference>) -> Result<String, Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    fs::create_dir_all(&folder)?;
    let new = folder.join(name);
    fs::write(&new, screenshot)?;
    let Some(Difference { pixels, percent, area: [left, top, right, bottom], picture }) = found
    else {
        return Ok(format!("{name}: no picture of it is kept; it looks like {}", new.display()));
    };
    let marked = folder.join(name.replace(".png", "-difference.png"));
    picture.save(&marked)?;
    let (was, new, marked) = (kept_folder().join(name), new.display(), marked.display());
    Ok(format!(
        "{name}: {pixels} pixels ({percent:.2} %) differ, from {left},{top} to {right},{bottom}\n    it was  \
        {}\n    it is   {new}\n    in red  {marked}",
        was.display()
    ))
}

/// The stored picture of this name.
fn kept(name: &str) -> Result<Option<RgbaImage>, Failure> {
    match fs::read(kept_folder().join(name)) {
        Ok(bytes) => Ok(Some(image::load_from_memory(&bytes)?.into_rgba8())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn kept_names() -> std::io::Result<BTreeSet<String>> {
    let files = fs::read_dir(kept_folder())?;
    files.map(|file| Ok(file?.file_name().to_string_lossy().into_owned())).collect()
}

fn kept_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures")
}

/// Sets the page in the test's own fonts, without hinting, and hides the blinking caret.
async fn bring_type(page: &Page) -> WebDriverResult<()> {
    let face = |family: &str, weight: &str, font: &[u8]| -> Value {
        json!([family, weight, Base64::encode_string(font)])
    };
    let faces = json!([
        face("Kept Sans", "400", dejavu::sans::regular()),
        face("Kept Sans", "700", dejavu::sans::bold()),
        face("Kept Mono", "400", dejavu::sans_mono::regular()),
        face("Kept Mono", "700", dejavu::sans_mono::bold()),
    ]);
    // From bytes, since the page's security policy does not allow fonts from the network.
    let script = r#"const [faces, done] = arguments;
        const load = ([family, weight, font]) => {
            const bytes = Uint8Array.from(atob(font), letter => letter.charCodeAt(0));
            return new FontFace(family, bytes, { weight }).load();
        };
        Promise.all(faces.map(load)).then(faces => {
            faces.forEach(face => document.fonts.add(face));
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(`:root { --sans: "Kept Sans"; --mono: "Kept Mono" }
                * { text-rendering: geometricPrecision !important; caret-color: transparent !important }`);
            document.adoptedStyleSheets.push(sheet);
            // The canvases read the styles again when the theme changes: cycle through the themes
            // once.
            const theme = document.querySelector(".theme-button");
            [1, 2, 3].forEach(() => theme.click());
            done();
        });"#;
    page.driver().execute_async(script, vec![faces]).await.map(drop)
}
