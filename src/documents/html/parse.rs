//! From text to a tree of bounded size and depth.

use super::{DEEPEST, HtmlFault};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{ParseOpts, parse_document};
use scraper::{Html, HtmlTreeSink};

/// Most nodes of a page; unclosed marks can make far more of them than the text has characters.
const MOST_NODES: usize = 500_000;
/// How many bytes are parsed before the bounds are looked at again.
const CHUNK: usize = 4_096;

/// Parses piece by piece, because the cost of a hostile page shows in the tree long before its end.
pub(super) fn parse(text: &str) -> Result<Html, HtmlFault> {
    let mut parser = parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let (mut rest, mut seen) = (text, 0);
    while !rest.is_empty() {
        let (chunk, behind) = split(rest);
        parser.process(StrTendril::from_slice(chunk));
        seen = check(&parser.tokenizer.sink.sink.0.borrow(), seen)?;
        rest = behind;
    }
    Ok(parser.finish())
}

fn split(text: &str) -> (&str, &str) {
    let mut at = CHUNK.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// Checks the nodes that are new since `seen`, and tells how many there are now.
fn check(html: &Html, seen: usize) -> Result<usize, HtmlFault> {
    let nodes = html.tree.nodes();
    let total = nodes.len();
    if total > MOST_NODES {
        return Err(HtmlFault::Nodes);
    }
    let mut fresh = nodes.rev().take(total.saturating_sub(seen)).filter(|node| node.value().is_element());
    if fresh.any(|node| node.ancestors().take(DEEPEST + 1).count() > DEEPEST) {
        return Err(HtmlFault::Depth);
    }
    Ok(total)
}
