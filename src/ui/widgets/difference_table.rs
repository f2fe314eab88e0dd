//! What differs of a node, as a table.

use yew::prelude::{Html, html};

use crate::playground::view::NodeDifference;

/// The rows of a node, and what the two columns are.
pub fn difference(node: &NodeDifference, one: &str, other: &str) -> Html {
    let row = |(what, mine, theirs): &(&'static str, String, String)| {
        html! { <tr key={*what}><th scope="row">{ *what }</th><td>{ mine }</td><td>{ theirs }</td></tr> }
    };
    // A time stands below its word: beside it there is not room for both everywhere.
    let head = |words: &str| words.replacen(", ", ",\n", 1);
    html! {
        <table key={node.id} class="difference" data-node={node.id.to_string()}>
            <caption>{ format!("n{}", node.id) }</caption>
            <thead><tr><th scope="col"><span class="hidden">{ "What" }</span></th><th scope="col">{ head(one) }</th><th scope="col">{ head(other) }</th></tr></thead>
            <tbody>{ for node.rows.iter().map(row) }</tbody>
        </table>
    }
}
