//! The nearest way from each node to each end.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::Sink;
use super::graph::{Both, By, Edge, Graph, Join, Nearest, Node, Step, Written};

impl Graph {
    /// Finds for every node the nearest way to each end. Ways that need two are looked for where there is no other, until
    /// nothing new comes of it: each round leads some source to where it could not get.
    pub(super) fn arrange(&mut self) {
        self.measure();
        let mut round = 0;
        while self.join(round) {
            self.measure();
            round += 1;
        }
    }

    fn measure(&mut self) {
        for sink in Sink::ALL {
            let ends: Vec<usize> = self.number(&Node::Sink(sink)).into_iter().collect();
            let nearest = self.nearest_to(&ends, &self.back(usize::MAX), usize::MAX);
            self.nearest.insert(sink, nearest);
        }
    }

    /// Joins sources with places that they have no way to; false if there is nothing to join.
    fn join(&mut self, round: usize) -> bool {
        let keys: BTreeSet<Written> = self.writes.values().flat_map(BTreeMap::keys).cloned().collect();
        if keys.is_empty() {
            return false;
        }
        let back = self.back(round);
        let mut best: BTreeMap<(usize, Node), (u32, &Written)> = BTreeMap::new();
        let mut found: BTreeMap<(Written, usize), Both> = BTreeMap::new();
        let mut known: BTreeMap<Node, Vec<Option<u32>>> = BTreeMap::new();
        for written in &keys {
            let to = written.to();
            let reached = known.entry(to.clone()).or_insert_with(|| {
                let ends: Vec<usize> = self.number(&to).into_iter().collect();
                distances(&back, &ends)
            });
            let is_open = |node: &&usize| reached.get(**node).copied().flatten().is_none();
            let mut open = self.sources.iter().filter(is_open).peekable();
            if open.peek().is_none() {
                continue;
            }
            let writers = self.writes.iter().filter(|(_, writes)| writes.contains_key(written));
            let writers = self.nearest_to(&writers.map(|(node, _)| *node).collect::<Vec<_>>(), &back, round);
            let holders = self.holds.iter().filter(|(_, holds)| holds.contains(written));
            let holders = self.nearest_to(&holders.map(|(node, _)| *node).collect::<Vec<_>>(), &back, round);
            let mut is_used = false;
            for node in open {
                let far =
                    |nearest: &Nearest| nearest.get(*node).copied().flatten().map(|(distance, _)| distance);
                let (Some(write), Some(hold)) = (far(&writers), far(&holders)) else { continue };
                let cost = write + hold + STEP;
                let key = (*node, to.clone());
                if best.get(&key).is_none_or(|(known, _)| cost < *known) {
                    best.insert(key, (cost, written));
                    is_used = true;
                }
            }
            if is_used {
                found.insert((written.clone(), round), Both { writers, holders });
            }
        }
        let is_any = !best.is_empty();
        for ((node, to), (cost, written)) in best {
            let to = self.node(to);
            self.joins.push(Join { written: written.clone(), cost, round });
            if let Some(edges) = self.edges.get_mut(node) {
                edges.push(Edge { to, by: By::Join(self.joins.len() - 1) });
            }
        }
        self.both.extend(found);
        is_any
    }

    fn cost(&self, edge: &Edge, round: usize) -> Option<u32> {
        match edge.by {
            By::Being => Some(0),
            By::Step(at) => self.steps.get(at).map(Step::cost),
            By::Join(at) => self.joins.get(at).filter(|join| join.round < round).map(|join| join.cost),
        }
    }

    /// From where edges come to each node, without joins of this round and later ones, with what they cost.
    fn back(&self, round: usize) -> Vec<Vec<(usize, u32)>> {
        let mut back: Vec<Vec<(usize, u32)>> = vec![Vec::new(); self.len()];
        for (from, edges) in self.edges.iter().enumerate() {
            for edge in edges {
                if let (Some(cost), Some(back)) = (self.cost(edge, round), back.get_mut(edge.to)) {
                    back.push((from, cost));
                }
            }
        }
        back
    }

    /// The ways to the nearest of some nodes, by joins of earlier rounds only. At such a node the edge is none of its own.
    fn nearest_to(&self, ends: &[usize], back: &[Vec<(usize, u32)>], round: usize) -> Nearest {
        let distances = distances(back, ends);
        let nearest = self.edges.iter().enumerate().map(|(from, edges)| {
            let own = distances.get(from).copied().flatten()?;
            if own == 0 && ends.contains(&from) {
                return Some((0, u32::MAX));
            }
            let leads = |edge: &Edge| {
                let further = distances.get(edge.to).copied().flatten();
                // Edges without cost lead from namespaces to members to groups and never back, so there is no circle.
                further.zip(self.cost(edge, round)).is_some_and(|(further, cost)| further + cost == own)
            };
            Some((own, u32::try_from(edges.iter().position(leads)?).ok()?))
        });
        nearest.collect()
    }
}

/// What a step counts. At most two steps of a way, one to each end, were given.
pub(super) const STEP: u32 = 4;

/// How far each node is away from the nearest of some nodes; nothing if no way leads there.
fn distances(back: &[Vec<(usize, u32)>], ends: &[usize]) -> Vec<Option<u32>> {
    let mut distances: Vec<Option<u32>> = vec![None; back.len()];
    let mut heap: BinaryHeap<Reverse<(u32, usize)>> = ends.iter().map(|end| Reverse((0, *end))).collect();
    while let Some(Reverse((distance, node))) = heap.pop() {
        let Some(known) = distances.get_mut(node) else { continue };
        if known.is_some() {
            continue;
        }
        *known = Some(distance);
        for (from, cost) in back.get(node).into_iter().flatten() {
            if distances.get(*from).is_some_and(Option::is_none) {
                heap.push(Reverse((distance + cost, *from)));
            }
        }
    }
    distances
}
