//! One monkey's play, from the first step to the last or to the first finding, and what is told of it.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use thirtyfour::error::WebDriverResult;
use tokio::time::{Instant, sleep, timeout};

use super::hands::{Hands, is_silence};
use super::sight::{Control, Finding, Kind, Look};
use super::step::{Drawer, Press, Step};
use crate::page::Page;

/// Where every play begins.
const BEGIN: &str = "?seed=42&paused";

/// After so many steps the page must show that it lives.
const EVERY: usize = 25;

/// A page that does not answer for so long has stopped answering, on the slowest machine too.
const SILENCE: Duration = Duration::from_secs(40);

/// What takes a while may take so long, and time may need so long to be seen passing.
const PATIENCE: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_millis(50);

/// What is to be played.
pub(crate) enum Script {
    Drawn { seed: u64, limit: Limit },
    Known(Vec<Done>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    Steps(usize),
    /// It goes on after what it finds.
    Time(Duration),
}

/// A step, and whether the next waited until it was on the screen.
pub(crate) type Done = (Step, bool);

/// What was done and found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) steps: Vec<Done>,
    /// Each after so many steps.
    pub(crate) findings: Vec<(usize, Finding)>,
    /// How many steps could not be done.
    pub(crate) missed: usize,
    /// The longest task in milliseconds, and after how many steps.
    pub(crate) longest: (u32, usize),
    /// How many tasks there were of more than 200 ms.
    pub(crate) over: usize,
    /// After so many seconds: megabytes of scripts, of the program, and elements.
    pub(crate) memory: Vec<(u64, f64, f64, u32)>,
}

struct Play<'a> {
    hands: Hands<'a>,
    report: Report,
    before: Option<Look>,
    /// Something was done since then that was not waited for.
    was_hasty: bool,
    began: Instant,
    goes_on: bool,
    /// Whether it tells of steps that could not be done.
    tells: bool,
}

pub(crate) async fn play(page: &Page, script: &Script) -> WebDriverResult<Report> {
    page.driver().set_script_timeout(SILENCE).await?;
    let hands = Hands::on(page, (1440, 900), BEGIN).await?;
    let goes_on = matches!(script, Script::Drawn { limit: Limit::Time(_), .. });
    let tells = matches!(script, Script::Known(_));
    let report = Report::default();
    let mut play = Play {
        hands,
        report,
        before: None,
        was_hasty: false,
        began: Instant::now(),
        goes_on,
        tells,
    };
    play.see(None, true).await?;
    match script {
        Script::Known(steps) => {
            for (step, waits) in steps {
                if play.is_over() {
                    break;
                }
                play.step(step.clone(), *waits).await?;
            }
            play.hands.picture(&super::file("monkey-end.png")).await?;
        }
        Script::Drawn { seed, limit } => {
            let mut drawer = Drawer::new(*seed);
            while !play.is_over() && !play.reached(*limit) {
                let Some(look) = play.before.clone() else {
                    play.see(None, true).await?;
                    sleep(PAUSE).await;
                    continue;
                };
                let (step, waits) = drawer.draw(&look);
                play.step(step, waits).await?;
            }
        }
    }
    Ok(play.report)
}

