//! How things are drawn on a canvas: shapes, sprites, colours, the axis of time.

pub mod axis;
pub mod palette;
pub mod picture;
pub mod sample;
pub mod shapes;
pub mod sprite_cache;
pub mod surface;
