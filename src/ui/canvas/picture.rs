//! A canvas that is drawn on only where it is to show something else than before.

use web_sys::{CanvasRenderingContext2d, Document};

use crate::ui::canvas::palette::Palette;
use crate::ui::canvas::surface::Surface;

/// A canvas and what it shows: `K` is all that the picture hangs on, beside its size and colours.
pub struct Picture<K> {
    /// The name of the canvas.
    id: &'static str,
    surface: Surface,
    shows: Option<((f64, f64), Palette, K)>,
}

impl<K: PartialEq> Picture<K> {
    /// For the canvas with this name, which may come and go.
    pub fn new(id: &'static str) -> Self {
        Self { id, surface: Surface::default(), shows: None }
    }

    /// Returns the empty canvas and the device's pixels per pixel, if the `wanted` picture is not on it yet. Returns
    /// `None` if it is, or if the page has no such canvas.
    pub fn begin(
        &mut self,
        document: &Document,
        palette: &Palette,
        wanted: impl FnOnce((f64, f64)) -> K,
    ) -> Option<(CanvasRenderingContext2d, f64)> {
        let size = self.surface.measure(document, self.id)?;
        let wanted = wanted(size);
        let is_there = self.shows.as_ref().is_some_and(|(known_size, known_palette, shown)| {
            (known_size, known_palette, shown) == (&size, palette, &wanted)
        });
        if is_there && self.surface.is_kept() {
            return None;
        }
        let begun = self.surface.begin(document, self.id)?;
        self.shows = Some((size, palette.clone(), wanted));
        Some(begun)
    }

    /// Its size in pixels of the page, as it was begun last.
    pub fn size(&self) -> (f64, f64) {
        self.surface.size()
    }
}
