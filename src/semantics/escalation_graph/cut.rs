//! The one thing whose removal closes the most ways.

use std::collections::BTreeMap;

use super::vault::KnownTokens;
use super::{EscalationGraph, Path, Piece, Sink, Who};
use crate::semantics::reach::Access;
use crate::semantics::survey::Survey;

/// What closes the most ways if it is taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// What.
    pub piece: Piece,
    /// What stands there.
    pub what: String,
    /// How many ways it closes.
    pub closes: usize,
    /// Of how many.
    pub of: usize,
}

/// How many pieces are tried, those first that stand on the most of the ways. Taking a piece away may open another way
/// that is longer, so each is tried on a graph of its own.
const TRIED: usize = 8;

pub(super) fn best(access: &Access<'_>, paths: &[Path]) -> Option<Cut> {
    let ways: Vec<&Path> = paths.iter().filter(|path| !path.is_direct).collect();
    let mut pieces: BTreeMap<Piece, (usize, &str)> = BTreeMap::new();
    for path in &ways {
        let evidence = path.hops.iter().flat_map(|hop| &hop.evidence);
        let mut own: Vec<(Piece, &str)> =
            evidence.filter_map(|it| Some((it.piece?, it.what.as_str()))).collect();
        own.sort_unstable();
        own.dedup_by_key(|(piece, _)| *piece);
        for (piece, what) in own {
            pieces.entry(piece).or_insert((0, what)).0 += 1;
        }
    }
    let mut tried: Vec<(Piece, usize, &str)> =
        pieces.into_iter().map(|(piece, (count, what))| (piece, count, what)).collect();
    tried.sort_by_key(|(piece, count, _)| (std::cmp::Reverse(*count), piece.span()));
    let survey = Survey::new(access.project());
    let asked: Vec<(&Who, Sink)> = ways.iter().map(|path| (&path.source, path.sink)).collect();
    let mut known = KnownTokens::default();
    let mut best: Option<Cut> = None;
    for (piece, count, what) in tried.into_iter().take(TRIED) {
        // No piece closes more ways than it stands on.
        if best.as_ref().is_some_and(|best| best.closes >= count) {
            break;
        }
        let closes = asked.len() - EscalationGraph::left_without(access, &survey, piece, &asked, &mut known);
        if closes > best.as_ref().map_or(0, |best| best.closes) {
            best = Some(Cut { piece, what: what.to_owned(), closes, of: asked.len() });
        }
    }
    best
}
