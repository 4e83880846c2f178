//! The shortest way from a start.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use super::graph::{By, Graph, Nearest, Node, Step, Written};
use super::{Doubt, Evidence, From, Hop, Party, Path, Sink, Start, Who, code, parties};

/// How a node was come to.
#[derive(Debug, Clone)]
enum Parent<'g> {
    Start,
    /// From a node, by a step; nothing for what follows from being somebody.
    Node(usize, Option<&'g Step>),
    /// As one who can write what another one holds: writer, step, holder.
    Joined(usize, &'g Step, usize, Written),
}

/// A step from one node to another.
#[derive(Debug, Clone)]
struct Link<'g> {
    from: usize,
    step: Option<&'g Step>,
    to: usize,
    /// Of one who writes what another one holds: what, and the other one.
    held: Option<(Written, usize)>,
}

/// The shortest way; of several, the one whose edges come first. A way that needs both one who writes something and one
/// who holds it is taken where there is no other.
pub(super) fn path(graph: &Graph, start: &Start, sink: Sink) -> Option<Path> {
    let end = graph.number(&Node::Sink(sink))?;
    let first = first_edges(graph, start);
    let links = nearest(graph, &first, sink).or_else(|| {
        let joins = !graph.writes.is_empty() || start_writes(start).next().is_some();
        let is_known = matches!(start.from, From::Node(_));
        (joins && !is_known).then(|| joined(graph, start, &first, end)).flatten()
    })?;
    Some(told(graph, start, sink, &links))
}

/// What may open a way and is not known.
pub(super) fn doubts(graph: &Graph, start: &Start) -> Vec<Doubt> {
    let first = first_edges(graph, start).into_iter().map(|(_, to)| to).collect();
    let mut found = doubts_from(graph, first);
    if let From::Tokens(tokens) = &start.from {
        found.extend(tokens.iter().flat_map(|token| token.doubts.iter().cloned()));
        found.sort();
        found.dedup();
    }
    found
}

/// What may open a way from some nodes and is not known.
pub(super) fn doubts_from(graph: &Graph, mut next: Vec<usize>) -> Vec<Doubt> {
    let mut found: BTreeSet<Doubt> = graph.doubts_everywhere.iter().cloned().collect();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    while let Some(node) = next.pop() {
        if !seen.insert(node) {
            continue;
        }
        found.extend(graph.doubts.get(&node).into_iter().flatten().cloned());
        next.extend(graph.edges.get(node).into_iter().flatten().map(|edge| edge.to));
    }
    found.into_iter().collect()
}

fn first_edges<'g>(graph: &'g Graph, start: &'g Start) -> Vec<(Option<&'g Step>, usize)> {
    match &start.from {
        From::Node(node) => vec![(None, *node)],
        From::Stranger { nodes, .. } => nodes.iter().map(|node| (None, *node)).collect(),
        From::Tokens(tokens) => {
            let edges = tokens.iter().flat_map(|token| &token.edges);
            let edges = edges.filter_map(|(node, step)| Some((Some(step), graph.number(node)?)));
            // Whoever holds it reaches the API server as anybody does.
            let step = graph.without_login.and_then(|step| graph.steps.get(step));
            let strangers =
                parties::not_logged_in().into_iter().filter_map(|party| graph.parties.get(&party));
            let strangers = strangers.filter(|_| step.is_some()).map(|node| (step, *node));
            edges.chain(strangers).collect()
        }
    }
}

fn start_writes(start: &Start) -> impl Iterator<Item = (&Written, &Step)> {
    let tokens = match &start.from {
        From::Tokens(tokens) => tokens.as_slice(),
        _ => &[],
    };
    tokens.iter().flat_map(|token| &token.writes).map(|(written, step)| (written, step))
}

fn start_holds(start: &Start) -> impl Iterator<Item = &Written> {
    let tokens = match &start.from {
        From::Tokens(tokens) => tokens.as_slice(),
        _ => &[],
    };
    tokens.iter().flat_map(|token| &token.holds)
}