impl Play<'_> {
    fn is_over(&self) -> bool {
        !self.goes_on && !self.report.findings.is_empty()
    }

    fn reached(&self, limit: Limit) -> bool {
        match limit {
            Limit::Steps(steps) => self.report.steps.len() >= steps,
            Limit::Time(time) => self.began.elapsed() >= time,
        }
    }

    async fn step(&mut self, step: Step, waits: bool) -> WebDriverResult<()> {
        self.report.steps.push((step.clone(), waits));
        let done = match timeout(SILENCE, self.hands.perform(&step)).await {
            Ok(Ok(done)) => done,
            Ok(Err(error)) if is_silence(&error) => {
                return self.silence(&step).await;
            }
            // What it was meant for has gone meanwhile.
            Ok(Err(_)) => false,
            Err(_) => return self.silence(&step).await,
        };
        if !done {
            self.report.missed += 1;
            if self.tells {
                eprintln!("could not be done: {step:?}");
            }
        }
        let is_time = self.report.steps.len().is_multiple_of(EVERY);
        self.see(Some(&step), waits || is_time).await?;
        if is_time && !self.is_over() {
            self.lives().await?;
        }
        Ok(())
    }

    async fn silence(&mut self, step: &Step) -> WebDriverResult<()> {
        self.find(Finding::new(Kind::Silent, format!("no answer after {step:?}"))).await;
        self.anew().await
    }

    /// Looks at the page after a step, and judges it.
    async fn see(&mut self, after: Option<&Step>, waits: bool) -> WebDriverResult<()> {
        let look = if waits { self.hands.look().await } else { self.hands.glance().await };
        let look = match look {
            Ok(Some(look)) => look,
            Ok(None) => {
                self.before = None;
                return Ok(());
            }
            Err(error) if is_silence(&error) => {
                self.find(Finding::new(Kind::Silent, format!("no answer after {after:?}"))).await;
                return self.anew().await;
            }
            // It is being loaded.
            Err(_) => {
                self.before = None;
                return Ok(());
            }
        };
        self.note(&look);
        for words in &look.errors {
            self.find(Finding::new(Kind::Error, words.as_str())).await;
        }
        if let Some(words) = &look.stopped {
            self.find(Finding::new(Kind::Stopped, words.as_str())).await;
            return self.anew().await;
        }
        if !waits {
            // What is drawn next hangs on nothing that may be there a moment sooner or later.
            self.was_hasty = true;
            return Ok(());
        }
        if let (Some(Step::Press(press)), false, Some(before)) =
            (after, self.was_hasty, &self.before)
            && let Some(words) = lost(*press, before, &look)
        {
            self.find(Finding::new(Kind::Focus, words)).await;
        }
        (self.before, self.was_hasty) = (Some(look), false);
        Ok(())
    }

    /// Long tasks and memory.
    fn note(&mut self, look: &Look) {
        let steps = self.report.steps.len();
        for &long in &look.long {
            self.report.over += usize::from(long > 200);
            if long > self.report.longest.0 {
                self.report.longest = (long, steps);
            }
        }
        let seconds = self.began.elapsed().as_secs();
        let is_time = |last: &(u64, f64, f64, u32)| seconds >= last.0 + 20;
        if look.wasm > 0.0 && self.report.memory.last().is_none_or(is_time) {
            self.report.memory.push((seconds, look.heap, look.wasm, look.elements));
        }
    }

    async fn find(&mut self, finding: Finding) {
        if !self.report.findings.iter().any(|(_, known)| known.is_like(&finding)) {
            let steps = self.report.steps.len();
            eprintln!("after {steps} steps: {finding}");
            let picture = super::file(&format!("monkey-found-{}.png", self.report.findings.len()));
            // A page that has stopped may have no picture either.
            let _ = self.hands.picture(&picture).await;
            self.report.findings.push((steps, finding));
        }
    }

    /// The page from its beginning, for whoever goes on after a finding that ended it.
    async fn anew(&mut self) -> WebDriverResult<()> {
        self.before = None;
        if self.goes_on {
            self.hands.perform(&Step::Go(BEGIN.to_owned())).await?;
            self.hands.perform(&Step::Reload).await?;
        }
        Ok(())
    }

    /// Closes what is open, and lets time pass until it is seen to.
    async fn lives(&mut self) -> WebDriverResult<()> {
        self.hands.stay_alone().await?;
        for _ in 0..6 {
            let Some(look) = self.before.clone() else { return Ok(()) };
            if look.popups.is_empty() {
                break;
            }
            self.hands.perform(&Step::Press(Press::Escape)).await?;
            self.see(Some(&Step::Press(Press::Escape)), true).await?;
            let Some(now) = self.before.as_ref() else { return Ok(()) };
            // A key goes to what has the focus.
            if look.within && now.popups == look.popups {
                let words = format!("Escape does not close {:?}", look.popups);
                self.find(Finding::new(Kind::Stands, words)).await;
            }
            if self.before.as_ref().is_some_and(|now| now.popups == look.popups) {
                self.hands.close().await?;
                self.see(None, true).await?;
            }
        }
        self.waits_for_work().await?;
        self.time_passes().await
    }

    /// What takes a while comes to its end.
    async fn waits_for_work(&mut self) -> WebDriverResult<()> {
        let began = Instant::now();
        while let Some(words) = self.before.as_ref().and_then(|look| look.working.clone()) {
            if began.elapsed() > 2 * PATIENCE {
                self.find(Finding::new(Kind::Stands, format!("it does not end: {words}"))).await;
                return self.anew().await;
            }
            if began.elapsed() > PATIENCE {
                self.press_button("Stop").await?;
            }
            sleep(PAUSE).await;
            self.see(None, true).await?;
        }
        Ok(())
    }

    /// Once it is asked to, unless the page says why not.
    async fn time_passes(&mut self) -> WebDriverResult<()> {
        let Some(stood) = self.before.as_ref().map(|look| look.clock.clone()) else {
            return Ok(());
        };
        let (began, mut pressed) = (Instant::now(), false);
        loop {
            let Some(look) = self.before.clone() else { return Ok(()) };
            if look.clock != stood || !look.said.is_empty() || look.working.is_some() {
                break;
            }
            if began.elapsed() > PATIENCE {
                let why = if pressed { "though Play was pressed" } else { "there is no Play" };
                let words = format!("{why}, time stands at {stood}; guide: {:?}", look.guided);
                self.find(Finding::new(Kind::Stands, words)).await;
                break;
            }
            if !look.plays {
                pressed |= self.press_button("Play").await?;
            }
            sleep(PAUSE).await;
            self.see(None, true).await?;
        }
        if self.before.as_ref().is_some_and(|look| look.plays) {
            self.press_button("Pause").await?;
            self.see(None, true).await?;
        }
        Ok(())
    }

    /// Whether it is there and could be pressed.
    async fn press_button(&mut self, name: &str) -> WebDriverResult<bool> {
        // Where there is no room it is called as its hint is: `Play (Space)`.
        let is_it = |it: &&Control| it.role == "button" && it.name.split(" (").next() == Some(name);
        let Some(it) = self.before.as_ref().and_then(|look| look.usable.iter().find(is_it)) else {
            return Ok(false);
        };
        let Control { role, name, nth, .. } = it.clone();
        self.hands.perform(&Step::Click { role, name, nth, part: 50 }).await
    }
}

