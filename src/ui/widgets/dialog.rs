//! A dialog element that is open or not.

use web_sys::HtmlDialogElement;
use yew::prelude::NodeRef;
use yew::{use_effect_with, use_node_ref};

/// Opens or closes a dialog element as wanted.
#[yew::hook]
pub fn use_dialog(is_open: bool) -> NodeRef {
    let dialog = use_node_ref();
    use_effect_with((is_open, dialog.clone()), |(is_open, dialog)| {
        if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
            match (*is_open, dialog.open()) {
                (true, false) => drop(dialog.show_modal()),
                (false, true) => dialog.close(),
                _ => {}
            }
        }
        // One that is removed while it is open gives the focus back to nothing; one that is closed does.
        let dialog = dialog.clone();
        move || {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>().filter(|it| it.open()) {
                dialog.close();
            }
        }
    });
    dialog
}
