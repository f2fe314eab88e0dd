//! Parts that several rooms use: sliders, icons, popups, dialogs, sentences with marks.

pub mod dialog;
pub mod difference_table;
pub mod icons;
pub mod marked_text;
pub mod note;
pub mod popup;
pub mod request_trace;
pub mod settings;
pub mod size;
pub mod slider;
pub mod time_buttons;
pub mod word;
