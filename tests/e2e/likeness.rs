//! Whether two pictures of the page look the same to a person.
//!
//! They are looked at from some way off: half as large, and a little out of focus. From there one does not see how a
//! browser smooths an edge, which differs between two versions of it, but still a colour, a mark or a place that
//! has changed.

use color_quant::NeuQuant;
use dify::diff::get_results;
use image::imageops::{fast_blur, thumbnail};
use image::{ImageResult, Rgba, RgbaImage};
use png::{ColorType, Compression, Encoder, EncodingError};

/// How much smaller a picture is kept than it was taken.
const SCALE: u32 = 2;

/// A way to look at two pictures.
struct Look {
    /// How far out of focus, in pixels of a kept picture.
    blur: f32,
    /// From where on two pixels differ: at 0 all do, at 1 black and white. Its square is a distance of colours in YIQ.
    threshold: f32,
    /// The part of all pixels that may differ by chance, and by what 256 colours leave out.
    chance: f64,
}

/// What is small but plain, as a mark that is missing; and what is faint but large, as another colour.
const LOOKS: [Look; 2] = [
    Look { blur: 0.8, threshold: 0.06, chance: 0.000_15 },
    Look { blur: 2.0, threshold: 0.02, chance: 0.003 },
];

/// The greatest distance of two colours.
const FARTHEST: f32 = 35_215.0;

/// What two pictures differ in.
#[derive(Debug)]
pub(crate) struct Difference {
    /// How many pixels of the kept picture.
    pub(crate) pixels: i32,
    /// That part of all, in percent.
    pub(crate) percent: f64,
    /// Where they are: left, top, right and bottom, in pixels of the page.
    pub(crate) area: [u32; 4],
    /// Where they are, in red.
    pub(crate) picture: RgbaImage,
}

/// What is kept of a screenshot.
pub(crate) fn shrink(screenshot: &[u8]) -> ImageResult<RgbaImage> {
    let image = image::load_from_memory(screenshot)?.into_rgba8();
    Ok(thumbnail(&image, image.width() / SCALE, image.height() / SCALE))
}

/// A picture as the bytes of a small PNG file: of 256 colours, which is enough for a page.
pub(crate) fn pack(picture: &RgbaImage) -> Result<Vec<u8>, EncodingError> {
    let colors = NeuQuant::new(1, 256, picture.as_raw());
    let pixels: Vec<u8> = picture.pixels().map(|pixel| colors.index_of(&pixel.0) as u8).collect();
    let mut packed = Vec::new();
    let mut encoder = Encoder::new(&mut packed, picture.width(), picture.height());
    encoder.set_color(ColorType::Indexed);
    encoder.set_palette(colors.color_map_rgb());
    encoder.set_compression(Compression::High);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(packed)
}

/// What a person would see that the two differ in, if anything.
///
/// # Panics
/// If they differ in size.
pub(crate) fn difference(kept: &RgbaImage, new: &RgbaImage) -> Option<Difference> {
    assert_eq!(kept.dimensions(), new.dimensions(), "pictures of one size");
    LOOKS.iter().find_map(|look| look.difference(kept, new))
}

impl Look {
    fn difference(&self, kept: &RgbaImage, new: &RgbaImage) -> Option<Difference> {
        let [kept, new] = [kept, new].map(|picture| fast_blur(picture, self.blur));
        let threshold = FARTHEST * self.threshold * self.threshold;
        let (pixels, picture) = get_results(kept, new, threshold, false, Some(0.3), &None, &None)?;
        let of = f64::from(picture.width() * picture.height());
        let part = f64::from(pixels) / of;
        let area = area(&picture);
        (part > self.chance).then_some(Difference { pixels, percent: part * 100.0, area, picture })
    }
}

/// Where a picture is marked: left, top, right and bottom, in pixels of the page.
fn area(picture: &RgbaImage) -> [u32; 4] {
    // All else is grey.
    const MARK: Rgba<u8> = Rgba([255, 0, 0, 255]);
    let marked = picture.enumerate_pixels().filter(|(.., pixel)| **pixel == MARK);
    let area = marked.fold([u32::MAX, u32::MAX, 0, 0], |[left, top, right, bottom], (x, y, _)| {
        [left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)]
    });
    area.map(|side| side.saturating_mul(SCALE))
}

/// A part of a page: paper, a card with a border, and a mark on it.
fn sketch(paper: u8, left: u32, mark: [u8; 3]) -> RgbaImage {
    RgbaImage::from_fn(360, 225, |x, y| {
        let card = (left..left + 120).contains(&x) && (60..130).contains(&y);
        let inside = (left + 1..left + 119).contains(&x) && (61..129).contains(&y);
        let marked = (left + 8..left + 18).contains(&x) && (70..80).contains(&y);
        let [r, g, b] = match (card, inside, marked) {
            (_, _, true) => mark,
            (_, true, _) => [255, 254, 251],
            (true, ..) => [217, 213, 202],
            _ => [paper; 3],
        };
        Rgba([r, g, b, 255])
    })
}

const GOLD: [u8; 3] = [168, 116, 0];

#[test]
fn a_picture_that_was_kept_looks_like_itself() {
    let picture = sketch(243, 100, GOLD);
    let kept = image::load_from_memory(&pack(&picture).unwrap()).unwrap().into_rgba8();
    assert!(difference(&kept, &picture).is_none());
    let grown = image::imageops::resize(&picture, 720, 450, image::imageops::FilterType::Nearest);
    let mut screenshot = std::io::Cursor::new(Vec::new());
    grown.write_to(&mut screenshot, image::ImageFormat::Png).unwrap();
    assert!(difference(&kept, &shrink(screenshot.get_ref()).unwrap()).is_none());
}

#[test]
fn a_mark_that_is_gone_a_card_that_moved_and_another_paper_are_seen() {
    let kept = sketch(243, 100, GOLD);
    let gone = difference(&kept, &sketch(243, 100, [255, 254, 251])).unwrap();
    let [left, top, right, bottom] = gone.area;
    assert!((206..=216).contains(&left) && (130..=140).contains(&top), "{:?}", gone.area);
    assert!((236..=246).contains(&right) && (160..=170).contains(&bottom), "{:?}", gone.area);
    assert!(difference(&kept, &sketch(243, 102, GOLD)).is_some());
    assert!(difference(&kept, &sketch(236, 100, GOLD)).unwrap().percent > 50.0);
    assert!(difference(&kept, &sketch(243, 100, [179, 38, 30])).is_some());
}

#[test]
fn an_edge_that_is_smoothed_otherwise_is_no_difference() {
    let kept = sketch(243, 100, GOLD);
    let mut new = kept.clone();
    for pixel in new.pixels_mut().filter(|pixel| pixel.0 == [217, 213, 202, 255]) {
        *pixel = Rgba([226, 223, 214, 255]);
    }
    assert!(difference(&kept, &new).is_none());
}
