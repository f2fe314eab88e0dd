//! Measures a page's frames from inside: which of its scripts ran between two frames, and for how
//! long.
//!
//! Everything that the page asks the browser to call later (timers, frames, promise callbacks) is
//! wrapped before its own scripts run. The browser's own counters show whether that missed
//! anything.

use std::fmt;

use serde_json::json;
use thirtyfour::error::WebDriverResult;

use crate::page::Page;

/// Sums up what runs between the beginnings of two frames. A page's clock has a resolution of a
/// tenth of a millisecond and rounds randomly, which averages out.
const WATCH: &str = "(() => {
    const frames = [];
    let [depth, spent, frame] = [0, 0, -1];
    const counted = work => (...given) => {
        const began = depth++ ? 0 : performance.now();
        try { return work(...given); } finally { if (!--depth) spent += performance.now() - began; }
    };
    for (const name of ['setTimeout', 'setInterval', 'queueMicrotask']) {
        const ask = window[name];
        window[name] = (work, ...rest) => ask.call(window, counted(work), ...rest);
    }
    const { then } = Promise.prototype;
    Promise.prototype.then = function (...works) {
        return then.apply(this, works.map(it => typeof it === 'function' ? counted(it) : it));
    };
    const ask = window.requestAnimationFrame;
    window.requestAnimationFrame = work => ask.call(window, now => {
        if (frame !== now) {
            if (frame >= 0) frames.push(spent);
            [frame, spent] = [now, 0];
        }
        counted(work)(now);
    });
    window.framesSoFar = () => frames.splice(0);
})()";

/// The frames of a measurement: the script time of each, the shortest first.
#[derive(Debug)]
pub(crate) struct Frames {
    script_ms: Vec<f64>,
    /// Layouts per frame: one is needed, more were forced by scripts.
    layouts: f64,
    /// The mean of what the browser itself counts as script time per frame, in milliseconds.
    browser_ms: f64,
}

/// Measures all pages that are opened from now on.
pub(crate) async fn watch(page: &Page) -> WebDriverResult<()> {
    let cdp = page.driver().cdp();
    cdp.send_raw("Performance.enable", json!({})).await?;
    cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
    Ok(())
}

impl Frames {
    /// The frames while `wait` is awaited.
    pub(crate) async fn during(
        page: &Page,
        wait: impl Future<Output = ()>,
    ) -> WebDriverResult<Self> {
        let read = "return window.framesSoFar()";
        page.script(read).await?;
        let before = counts(page).await?;
        wait.await;
        let after = counts(page).await?;
        let mut script_ms: Vec<f64> = page.driver().execute(read, Vec::new()).await?.convert()?;
        script_ms.sort_unstable_by(f64::total_cmp);
        let each = |name: &str| (after(name) - before(name)) / script_ms.len() as f64;
        let (layouts, browser_ms) = (each("LayoutCount"), each("ScriptDuration") * 1_000.0);
        Ok(Self { script_ms, layouts, browser_ms })
    }

    /// A percentile of the script time, in milliseconds.
    pub(crate) fn script_ms(&self, percent: usize) -> f64 {
        let at = (self.script_ms.len() * percent).div_ceil(100).saturating_sub(1);
        let exact = self.script_ms.get(at).copied().unwrap_or(f64::NAN);
        (exact * 10.0).round() / 10.0
    }
}

/// The browser's counters by name; times in seconds.
async fn counts(page: &Page) -> WebDriverResult<impl Fn(&str) -> f64> {
    let answer = page.driver().cdp().send_raw("Performance.getMetrics", json!({})).await?;
    Ok(move |name: &str| {
        let metrics = answer["metrics"].as_array().into_iter().flatten();
        let found =
            metrics.filter(|metric| metric["name"] == name).find_map(|it| it["value"].as_f64());
        found.unwrap_or(f64::NAN)
    })
}

impl fmt::Display for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} frames; scripts: median {} ms, ", self.script_ms.len(), self.script_ms(50))?;
        write!(f, "p95 {} ms, longest {} ms, ", self.script_ms(95), self.script_ms(100))?;
        let mean = self.script_ms.iter().sum::<f64>() / self.script_ms.len() as f64;
        write!(f, "mean {mean:.2} ms (the browser counts {:.2} ms), ", self.browser_ms)?;
        write!(f, "{:.2} layouts a frame", self.layouts)
    }
}