/// What is wrong with where the focus is after a key.
fn lost(press: Press, before: &Look, now: &Look) -> Option<String> {
    // At the page's ends they lead out of it.
    let leads_out = matches!(press, Press::Tab | Press::BackTab);
    if now.lost && !before.lost && !leads_out {
        return Some(format!("{press:?} loses the focus, which was on {}", before.focus));
    }
    let is_closed = press == Press::Escape && !before.popups.is_empty() && now.popups.is_empty();
    if !is_closed {
        return None;
    }
    let (closed, focus) = (&before.popups, &now.focus);
    if !before.within {
        // What had the focus elsewhere keeps it, unless it has gone with what was closed.
        let stays = |it: &Control| format!("{} {}", it.role, it.name).starts_with(&before.focus);
        let is_moved = focus != &before.focus && now.usable.iter().any(stays);
        let (from, words) = (&before.focus, "and the focus leaves");
        return is_moved.then(|| format!("Escape closes {closed:?}, {words} {from} for {focus}"));
    }
    // A click beside what is open, on what opens something else, leaves two places to come back to.
    let is_back = before.left.as_ref() == Some(focus);
    let opener = now.opener.as_ref().filter(|opener| !is_back && *opener != focus)?;
    Some(format!("Escape closes {closed:?}, and the focus goes to {focus}, not to {opener}"))
}

impl Report {
    /// How to see again what was found.
    pub(crate) fn again(&self, seed: u64) -> String {
        let steps = self.steps.len();
        let file = super::file(&format!("monkey-{seed}.steps"));
        format!(
            "\nagain:   cargo xtask monkey 1 --first {seed} --steps {steps}\n\
             shorter: cargo xtask monkey --replay {}",
            file.display()
        )
    }

    pub(crate) fn write(&self, file: &Path) -> io::Result<()> {
        fs::write(file, text(&self.steps))
    }
}

/// A line for each step.
pub(crate) fn text(steps: &[Done]) -> String {
    let line = |done: &Done| serde_json::to_string(done).unwrap_or_default() + "\n";
    steps.iter().map(line).collect()
}

pub(crate) fn read(file: &Path) -> io::Result<Vec<Done>> {
    let text = fs::read_to_string(file)?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} steps, {} of them missed", self.steps.len(), self.missed)?;
        let (longest, after) = self.longest;
        write!(f, "; longest task {longest} ms after {after}, {} over 200 ms", self.over)?;
        for (seconds, heap, wasm, elements) in &self.memory {
            write!(f, "; {seconds} s: {heap} + {wasm} MB, {elements} elements")?;
        }
        self.findings
            .iter()
            .try_for_each(|(after, finding)| write!(f, "\n  after {after} steps: {finding}"))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.words)
    }
}
