//! A sentence of which names of nodes, code, and what was found stand out.

use std::ops::Range;

use yew::prelude::{Html, html};

use crate::ui::format::sentences::{Piece, pieces};

/// A sentence, with what was found in it marked.
pub fn text_with_marks(text: &str, marks: &[Range<usize>]) -> Html {
    let mut at = 0;
    let mut shown = Vec::new();
    for piece in pieces(text) {
        let (Piece::Plain(words) | Piece::Node(words) | Piece::Code(words)) = piece;
        // A piece of code stands between two marks that are not shown.
        let edge = usize::from(matches!(piece, Piece::Code(_)));
        let words_shown = marked(words, at + edge, marks);
        at += words.len() + 2 * edge;
        shown.push(match piece {
            Piece::Plain(_) => words_shown,
            Piece::Node(_) => html! { <b>{ words_shown }</b> },
            Piece::Code(_) => html! { <code>{ words_shown }</code> },
        });
    }
    shown.into_iter().collect()
}

/// Words that begin at `at`, with the parts marked that the ranges cover.
fn marked(words: &str, at: usize, marks: &[Range<usize>]) -> Html {
    let mut shown = Vec::new();
    let mut done = 0;
    for mark in marks {
        let start = mark.start.saturating_sub(at).clamp(done, words.len());
        let end = mark.end.saturating_sub(at).clamp(start, words.len());
        if start < end {
            shown.push(html! { <>{ words[done..start].to_string() }<mark>{ words[start..end].to_string() }</mark></> });
            done = end;
        }
    }
    html! { <>{ for shown }{ words[done..].to_string() }</> }
}
