//! The guide of a visitor, which is a demonstration or the tour of the page, and the bar that shows it.
//!
//! A demonstration plays on the session's playground ([`crate::course`]); the tour only points at parts of
//! the page, by an attribute that the styles know. Both are left at any step, and in neither is anything on
//! the page locked.

use web_sys::KeyboardEvent;
use yew::prelude::{Callback, Html, Properties, component, html};

use crate::course::{ACTS, Caption, DEMONSTRATIONS, Lesson, Player, Tour, Trouble};
use crate::playground::view::NodeNumber;
use crate::playground::{Input, Speed};
use crate::ui::browser::page;
use crate::ui::format::sentences::{Piece, pieces, sentence};
use crate::ui::state::ask::Ask;
use crate::ui::state::keys::Focus;
use crate::ui::state::notice::Notice;
use crate::ui::state::session::Session;
use crate::ui::widgets::word::text_with_words;

/// The tour, as far as it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// The visitor is here for the first time and is offered the tour.
    Offered,
    On(Tour),
}

/// What is shown in the bar.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    Offer,
    Tour(Tour),
    Lesson(Caption),
}

/// The guide of a page.
pub struct Guide {
    session: Session,
    tour: Option<Progress>,
    /// Whether the address asked for a speed; otherwise demonstrations begin at the automatic one.
    keeps_speed: bool,
}

impl Guide {
    pub fn new(session: Session, offers: bool, keeps_speed: bool) -> Self {
        let tour = (offers && page::is_first_visit()).then_some(Progress::Offered);
        Self { session, tour, keeps_speed }
    }

    /// Begins the demonstration that the address names, as in `?lesson=split-vote&step=3`, at that step.
    pub fn begin_what_the_address_names(&mut self) {
        let Some(name) = page::parameter("lesson") else { return };
        let Some(place) = DEMONSTRATIONS.iter().position(|known| known.name == name) else {
            let known: Vec<&str> = DEMONSTRATIONS.iter().map(|known| known.name).collect();
            let words = format!(
                "There is no demonstration “{name}” here. There are: {}.",
                known.join(", ")
            );
            return self.session.tell(Notice::problem(words));
        };
        let step = page::parameter("step").and_then(|step| step.parse().ok()).unwrap_or(1);
        if self.begin(place) {
            self.session.with_lesson(|player, playground| player.skip_to(step, playground));
        }
    }

    /// Does what is asked. Whether another run has begun with it.
    pub fn obey(&mut self, ask: Ask) -> bool {
        match ask {
            Ask::Tour => return self.begin_tour(),
            Ask::Demonstration(place) => return self.begin(place),
            Ask::ByItself(wanted) => {
                self.session.with_lesson(|player, _| player.go_on_by_itself(wanted));
            }
            Ask::Leave => self.leave(),
            Ask::Resume => self.session.with_lesson(Player::resume),
            Ask::Next | Ask::Back => match self.tour {
                Some(tour) => return self.walk(tour, ask == Ask::Next),
                None if ask == Ask::Back => self.session.with_lesson(Player::back),
                None => self.next_step(),
            },
        }
        false
    }

    fn begin(&mut self, place: usize) -> bool {
        let Some(demonstration) = DEMONSTRATIONS.get(place) else { return false };
        let lesson = match Lesson::parse(demonstration.text) {
            Ok(lesson) => lesson,
            Err(why) => {
                self.session.tell(Notice::problem(sentence(&why.to_string())));
                return false;
            }
        };
        self.tour = None;
        if !self.keeps_speed {
            // A speed is never refused.
            let _ = self.session.apply_quietly(Input::Speed(Speed::AUTOMATIC));
        }
        self.session.begin_lesson(lesson);
        page::focus_soon("#guide-next");
        true
    }

    fn next_step(&mut self) {
        let is_over = self.session.caption().is_some_and(|caption| is_over(&caption));
        if is_over {
            self.leave();
        } else {
            self.session.with_lesson(Player::next);
        }
    }

    /// Begins the tour, in a cluster that has no leader yet. Whether another run has begun with it.
    fn begin_tour(&mut self) -> bool {
        self.session.leave_lesson();
        let is_late = self.session.view().summary.leader.is_some();
        if is_late {
            // Neither input is refused. The run before is kept.
            let _ =
                self.session.apply_quietly(Input::Restart { nodes: 5, seed: page::draw_seed() });
        }
        let _ = self.session.apply_quietly(Input::Play);
        self.tour = Some(Progress::On(Tour::begin(&self.session.view())));
        page::focus_soon("#guide-next");
        is_late
    }

