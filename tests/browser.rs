//! The page's components in a real browser, each mounted in its own root.

#![cfg(target_arch = "wasm32")]

use std::rc::Rc;

use kvorum::playground::view::{
    DiskState, EntryText, EntryView, NodeView, RoleView, Safety, Status,
};
use kvorum::playground::{Duration, Input, Playground};
use kvorum::ui::app::App;
use kvorum::ui::geometry::layout::{Density, Rect};
use kvorum::ui::panels::request;
use kvorum::ui::panels::request::Request;
use kvorum::ui::stage::card;
use kvorum::ui::stage::card::Card;
use kvorum::ui::state::session::Session;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{
    Document, Element, Event, EventInit, HtmlDialogElement, HtmlElement, HtmlInputElement,
};
use web_sys::{KeyboardEvent, KeyboardEventInit};
use yew::Callback;
use yew::scheduler::flush;

wasm_bindgen_test_configure!(run_in_browser);

fn document() -> Document {
    web_sys::window().expect("a window").document().expect("a document")
}

/// A root element for one test, with the page's styles.
fn root() -> Element {
    let document = document();
    if document.get_element_by_id("styles").is_none() {
        let style = document.create_element("style").expect("a style element");
        style.set_id("styles");
        style.set_text_content(Some(concat!(
            include_str!("../styles/tokens.css"),
            include_str!("../styles/base.css"),
            include_str!("../styles/layout.css"),
            include_str!("../styles/controls.css"),
            include_str!("../styles/header.css"),
            include_str!("../styles/stage.css"),
            include_str!("../styles/card.css"),
            include_str!("../styles/request.css"),
            include_str!("../styles/tabs.css"),
            include_str!("../styles/transport.css"),
            include_str!("../styles/dialogs.css"),
        )));
        document.head().expect("a head").append_child(&style).expect("a style");
    }
    let root = document.create_element("div").expect("a root");
    document.body().expect("a body").append_child(&root).expect("a root in the page");
    root
}

fn find(root: &Element, selector: &str) -> Element {
    let found = root.query_selector(selector).expect("a selector that can be read");
    found.unwrap_or_else(|| panic!("no {selector} in {}", root.inner_html()))
}

fn text(element: &Element) -> String {
    element.text_content().unwrap_or_default()
}

fn click(root: &Element, selector: &str) {
    find(root, selector).dyn_into::<HtmlElement>().expect("something to click").click();
}

fn press(target: &Element, key: &str) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init);
    target.dispatch_event(&event.expect("a key event")).expect("a listener's answer");
}

fn type_into(root: &Element, selector: &str, value: &str) {
    let field: HtmlInputElement = find(root, selector).dyn_into().expect("a text field");
    field.set_value(value);
    let init = EventInit::new();
    init.set_bubbles(true);
    let event = Event::new_with_event_init_dict("input", &init);
    field.dispatch_event(&event.expect("an input event")).expect("a listener's answer");
}

/// The content of some entry.
fn deed() -> EntryText {
    let mut alone = Playground::new(1, 1);
    loop {
        assert_eq!(alone.apply(Input::Step), Ok(()));
        let log = alone.view().nodes.remove(0).log;
        if let Some(entry) = log.into_iter().next() {
            return entry.what;
        }
    }
}

fn node() -> NodeView {
    let entry = |index, safety| EntryView { index, term: 3, safety, what: deed() };
    NodeView {
        id: 1,
        status: Status::Running,
        role: Some(RoleView::Candidate),
        is_learner: false,
        term: 4,
        voted_for: Some(1),
        votes: Some((2, 3)),
        settled: true,
        leader: None,
        log: vec![
            entry(1, Safety::Committed),
            entry(2, Safety::OnDisk),
            entry(3, Safety::InMemory),
        ],
        log_len: 3,
        commit_index: 1,
        last_applied: 1,
        snapshot: 0,
        incoming: None,
        config: "n1 n2 n3".to_string(),
        followers: Vec::new(),
        lease_end: None,
        transfer: None,
        sessions: 0,
        clock: String::new(),
        disk: DiskState::default(),
        blocked: None,
        clock_rate: 1_000_000,
        cpu: Duration::ZERO,
        digest: Some("a41f".to_string()),
        store: Vec::new(),
        store_len: 0,
        waiting: 0,
        fsync: Duration::from_millis(2),
    }
}