/// Follows from each node the edge that leads nearer.
fn nearest<'g>(graph: &'g Graph, first: &[(Option<&'g Step>, usize)], sink: Sink) -> Option<Vec<Link<'g>>> {
    let nearest = graph.nearest.get(&sink)?;
    let of = |(step, node): &(Option<&'g Step>, usize)| {
        let (further, _) = nearest.get(*node).copied().flatten()?;
        Some(further + step.map_or(0, Step::cost))
    };
    let best = first.iter().filter_map(|it| Some((of(it)?, it))).min_by_key(|(length, _)| *length);
    let (_, (step, node)) = best?;
    let mut links = vec![Link { from: graph.len(), step: *step, to: *node, held: None }];
    follow(graph, nearest, *node, &mut links)?;
    Some(links)
}

/// Adds the way from a node to where `nearest` leads, and gives the node that it ends at.
fn follow<'g>(graph: &'g Graph, nearest: &Nearest, from: usize, links: &mut Vec<Link<'g>>) -> Option<usize> {
    let mut at = from;
    // No way comes by a node twice.
    for _ in 0..=graph.len() {
        let (_, edge) = nearest.get(at).copied().flatten()?;
        let Some(edge) = graph.edges.get(at)?.get(edge as usize) else { return Some(at) };
        match edge.by {
            By::Being => add(Link { from: at, step: None, to: edge.to, held: None }, links),
            By::Step(step) => {
                add(Link { from: at, step: graph.steps.get(step), to: edge.to, held: None }, links);
            }
            By::Join(join) => {
                let join = graph.joins.get(join)?;
                let both = graph.both.get(&(join.written.clone(), join.round))?;
                let holder = follow(graph, &both.holders, at, links)?;
                let writer = follow(graph, &both.writers, at, links)?;
                let step = graph.writes.get(&writer)?.get(&join.written)?;
                let held = Some((join.written.clone(), holder));
                add(Link { from: writer, step: graph.steps.get(*step), to: edge.to, held }, links);
            }
        }
        at = edge.to;
    }
    None
}

/// What leads to both writer and holder comes once.
fn add<'g>(link: Link<'g>, links: &mut Vec<Link<'g>>) {
    if !links.iter().any(|other| (other.from, other.to) == (link.from, link.to)) {
        links.push(link);
    }
}

/// The same where one who can write something and be a holder of it has what they write.
fn joined<'g>(
    graph: &'g Graph,
    start: &'g Start,
    first: &[(Option<&'g Step>, usize)],
    end: usize,
) -> Option<Vec<Link<'g>>> {
    let mut parents: HashMap<usize, (u32, Parent<'g>)> = HashMap::new();
    let mut heap: BinaryHeap<Reverse<(u32, usize, usize)>> = BinaryHeap::new();
    let mut waiting: HashMap<usize, (u32, usize, Parent<'g>)> = HashMap::new();
    let mut order = 0;
    let mut writers: BTreeMap<&'g Written, (u32, usize, &'g Step)> = BTreeMap::new();
    let mut holders: BTreeMap<&'g Written, (u32, usize)> = BTreeMap::new();
    // The start is the node beyond the last.
    let origin = graph.len();
    heap.push(Reverse((0, order, origin)));
    waiting.insert(origin, (0, order, Parent::Start));
    while let Some(Reverse((distance, turn, node))) = heap.pop() {
        let Some((known, of, parent)) = waiting.get(&node) else { continue };
        if (*known, *of) != (distance, turn) || parents.contains_key(&node) {
            continue;
        }
        parents.insert(node, (distance, parent.clone()));
        if node == end {
            break;
        }
        let mut found: Vec<(u32, usize, Parent<'g>)> = Vec::new();
        let mut writes: Vec<(&'g Written, &'g Step)> = Vec::new();
        let mut holds: Vec<&'g Written> = Vec::new();
        if node == origin {
            found.extend(
                first.iter().map(|(step, to)| (u32::from(step.is_some()), *to, Parent::Node(node, *step))),
            );
            writes.extend(start_writes(start));
            holds.extend(start_holds(start));
        }
        for edge in graph.edges.get(node).into_iter().flatten() {
            let step = match edge.by {
                By::Being => None,
                By::Step(step) => graph.steps.get(step),
                By::Join(_) => continue,
            };
            found.push((u32::from(step.is_some()), edge.to, Parent::Node(node, step)));
        }
        let own = graph.writes.get(&node).into_iter().flatten();
        writes.extend(own.filter_map(|(written, step)| Some((written, graph.steps.get(*step)?))));
        holds.extend(graph.holds.get(&node).into_iter().flatten());
        for (written, step) in writes {
            writers.entry(written).or_insert((distance, node, step));
            if let Some((_, holder)) = holders.get(written)
                && let Some(to) = graph.number(&written.to())
            {
                found.push((1, to, Parent::Joined(node, step, *holder, written.clone())));
            }
        }
        for written in holds {
            holders.entry(written).or_insert((distance, node));
            if let Some((_, writer, step)) = writers.get(written)
                && let Some(to) = graph.number(&written.to())
            {
                found.push((1, to, Parent::Joined(*writer, step, node, written.clone())));
            }
        }
        for (cost, to, parent) in found {
            let reached = distance + cost;
            let is_nearer = waiting.get(&to).is_none_or(|(known, ..)| reached < *known);
            if is_nearer && !parents.contains_key(&to) {
                order += 1;
                waiting.insert(to, (reached, order, parent));
                heap.push(Reverse((reached, order, to)));
            }
        }
    }
    parents.contains_key(&end).then(|| {
        let mut links = Vec::new();
        trail(&parents, end, &mut links);
        links
    })
}

/// The links that lead to a node, in order.
fn trail<'g>(parents: &HashMap<usize, (u32, Parent<'g>)>, node: usize, links: &mut Vec<Link<'g>>) {
    match parents.get(&node) {
        None | Some((_, Parent::Start)) => {}
        Some((_, Parent::Node(from, step))) => {
            trail(parents, *from, links);
            add(Link { from: *from, step: *step, to: node, held: None }, links);
        }
        Some((_, Parent::Joined(writer, step, holder, written))) => {
            trail(parents, *holder, links);
            trail(parents, *writer, links);
            let held = Some((written.clone(), *holder));
            add(Link { from: *writer, step: Some(step), to: node, held }, links);
        }
    }
}

