//! The chaos dial: faults that come by themselves, drawn from the run's seed; and the way back.

use yew::prelude::{Callback, Html, Properties, component, html};
use yew::use_state;

use crate::playground::{Action, Input};
use crate::ui::state::session::Session;
use crate::ui::widgets::settings::{CHANCES, chance, percent, single};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    /// Parts per million, 0 while it is off.
    pub level: u32,
    /// Whether anything in the world is broken or slow.
    pub is_broken: bool,
    pub on_messages: Callback<()>,
}

#[component]
pub fn Chaos(props: &Props) -> Html {
    let problem = use_state(|| None::<String>);
    let on_level = {
        let (session, problem) = (props.session.clone(), problem.setter());
        Callback::from(move |level| {
            let chaos = Action::Chaos(chance(level).filter(|_| level > 0));
            problem.set(session.act(chaos).err());
        })
    };
    let on_mend = {
        let (session, problem) = (props.session.clone(), problem.setter());
        Callback::from(move |_| {
            let repairs = session.look().repairs();
            problem.set(session.apply(Input::Together(repairs)).err());
        })
    };
    let level = percent(props.level);
    let words = if level == 0 { "off".to_string() } else { format!("{level} %") };
    let hint = match (level, props.is_broken) {
        (0, false) => "Faults at random, from this run's seed",
        (0, true) => "What is broken stays broken until you mend it",
        _ => "Something breaks, or heals, every now and then",
    };
    html! {
        <section class="group chaos" data-on={(level > 0).to_string()}>
            <h2>{ "Faults" }</h2>
            { single("Chaos", &CHANCES, level, &words, on_level) }
            <p class="quiet">{ hint }</p>
            <div class="row">
                <button type="button" class="button" onclick={on_mend} disabled={!props.is_broken}
                    title="Heals the links, restarts and resumes all nodes, and resets disks, clocks and processors">{ "Mend all" }</button>
                <button type="button" class="button" onclick={props.on_messages.reform(|_| ())}
                    title="Read a message, drop, delay, duplicate or deliver it (m)">{ "Messages…" }</button>
            </div>
            <p class="problem" role="alert">{ (*problem).clone() }</p>
        </section>
    }
}