fn card_props(node: NodeView, density: Density) -> card::Props {
    card::Props {
        node: Rc::new(node),
        place: Rect::around(120.0, 80.0, (210.0, 130.0)),
        large: false,
        density,
        side: None,
        selected: false,
        named: false,
        menu_open: false,
        looked_at: None,
        on_act: Callback::noop(),
        on_menu: Callback::noop(),
        on_inspect: Callback::noop(),
    }
}

async fn mount_card(props: card::Props) -> Element {
    let root = root();
    yew::Renderer::<Card>::with_root_and_props(root.clone(), props).render();
    flush().await;
    root
}

#[wasm_bindgen_test]
async fn a_card_says_its_role_term_and_digest_in_words() {
    let root = mount_card(card_props(node(), Density::Full)).await;
    let card = find(&root, "[role=group]");
    assert_eq!(card.get_attribute("aria-label").as_deref(), Some("n1"));
    assert_eq!(card.get_attribute("data-role").as_deref(), Some("candidate"));
    let words = text(&card);
    for expected in ["Candidate 2/3", "term 4", "#a41f"] {
        assert!(words.contains(expected), "no {expected} in {words}");
    }
}

#[wasm_bindgen_test]
async fn a_block_shows_how_safe_its_entry_is() {
    let root = mount_card(card_props(node(), Density::Full)).await;
    for (index, safety) in [("1", "committed"), ("2", "disk"), ("3", "memory")] {
        let block = find(&root, &format!(".block[data-safety={safety}]"));
        assert_eq!(text(&block), index);
        assert_eq!(
            block.get_attribute("data-hue").as_deref(),
            Some("2"),
            "the third term's colour"
        );
    }
}

#[wasm_bindgen_test]
async fn a_block_says_what_its_entry_does_once_it_is_pointed_at() {
    let root = mount_card(card_props(node(), Density::Full)).await;
    let block = find(&root, ".block[data-entry='2']");
    assert_eq!(block.get_attribute("title"), None, "not yet hovered");
    let bubbles = EventInit::new();
    bubbles.set_bubbles(true);
    let over = Event::new_with_event_init_dict("mouseover", &bubbles).expect("an event");
    block.dispatch_event(&over).expect("an event that is dispatched");
    let title = block.get_attribute("title").unwrap_or_default();
    assert!(title.starts_with("Entry 2, term 3: "), "{title}");
    assert!(title.ends_with("(on disk, not committed)"), "{title}");
}

#[wasm_bindgen_test]
async fn a_dead_node_can_only_be_restarted() {
    let dead = NodeView { status: Status::Down, role: None, votes: None, digest: None, ..node() };
    let root = mount_card(card_props(dead, Density::Full)).await;
    assert!(text(&root).contains("Down"));
    find(&root, "[data-status=down]");
    find(&root, "button[aria-label='Restart n1']");
    assert_eq!(root.query_selector("button[aria-label='Kill n1']"), Ok(None));
    assert_eq!(root.query_selector("button[aria-label='Pause n1']"), Ok(None));
}

/// Two stages have nodes of the same names. The read-only stage has no buttons and no ids, and its
/// rings are its own.
#[wasm_bindgen_test]
async fn a_read_only_card_names_its_branch_and_has_no_buttons() {
    let looked_at = Some("another branch".into());
    for density in [Density::Full, Density::Narrow, Density::Brief, Density::Compact] {
        let root =
            mount_card(card::Props { looked_at: looked_at.clone(), ..card_props(node(), density) });
        let root = root.await;
        let card = find(&root, "[role=group]");
        assert_eq!(card.get_attribute("aria-label").as_deref(), Some("n1 in another branch"));
        for pressed in ["button", "[id]", "[tabindex]", "[data-ring='1']"] {
            assert_eq!(root.query_selector(pressed), Ok(None), "{pressed} on {density:?}");
        }
        find(&card, "[data-ring=other-1]");
    }
}

