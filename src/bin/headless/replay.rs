//! `headless replay`: plays a run that the page shared or saved.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use kvorum::counts::counted;
use kvorum::playground::view::{Modified, NodeView, Status, Verdict};
use kvorum::playground::{Archive, Bookmark, Input, MARK, Playground, RealTime};
use serde_json::{Value, json};

/// Plays the run, prints the result, and exits by the judges' verdicts.
pub(super) fn replay(run: &str, end: bool, json: bool) -> ExitCode {
    let played = read(run).and_then(|archive| play(archive, end));
    let playground = match played {
        Ok(playground) => playground,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    if json {
        println!("{}", object(&playground));
    } else {
        print!("{}", words(&playground));
    }
    let is_sound = playground.verdicts().iter().all(|verdict| verdict.broken.is_none());
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Reads a link, or a file with a link or a saved run.
fn read(run: &str) -> Result<Archive, String> {
    if run.contains(MARK) {
        return Bookmark::parse(run).map(Archive::from).map_err(|bad| bad.to_string());
    }
    let text = fs::read_to_string(run).map_err(|error| format!("{run}: {error}"))?;
    if text.contains(MARK) && !text.starts_with('#') {
        let bookmark = Bookmark::parse(text.trim());
        return bookmark.map(Archive::from).map_err(|bad| format!("{run}: {bad}"));
    }
    Archive::parse(&text).map_err(|bad| format!("{run}: {bad}"))
}

fn play(archive: Archive, end: bool) -> Result<Playground, String> {
    let mut playground = Playground::new(1, 0);
    let inputs = [Input::Open(Box::new(archive))].into_iter().chain(end.then_some(Input::SeekEnd));
    for input in inputs {
        playground.apply(input).map_err(|problem| problem.to_string())?;
        while playground.progress().is_some() {
            playground
                .apply(Input::Advance(RealTime::from_millis(1)))
                .map_err(|problem| problem.to_string())?;
        }
    }
    Ok(playground)
}

fn object(playground: &Playground) -> Value {
    let view = playground.view();
    let node = |node: &NodeView| {
        json!({
            "node": format!("n{}", node.id),
            "status": node.status.to_string(),
            "role": node.role.map(|role| role.to_string()),
            "term": node.term,
            "log": node.log_len,
            "commit_index": node.commit_index,
            "store": node.store.iter().cloned().collect::<BTreeMap<_, _>>(),
        })
    };
    let verdict = |verdict: &Verdict| match &verdict.broken {
        None => (verdict.property.to_string(), json!("holds")),
        Some((at, how)) => {
            (verdict.property.to_string(), json!({ "broken_at_us": at.as_micros(), "how": how }))
        }
    };
    json!({
        "at_us": playground.now().as_micros(),
        "events": view.clock.events,
        "digest": playground.digest().to_string(),
        "leader": view.summary.leader.map(|leader| format!("n{leader}")),
        "modified": view.summary.modified.to_string(),
        "nodes": view.nodes.iter().map(node).collect::<Vec<_>>(),
        "verdicts": playground.verdicts().iter().map(verdict).collect::<serde_json::Map<_, _>>(),
    })
}

fn words(playground: &Playground) -> String {
    let view = playground.view();
    let micros = playground.now().as_micros();
    let mut text = format!(
        "at {}.{:06} s, after {}\ndigest {}\n",
        micros / 1_000_000,
        micros % 1_000_000,
        counted(view.clock.events, "event", "events"),
        playground.digest()
    );
    if view.summary.modified != Modified::No {
        text += &format!("modified: {}\n", view.summary.modified);
    }
    for node in &view.nodes {
        let state = match (node.status, node.role) {
            (Status::Running, Some(role)) => role.to_string().to_lowercase(),
            (status, _) => status.to_string(),
        };
        let store: Vec<String> =
            node.store.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let (id, term, log, commit) = (node.id, node.term, node.log_len, node.commit_index);
        let store = if store.is_empty() { "empty".to_string() } else { store.join(", ") };
        let log = counted(log, "entry", "entries");
        text += &format!("n{id}: {state}, term {term}, {log}, {commit} committed; {store}\n");
    }
    for Verdict { property, broken, .. } in playground.verdicts() {
        text += &match broken {
            None => format!("{property}: holds\n"),
            Some((at, how)) => format!("{property}: BROKEN at {} us: {how}\n", at.as_micros()),
        };
    }
    text
}