    /// To the next act or to the one before. After the last act the first demonstration begins. Whether another run has
    /// begun with it.
    fn walk(&mut self, tour: Progress, forth: bool) -> bool {
        let Progress::On(tour) = tour else { return false };
        let view = self.session.view();
        let next = if forth { tour.next(&view) } else { Some(tour.back(&view)) };
        match next {
            Some(next) => self.tour = Some(Progress::On(next)),
            None => return self.begin(0),
        }
        false
    }

    /// Looks whether the act of the tour is done by now.
    pub fn look(&mut self) {
        if let Some(Progress::On(tour)) = &mut self.tour {
            tour.look(&self.session.view());
        }
    }

    fn leave(&mut self) {
        self.tour = None;
        self.session.leave_lesson();
        page::focus_soon("#demonstrations");
    }

    /// What the bar is to show, if anything.
    pub fn shown(&self) -> Option<Shown> {
        match self.tour {
            Some(Progress::Offered) => Some(Shown::Offer),
            Some(Progress::On(tour)) => Some(Shown::Tour(tour)),
            None => self.session.caption().map(Shown::Lesson),
        }
    }
}

/// Which act of the tour it is, as the styles know it.
pub fn act(shown: Option<&Shown>) -> Option<String> {
    match shown {
        Some(Shown::Tour(tour)) => Some(tour.act().1.to_string()),
        _ => None,
    }
}

/// The nodes that the sentence of a demonstration names.
pub fn named(shown: Option<&Shown>) -> Vec<NodeNumber> {
    let Some(Shown::Lesson(caption)) = shown else { return Vec::new() };
    let number = |piece| match piece {
        Piece::Node(name) => name[1..].parse().ok(),
        Piece::Plain(_) | Piece::Code(_) => None,
    };
    pieces(&caption.sentence).into_iter().filter_map(number).collect()
}

/// What a key asks of the guide, wherever the focus is.
pub fn key(key: &str, focus: Focus) -> Option<Ask> {
    match (key, focus) {
        (_, Focus::Text) => None,
        ("Escape", _) => Some(Ask::Leave),
        ("Enter", Focus::Elsewhere) | ("PageDown", _) => Some(Ask::Next),
        ("PageUp", _) => Some(Ask::Back),
        _ => None,
    }
}

/// Whether the last step has come to its end.
fn is_over(caption: &Caption) -> bool {
    caption.is_last() && !caption.is_waiting
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub shown: Option<Shown>,
    pub on_ask: Callback<Ask>,
}

