//! The program in a worker, which has no page and only searches.
//!
//! The worker says `ready`, is told once what to search, and then reports until the page ends it. The other side is
//! [`crate::ui::search::worker_pool`].

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::playground::search::shard::Shard;

/// What a worker says when it can be told what to search.
pub const READY: &str = "ready";

/// Waits to be told what to search.
pub fn serve() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let listener = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let shard = event.data().as_string().and_then(|line| Shard::parse(&line));
        if let Some(shard) = shard {
            shard.run(&mut |told| tell(&listener, &told.to_string()));
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It lives as long as the worker.
    on_message.forget();
    tell(&scope, READY);
}

/// A text can always be copied to the page.
fn tell(scope: &DedicatedWorkerGlobalScope, line: &str) {
    let _ = scope.post_message(&JsValue::from_str(line));
}
