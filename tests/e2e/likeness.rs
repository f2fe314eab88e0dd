//! Whether two pictures of the page look the same to a user.
//!
//! They are compared at half size and slightly blurred. So differences in the smoothing of edges,
//! as between two versions of a browser, are ignored, while a changed colour, mark or position is
//! found.

use color_quant::NeuQuant;
use dify::diff::get_results;
use image::imageops::{fast_blur, thumbnail};
use image::{ImageResult, Rgba, RgbaImage};
use png::{ColorType, Compression, Encoder, EncodingError};

/// The factor by which a stored picture is smaller than the screenshot.
const SCALE: u32 = 2;

/// A way to compare two pictures.
struct Look {
    /// The blur, in pixels of a stored picture.
    blur: f32,
    /// The threshold for two pixels to differ: at 0 all do, at 1 only black and white. Its square
    /// is a fraction of the greatest colour distance in YIQ.
    threshold: f32,
    /// The fraction of pixels that may differ by chance, and because of the palette of 256 colours.
    chance: f64,
}

/// The first finds small but clear differences, such as a missing mark; the second large but faint
/// ones, such as another colour.
const LOOKS: [Look; 2] = [
    Look { blur: 0.8, threshold: 0.06, chance: 0.000_15 },
    Look { blur: 2.0, threshold: 0.02, chance: 0.003 },
];

/// The greatest distance of two colours.
const FARTHEST: f32 = 35_215.0;

/// The difference of two pictures.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The number of pixels of the stored picture.
    pub(crate) pixels: i32,
    /// The same in percent of all pixels.
    pub(crate) percent: f64,
    /// The bounding box: left, top, right and bottom, in pixels of the page.
    pub(crate) area: [u32; 4],
    /// The differing pixels, in red.
    pub(crate) picture: RgbaImage,
}

/// The screenshot at the size of a stored picture.
pub(crate) fn shrink(screenshot: &[u8]) -> ImageResult<RgbaImage> {
    let image = image::load_from_memory(screenshot)?.into_rgba8();
    Ok(thumbnail(&image, image.width() / SCALE, image.height() / SCALE))
}

/// A picture as a small PNG file of 256 colours, which is enough for a page.
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

/// The difference that a user would see, if any.
///
/// # Panics
/// If the pictures have different sizes.
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

/// The bounding box of the marks: left, top, right and bottom, in pixels of the page.
fn area(picture: &RgbaImage) -> [u32; 4] {
    // Unmarked pixels are grey.
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
fn a_stored_picture_equals_itself() {
    let picture = sketch(243, 100, GOLD);
    let kept = image::load_from_memory(&pack(&picture).unwrap()).unwrap().into_rgba8();
    assert!(difference(&kept, &picture).is_none());
    let grown = image::imageops::resize(&picture, 720, 450, image::imageops::FilterType::Nearest);
    let mut screenshot = std::io::Cursor::new(Vec::new());
    grown.write_to(&mut screenshot, image::ImageFormat::Png).unwrap();
    assert!(difference(&kept, &shrink(screenshot.get_ref()).unwrap()).is_none());
}

#[test]
fn a_missing_mark_a_moved_card_and_another_paper_are_found() {
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
fn another_smoothing_of_an_edge_is_no_difference() {
    let kept = sketch(243, 100, GOLD);
    let mut new = kept.clone();
    for pixel in new.pixels_mut().filter(|pixel| pixel.0 == [217, 213, 202, 255]) {
        *pixel = Rgba([226, 223, 214, 255]);
    }
    assert!(difference(&kept, &new).is_none());
}
