//! Settings: a name, a value and its sliders; and the values that several of them offer.

use yew::prelude::{AttrValue, Callback, Html, html};

use crate::playground::{Chance, Duration};
use crate::ui::format::durations::{latency_words, millis};
use crate::ui::widgets::slider::Slider;

/// Milliseconds.
pub const LATENCIES: [u64; 16] =
    [1, 2, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1_000];

/// Per cent.
pub const CHANCES: [u64; 16] = [0, 1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100];

/// So many per cent as the cluster takes them.
pub fn chance(percent: u64) -> Option<Chance> {
    u32::try_from(percent * 10_000).ok().and_then(Chance::from_ppm)
}

/// Parts per million in per cent.
pub fn percent(ppm: u32) -> u64 {
    u64::from(ppm / 10_000)
}

/// A setting with one slider.
pub fn single(
    name: impl Into<AttrValue>,
    stops: &'static [u64],
    value: u64,
    words: &str,
    on_change: Callback<u64>,
) -> Html {
    let (name, words) = (name.into(), AttrValue::from(words.to_string()));
    html! {
        <div class="setting">
            <span class="setting-name">{ name.clone() }</span>
            <output class="setting-value">{ words.clone() }</output>
            <Slider {name} {stops} {value} {words} {on_change} />
        </div>
    }
}

/// A setting with one slider, whose value is a span of time and whose stops are milliseconds.
pub fn span(
    name: impl Into<AttrValue>,
    stops: &'static [u64],
    value: Duration,
    words: &str,
    on_change: &Callback<Duration>,
) -> Html {
    single(name, stops, value.as_millis(), words, on_change.reform(Duration::from_millis))
}

/// A setting with two sliders, for the least and the most of a span of time; the stops are milliseconds.
pub fn range(
    name: &'static str,
    (least, most): (Duration, Duration),
    stops: &'static [u64],
    on_least: &Callback<Duration>,
    on_most: &Callback<Duration>,
) -> Html {
    let slider = |which: &str, value: Duration, on_change: &Callback<Duration>| {
        let on_change = on_change.reform(Duration::from_millis);
        html! { <Slider name={format!("{name}, {which}")} {stops} value={value.as_millis()} words={millis(value)} {on_change} /> }
    };
    html! {
        <div class="setting" role="group" aria-label={name}>
            <span class="setting-name">{ name }</span>
            <output class="setting-value">{ latency_words((least, most)) }</output>
            <div class="setting-pair">
                { slider("least", least, on_least) }
                { slider("most", most, on_most) }
            </div>
        </div>
    }
}
