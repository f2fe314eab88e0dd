//! Verdicts and explanations: of a run that was broken elsewhere, and of any value that a node
//! shows.

use kvorum::playground::{Input, Playground, Question, RealTime, Speed};
use thirtyfour::Key;

use crate::browser::{Outcome, Window};
use crate::page::Page;

const PROPERTY: &str = "leader-completeness";

/// Without the election restriction a server that lacks a committed entry is elected leader.
pub(crate) fn broken_run() -> Playground {
    let mut playground = Playground::new(3, 5);
    let apply = |playground: &mut Playground, input| playground.apply(input).expect("is done");
    let pass = |playground: &mut Playground, millis: u64| {
        apply(playground, Input::Play);
        for _ in 0..millis {
            apply(playground, Input::Advance(RealTime::from_millis(1)));
        }
    };
    apply(&mut playground, Input::Speed(Speed::new(1_000)));
    pass(&mut playground, 600);
    let leader = playground.view().summary.leader.expect("a leader");
    let behind = leader % 3 + 1;
    let lines = [
        ("rule election-restriction off".to_owned(), 0),
        (format!("kill n{behind}"), 0),
        ("set color blue".to_owned(), 400),
        (format!("kill n{leader}"), 0),
        (format!("restart n{behind}"), 300),
        (format!("timeout n{behind}"), 400),
    ];
    for (line, millis) in lines {
        apply(&mut playground, Input::Console(line));
        pass(&mut playground, millis);
    }
    apply(&mut playground, Input::Pause);
    playground
}

/// A link to that run.
pub(crate) fn broken_link() -> String {
    format!("?#{}", broken_run().bookmark().to_fragment())
}

fn go(playground: &mut Playground, input: Input) {
    playground.apply(input).expect("is done");
    while playground.progress().is_some() {
        playground.apply(Input::Advance(RealTime::from_millis(1))).expect("goes on");
    }
}

async fn is_shown(page: &Page, events: u64) -> Outcome {
    let wanted = format!("after {events} events");
    page.click("button", "Share…").await?;
    page.shows("dialog", "Share this run", &wanted).await?;
    page.click("button", "Close").await?;
    Ok(())
}

#[tokio::test]
async fn a_broken_run_shows_its_contradiction_causes_and_turning_point() -> Outcome {
    let mut native = broken_run();
    go(&mut native, Input::Why(Question::Broken(PROPERTY)));
    let explanation = native.explanation().expect("an explanation");
    let steps = explanation.answer.clone().expect("it is broken");
    let facts = native.contradictions().remove(0).facts;
    go(&mut native, Input::Avoid(PROPERTY));
    let turning = native.turning_point().and_then(|turning| turning.at).expect("it can be avoided");
    let turning_events = native.instant().events;
    Window::LAPTOP
        .open(&broken_link(), async |page| {
            // It is paused where it broke, and says so; the panel is a click away.
            page.shows("list", "The cluster now", PROPERTY).await?;
            page.find("button", "Play").await?;
            page.click("button", &format!("{PROPERTY} broken: verdicts")).await?;
            page.shows("tabpanel", "verdicts panel", "1 of 17 properties is broken.").await?;
            assert_eq!(facts.len(), 2);
            for fact in &facts {
                let title = fact.title.replace('`', "");
                page.shows("group", &format!("The facts that contradict {PROPERTY}"), &title)
                    .await?;
            }

            page.click("button", &format!("Why is {PROPERTY} broken?")).await?;
            let (writes, events): (Vec<_>, Vec<_>) =
                steps[..steps.len() - 1].iter().partition(|step| step.kind.is_detail());
            let counted = format!("{} events and {} writes to disk", events.len(), writes.len());
            page.sees(&format!("{counted} led to this: {PROPERTY} is broken")).await?;
            // The focus moves to the explanation.
            page.is_focused("region", &format!("Why: {PROPERTY} is broken")).await?;
            page.sees(&steps[0].text.replace('`', "")).await?;
            page.click("button", &format!("Go to event 1, {}", steps[0].at)).await?;
            page.shows("list", "The cluster now", "The past").await?;
            is_shown(page, steps[0].events).await?;
            page.shows("tabpanel", "verdicts panel", "breaks later").await?;

            // From the past the turning point is found, too, and shown.
            page.click("button", &format!("Back to where it became unavoidable: {PROPERTY}"))
                .await?;
            page.sees("One event later it breaks all the same.").await?;
            is_shown(page, turning_events).await?;
            page.find("button", &format!("Go to {turning}")).await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_inspector_explains_any_value_by_keyboard() -> Outcome {
    Window::LAPTOP
        .open("?seed=42&paused", async |page| {
            page.press("]").await?;
            let leader = page.leader(&[]).await?;
            page.press_on(leader, "More").await?;
            page.click("button", &format!("Why is n{leader} so…")).await?;
            // The first of the buttons has the focus: the one for the role.
            page.is_focused("button", &format!("Why Leader on n{leader}?")).await?;
            page.press(Key::Enter + "").await?;
            page.sees(&format!("led to this: the role of n{leader}")).await?;
            let why = format!("Why: the role of n{leader}");
            page.is_focused("region", &why).await?;
            page.shows("region", &why, &format!("n{leader} becomes leader of term 1")).await?;
            page.shows("region", &why, "timer").await?;

            // A missing value has an answer too.
            page.click("button", &format!("Why commit index none on n{leader}?")).await?;
            page.sees(&format!("n{leader} knows of no committed entry.")).await?;
            Ok(())
        })
        .await
}