/// The bar over the stage.
#[component]
pub fn GuideBar(props: &Props) -> Html {
    let on_key = {
        let on_ask = props.on_ask.clone();
        Callback::from(move |event: KeyboardEvent| {
            let ask = match event.key().as_str() {
                "ArrowRight" | "PageDown" => Ask::Next,
                "ArrowLeft" | "PageUp" => Ask::Back,
                "Escape" => Ask::Leave,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            on_ask.emit(ask);
        })
    };
    let (title, step, text) = words(props.shown.as_ref());
    let state = match &props.shown {
        Some(Shown::Lesson(caption)) if caption.is_waiting => "waiting",
        Some(Shown::Tour(tour)) if !tour.is_done() => "waiting",
        _ => "ready",
    };
    html! {
        <section class="guide" aria-label="Guide" hidden={props.shown.is_none()} data-state={state} onkeydown={on_key}>
            <div class="guide-head">
                <p class="guide-title"><b>{ title }</b>{ step.map(|step| html! { <span>{ step }</span> }) }{ farewell(props.shown.as_ref()) }</p>
                { buttons(props) }
            </div>
            <p class="guide-text" role="status">{ text_with_words(&text) }</p>
            { trouble(props.shown.as_ref()) }
        </section>
    }
}

/// The title, which step it is, and its sentence.
fn words(shown: Option<&Shown>) -> (String, Option<String>, String) {
    let step = |number: usize, of: usize| Some(format!("Step {number} of {of}"));
    match shown {
        None => (String::new(), None, String::new()),
        Some(Shown::Offer) => (
            "New here?".to_string(),
            None,
            "Elect a leader, write, kill it and cut the network, in four short acts. Or just begin: nothing here can be broken for good.".to_string(),
        ),
        Some(Shown::Tour(tour)) => {
            let (act, number) = tour.act();
            let text = if tour.is_done() { act.answer } else { act.ask };
            (act.title.to_string(), Some(format!("Act {number} of {}", ACTS.len())), text.to_string())
        }
        Some(Shown::Lesson(caption)) => {
            // The cluster has not yet done what the sentence says.
            let coming = if caption.is_waiting { ", under way…" } else { "" };
            let step = step(caption.number, caption.of).map(|step| step + coming);
            (caption.title.clone(), step, caption.sentence.clone())
        }
    }
}

fn buttons(props: &Props) -> Html {
    let button = |ask: Ask, words: &'static str, title: &'static str| {
        html! { <button type="button" class="button" {title} onclick={props.on_ask.reform(move |_| ask)}>{ words }</button> }
    };
    let Some(shown) = &props.shown else { return html! { <div hidden=true /> } };
    if *shown == Shown::Offer {
        return html! {
            <div class="guide-buttons">
                <button type="button" class="button primary" onclick={props.on_ask.reform(|_| Ask::Tour)}>{ "Take the tour" }</button>
                { button(Ask::Leave, "Not now", "It is also in the menu of demonstrations") }
            </div>
        };
    }
    if matches!(shown, Shown::Lesson(Caption { trouble: Some(Trouble::Disturbed), .. })) {
        return html! {
            <div class="guide-buttons">
                <button type="button" class="button primary" title="To where this step began" onclick={props.on_ask.reform(|_| Ask::Resume)}>{ "Back to it" }</button>
                { button(Ask::Leave, "Go on exploring", "The cluster stays as it is (Esc)") }
            </div>
        };
    }
    let over = match shown {
        Shown::Lesson(caption) => is_over(caption),
        Shown::Offer => false,
        Shown::Tour(_) => false,
    };
    let is_first = matches!(shown, Shown::Tour(tour) if tour.act().1 == 1);
    let next = match shown {
        Shown::Tour(tour) if tour.is_last() => "First demonstration",
        Shown::Tour(tour) if !tour.is_done() => "Skip",
        _ if over => "Leave",
        _ => "Next",
    };
    html! {
        <div class="guide-buttons">
            { by_itself(shown, &props.on_ask) }
            <button type="button" class="button" title="As if this step had not begun (PgUp)" disabled={is_first}
                onclick={props.on_ask.reform(|_| Ask::Back)}>{ "Back" }</button>
            // Next and Leave are one button, so that it keeps the focus up to the end.
            <button type="button" id="guide-next" class="button primary" title="Enter or PgDn"
                onclick={props.on_ask.reform(|_| Ask::Next)}>{ next }</button>
            if !over {
                { button(Ask::Leave, "Leave", "The cluster stays as it is (Esc)") }
            }
        </div>
    }
}

fn by_itself(shown: &Shown, on_ask: &Callback<Ask>) -> Html {
    let Shown::Lesson(caption) = shown else { return html! { <span hidden=true /> } };
    let on = caption.goes_on_by_itself;
    html! {
        <button type="button" class="button guide-auto" aria-pressed={on.to_string()} title="Goes on by itself when there was time to read the sentence"
            onclick={on_ask.reform(move |_| Ask::ByItself(!on))}>{ "Go on by itself" }</button>
    }
}

fn farewell(shown: Option<&Shown>) -> Html {
    match shown {
        Some(Shown::Lesson(caption)) if is_over(caption) => {
            html! { <span class="guide-note">{ "The cluster is yours now." }</span> }
        }
        _ => html! { <span hidden=true /> },
    }
}

fn trouble(shown: Option<&Shown>) -> Html {
    let words = match shown {
        Some(Shown::Lesson(Caption { trouble: Some(trouble), .. })) => Some(match trouble {
            Trouble::Refused(why) => format!(
                "This step can't be done any more: {} Go back a step, go on all the same, or leave.",
                sentence(why)
            ),
            Trouble::Disturbed => "You changed this run: what comes next here may not be true of it. What you did is kept as a branch.".to_string(),
            Trouble::Late(what) => format!(
                "What this step waits for has not come for long ({what}). Go back a step, go on all the same, or leave."
            ),
        }),
        _ => None,
    };
    html! { <p class="guide-trouble" role="alert">{ words }</p> }
}
