//! The card of a message in flight, with its fields and actions, and the list of all messages in flight, for users who
//! can't point at one.
//!
//! The card does not move, so that no button moves away from the pointer. The painter marks its message and draws a
//! line from the message to the card.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::{Callback, Html, NodeRef, Properties, component, html};
use yew::{use_effect_with, use_memo, use_node_ref};

use crate::playground::view::MessageDetail;
use crate::playground::{Action, Duration, Handling, MessageId, Which};
use crate::ui::browser::page;
use crate::ui::format::clock::clock_text;
use crate::ui::format::durations::span;
use crate::ui::geometry::layout::{Layout, Rect};
use crate::ui::geometry::message_path;
use crate::ui::state::frame_context::{FrameContext, Mark};
use crate::ui::state::page::middle::Opened;
use crate::ui::state::session::Session;
use crate::ui::widgets::popup::{PLACE, beside, keys};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub frame: FrameContext,
    pub layout: Rc<Layout>,
    pub message: MessageDetail,
    pub on_act: Callback<Action>,
    pub on_close: Callback<()>,
}

/// Wide enough for its four buttons; as high as it gets without entries.
const SIZE: (f64, f64) = (288.0, 366.0);

/// How much later a delayed message arrives unless one says otherwise.
const DELAY: Duration = Duration::from_millis(50);

/// The most messages that the list shows.
const LISTED: usize = 40;

#[component]
pub fn MessageCard(props: &Props) -> Html {
    let MessageDetail { id, kind, from, to, .. } = &props.message;
    let id = *id;
    let delay = use_node_ref();
    let place = use_memo((id, Rc::clone(&props.layout)), |(id, layout)| {
        let motion = props.session.motion();
        let message = motion.messages.iter().find(|message| message.id == *id);
        let at = message
            .and_then(|message| message_path::position(message, layout, page::wants_less_motion()));
        let (x, y) = at.unwrap_or((layout.width / 2.0, layout.height / 2.0));
        beside(layout, &Rect::around(x, y, (36.0, 36.0)), SIZE)
    });
    let (style, anchor) = (place.0.clone(), place.1);
    use_effect_with((id, anchor), {
        let frame = props.frame.clone();
        move |(message, anchor)| {
            let mark = Mark { message: *message, anchor: *anchor };
            frame.change(|rendered| rendered.mark = Some(mark));
            move || frame.change(|rendered| rendered.mark = None)
        }
    });
    use_effect_with(id, |_| page::focus(&format!("{PLACE} button")));
    html! {
        <section class="menu fault-card" role="dialog" aria-label={format!("Message m{id}")} {style}
            onkeydown={keys(&props.on_close, None)}>
            <h3>{ *kind }<small>{ format!("m{id}: {from} → {to}") }</small></h3>
            { passage(&props.message) }
            <dl class="facts">{ for props.message.fields.iter().map(field) }</dl>
            { buttons(props, &delay) }
        </section>
    }
}

fn field((name, value): &(&'static str, String)) -> Html {
    html! { <div key={*name}><dt>{ *name }</dt><dd>{ value }</dd></div> }
}

/// How far it has come. The painter moves the bar.
fn passage(message: &MessageDetail) -> Html {
    let arrives = clock_text(message.arrives_at);
    let end = match &message.lost {
        None => format!("arrives at {arrives}"),
        Some(why) => format!("lost half way: {why}"),
    };
    html! {
        <p class="passage">
            <progress id="message-progress" max="100" aria-label="How much of its way is behind it" />
            <small>{ format!("sent at {}, {end}", clock_text(message.sent_at)) }</small>
        </p>
    }
}

fn buttons(props: &Props, delay: &NodeRef) -> Html {
    let id = MessageId(props.message.id);
    let mail = move |handling| Action::Mail { which: Which::Numbered(id), handling };
    let button = |name: &'static str, hint: &'static str, handling| {
        let onclick = props.on_act.reform(move |_| mail(handling));
        html! { <button type="button" class="button" title={hint} {onclick}>{ name }</button> }
    };
    let on_delay = {
        let (on_act, delay) = (props.on_act.clone(), delay.clone());
        Callback::from(move |_| {
            let typed = delay.cast::<HtmlInputElement>().map(|input| input.value());
            let typed = typed.and_then(|typed| typed.trim().parse().ok());
            let delay = typed.map_or(DELAY, Duration::from_millis);
            let delay = delay.clamp(Duration::from_millis(1), Duration::from_secs(600));
            on_act.emit(mail(Handling::Delay(delay)));
        })
    };
    html! {
        <div class="fault-buttons">
            { button("Drop", "It is lost here and now", Handling::Drop) }
            { button("Deliver now", "It arrives at once, even if it would have been lost", Handling::Deliver) }
            { button("Duplicate", "A copy of it travels too, as if it were sent now", Handling::Duplicate) }
            <span class="delay">
                <button type="button" class="button" title="It arrives so much later" onclick={on_delay}>{ "Delay" }</button>
                <label>
                    <input ref={delay} type="number" min="1" max="600000" value={DELAY.as_millis().to_string()} aria-label="Delay in milliseconds" />
                    { " ms" }
                </label>
            </span>
            <button type="button" class="button" onclick={props.on_close.reform(|_| ())}>{ "Close" }</button>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct ListProps {
    pub session: Session,
    /// That of the playground: other messages may be in flight when it is another.
    pub revision: u64,
    pub on_open: Callback<Option<Opened>>,
}

/// The messages in flight as a list, the oldest first.
#[component]
pub fn MessageList(props: &ListProps) -> Html {
    use_effect_with((), |()| page::focus(&format!("{PLACE} button")));
    let (playground, on_open) = (props.session.look(), &props.on_open);
    let (messages, count) = playground.messages(LISTED);
    let now = props.session.now();
    let item = |message: &MessageDetail| {
        let MessageDetail { id, kind, from, to, arrives_at, .. } = message;
        let opened = Opened::Message(*id);
        let there = span(arrives_at.since(now));
        html! {
            <button key={*id} type="button" class="menu-item" onclick={on_open.reform(move |_| Some(opened))}>
                { format!("{kind} {from} → {to}") }<small>{ format!("m{id}, there in {there}") }</small>
            </button>
        }
    };
    let words = match count {
        0 => "No message is in flight.".to_string(),
        count if count > LISTED => format!("{count} in flight; these are the oldest."),
        count => format!("{count} in flight, the oldest first."),
    };
    let on_close = on_open.reform(|()| None);
    html! {
        <>
            <div class="menu-back" onclick={on_close.reform(|_| ())} />
            <section class="menu message-list" role="dialog" aria-label="Messages in flight" onkeydown={keys(&on_close, None)}>
                <h3>{ "Messages in flight" }<small>{ words }</small></h3>
                { for messages.iter().map(item) }
                <button type="button" class="menu-item" onclick={on_close.reform(|_| ())}>{ "Close" }</button>
            </section>
        </>
    }
}
