//! Order, rows and cycles. Nothing here recurses: a chain of 100,000 tasks must not end the stack.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::edges::Edges;

/// Every task after its upstreams, the lowest index first where several could come next; or the tasks of one cycle, each
/// before one that depends on it, the lowest index first.
pub(super) fn sort(upstream: &Edges, downstream: &Edges) -> Result<Vec<u32>, Vec<u32>> {
    let count = upstream.len() as u32;
    let mut missing: Vec<usize> = (0..count).map(|task| upstream.of(task).len()).collect();
    let mut ready = BinaryHeap::new();
    for task in (0..count).filter(|task| upstream.of(*task).is_empty()) {
        ready.push(Reverse(task));
    }
    let mut order = Vec::with_capacity(missing.len());
    while let Some(Reverse(task)) = ready.pop() {
        order.push(task);
        for next in downstream.of(task) {
            if let Some(left) = missing.get_mut(*next as usize) {
                *left -= 1;
                if *left == 0 {
                    ready.push(Reverse(*next));
                }
            }
        }
    }
    if order.len() == missing.len() { Ok(order) } else { Err(find_cycle(upstream, &missing)) }
}

/// Each task that could not be sorted waits for another such task, so walking upstream must come back to where it was.
fn find_cycle(upstream: &Edges, missing: &[usize]) -> Vec<u32> {
    let is_stuck = |task: &u32| missing.get(*task as usize).is_some_and(|left| *left > 0);
    let mut seen_at: Vec<Option<usize>> = vec![None; missing.len()];
    let mut walk: Vec<u32> = Vec::new();
    let mut start = 0;
    let mut task = (0..missing.len() as u32).find(is_stuck);
    while let Some(here) = task {
        let Some(seen) = seen_at.get_mut(here as usize) else { break };
        if let Some(at) = *seen {
            start = at;
            break;
        }
        *seen = Some(walk.len());
        walk.push(here);
        task = upstream.of(here).iter().copied().find(is_stuck);
    }
    // Turned round, and from its lowest task on.
    let round = walk.get(start..).unwrap_or_default();
    let lowest = round.iter().min();
    let first = round.iter().position(|task| Some(task) == lowest).unwrap_or(0);
    let mut cycle = Vec::with_capacity(round.len());
    for step in 0..round.len() {
        cycle.extend(round.get((first + round.len() - step) % round.len()));
    }
    cycle
}

/// Rows for drawing, from an order in which each task comes after its upstreams.
pub(super) fn layers(order: &[u32], upstream: &Edges) -> Vec<Vec<u32>> {
    let (mut depths, mut deepest) = (vec![0_usize; order.len()], 0);
    for task in order {
        let mut depth = 0;
        for above in upstream.of(*task) {
            depth = depths.get(*above as usize).map_or(depth, |above| depth.max(above + 1));
        }
        deepest = deepest.max(depth);
        if let Some(own) = depths.get_mut(*task as usize) {
            *own = depth;
        }
    }
    let mut layers = vec![Vec::new(); if order.is_empty() { 0 } else { deepest + 1 }];
    for (task, depth) in depths.into_iter().enumerate() {
        if let Some(layer) = layers.get_mut(depth) {
            layer.push(task as u32);
        }
    }
    layers
}