async fn mount_request() -> (Element, Session) {
    let session = Session::new(Playground::new(3, 1));
    let root = root();
    let (request_traces, nodes) = (Vec::new(), vec![1, 2, 3]);
    let props = request::Props { session: session.clone(), nodes, request_traces, is_open: false };
    yew::Renderer::<Request>::with_root_and_props(root.clone(), props).render();
    flush().await;
    (root, session)
}

#[wasm_bindgen_test]
async fn an_empty_key_is_answered_beside_the_field_and_nothing_is_sent() {
    let (root, session) = mount_request().await;
    type_into(&root, "#key", "");
    flush().await;
    click(&root, "button[type=submit]");
    flush().await;
    let problem = find(&root, "#key-problem");
    assert_eq!(problem.get_attribute("role").as_deref(), Some("alert"));
    assert!(text(&problem).contains("at least one character"), "{}", text(&problem));
    assert_eq!(find(&root, "#key").get_attribute("aria-invalid").as_deref(), Some("true"));
    assert!(session.view().request_traces.is_empty());
    root.remove();
}

#[wasm_bindgen_test]
async fn a_request_is_sent_with_the_values_of_the_form() {
    let (root, session) = mount_request().await;
    type_into(&root, "#key", "owner");
    flush().await;
    type_into(&root, "#value", "ada");
    flush().await;
    click(&root, "button[type=submit]");
    flush().await;
    let request_traces = session.view().request_traces;
    assert_eq!(
        request_traces.first().map(|request_trace| request_trace.operation.as_str()),
        Some("set owner ada")
    );
    root.remove();
}

/// The whole page. It listens to the document's keys, so one test has it for itself.
#[wasm_bindgen_test]
async fn the_page_handles_keys_and_its_buttons_can_be_reached() {
    let root = root();
    let app = yew::Renderer::<App>::with_root(root.clone()).render();
    flush().await;
    let body: Element = document().body().expect("a body").into();
    assert_eq!(text(&find(&root, ".play")), "Pause", "it starts by itself");
    press(&body, " ");
    flush().await;
    assert_eq!(text(&find(&root, ".play")), "Play");
    press(&body, " ");
    flush().await;
    assert_eq!(text(&find(&root, ".play")), "Pause");

    // A first visit has no form; the next mode has it.
    press(&body, "q");
    flush().await;
    press(&find(&root, "#key"), " ");
    flush().await;
    assert_eq!(text(&find(&root, ".play")), "Pause", "a key typed into a field is text");

    // The stage measures itself after the first rendering.
    for _ in 0..50 {
        if root.query_selector("button[aria-label='Kill n1']").is_ok_and(|found| found.is_some()) {
            break;
        }
        yew::platform::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let more: HtmlElement =
        find(&root, "button[aria-label='More n1'], button[aria-label='Kill n1']")
            .dyn_into()
            .expect("a button");
    assert_eq!(more.tab_index(), 0);
    more.focus().expect("the focus");
    assert_eq!(document().active_element().as_ref(), Some(more.as_ref()));

    press(&body, "?");
    flush().await;
    let dialog: HtmlDialogElement = find(&root, "dialog[open]").dyn_into().expect("a dialog");
    assert!(text(&dialog).contains("Play or pause"));
    dialog.close();
    app.destroy();
    flush().await;
    root.remove();
}

#[wasm_bindgen_test]
fn a_step_handles_one_event_and_pauses() {
    let session = Session::new(Playground::new(3, 1));
    assert_eq!(session.apply(Input::Step), Ok(()));
    let view = session.view();
    assert_eq!((view.clock.events, view.clock.playing), (1, false));
}
