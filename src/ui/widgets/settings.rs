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
    let slider =
        html! { <Slider name={name.clone()} {stops} {value} words={words.clone()} {on_change} /> };
    setting(&name, &words, slider)
}

/// A setting with one slider for a span of time; the stops are milliseconds.
pub fn span(
    name: impl Into<AttrValue>,
    stops: &'static [u64],
    value: Duration,
    words: &str,
    on_change: &Callback<Duration>,
) -> Html {
    let (name, words) = (name.into(), AttrValue::from(words.to_string()));
    let slider = span_slider(name.clone(), stops, value, words.clone(), on_change);
    setting(&name, &words, slider)
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
        span_slider(
            format!("{name}, {which}").into(),
            stops,
            value,
            millis(value).into(),
            on_change,
        )
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

fn setting(name: &AttrValue, words: &AttrValue, slider: Html) -> Html {
    html! {
        <div class="setting">
            <span class="setting-name">{ name }</span>
            <output class="setting-value">{ words }</output>
            { slider }
        </div>
    }
}

/// A slider whose value is a span of time and whose stops are milliseconds.
fn span_slider(
    name: AttrValue,
    stops: &'static [u64],
    value: Duration,
    words: AttrValue,
    on_change: &Callback<Duration>,
) -> Html {
    let on_change = on_change.reform(Duration::from_millis);
    html! { <Slider {name} {stops} value={value.as_millis()} {words} {on_change} /> }
}
