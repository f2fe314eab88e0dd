//! How large an element is.

use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::{NodeRef, UseStateSetter};
use yew::use_effect_with;

/// Keeps the size of an element in a state.
#[yew::hook]
pub fn use_size(node: &NodeRef, size: UseStateSetter<(i32, i32)>) {
    use_effect_with(node.clone(), move |node| {
        let element = node.cast::<Element>();
        let measured = element.clone();
        let measure = move || {
            if let Some(element) = &measured {
                size.set((element.client_width(), element.client_height()));
            }
        };
        measure();
        let callback = Closure::<dyn FnMut()>::new(measure);
        let observer =
            ResizeObserver::new(wasm_bindgen::JsCast::unchecked_ref(callback.as_ref())).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(callback);
        }
    });
}