/// The hops of a way.
fn told(graph: &Graph, start: &Start, sink: Sink, links: &[Link<'_>]) -> Path {
    let mut hops: Vec<Hop> = Vec::new();
    let mut steps: Vec<&Step> = Vec::new();
    // The start is the node beyond the last.
    let who_at = |node: usize| graph.at(node).map_or_else(|| start.who.clone(), Node::who);
    // Who somebody is at a node, of which group, and by which hop.
    let mut known_as: HashMap<usize, (Who, Option<String>, Option<usize>)> = HashMap::new();
    known_as.insert(graph.len(), (start.who.clone(), None, None));
    for Link { from, step, to, held } in links {
        let (who, group, led) = known_as.get(from).cloned().unwrap_or_else(|| (who_at(*from), None, None));
        let after = match step {
            Some(step) => {
                let mut does = match group {
                    Some(group) => format!("as a member of the group {}, {}", code(&group), step.does),
                    None => step.does.clone(),
                };
                if let Some((written, holder)) = held {
                    does += &format!(", and {} holds {}", who_at(*holder), written.words());
                }
                let evidence = step.evidence.iter().map(Evidence::quoted).collect();
                let requests = step.requests.clone();
                hops.push(Hop { who, does, evidence, requests, becomes: who_at(*to) });
                steps.push(step);
                (who_at(*to), None, Some(hops.len() - 1))
            }
            None => {
                let is_start = *from >= graph.len() && matches!(start.from, From::Node(_));
                match graph.at(*to) {
                    Some(Node::Party(Party::Group(group))) if !is_start => (who, Some(group.clone()), led),
                    _ => {
                        let mut led = led;
                        if let Some(hop) = led.and_then(|at| hops.get_mut(at)) {
                            if hop.becomes == who {
                                hop.becomes = who_at(*to);
                            } else {
                                // The same hop led to somebody else before.
                                let again = Hop { becomes: who_at(*to), ..hop.clone() };
                                hops.push(again);
                                led = Some(hops.len() - 1);
                            }
                        }
                        (who_at(*to), None, led)
                    }
                }
            }
        };
        known_as.insert(*to, after);
    }
    if hops.is_empty() {
        hops.push(Hop {
            who: start.who.clone(),
            does: "is allowed everything before any rule is asked".to_owned(),
            evidence: Vec::new(),
            requests: Vec::new(),
            becomes: Who::End(sink),
        });
    }
    let is_direct = match steps.split_last() {
        None => true,
        Some((last, before)) => last.is_given && before.iter().all(|step| step.is_login),
    };
    Path { source: start.who.clone(), sink, hops, is_direct }
}
