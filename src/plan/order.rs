//! In which order a plan's rows run.

use std::collections::VecDeque;

/// The order of a plan's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// Oldest first.
    #[default]
    Oldest,
    /// Newest first.
    Newest,
    /// Dates whose run failed or was canceled first, then the others, oldest first among each.
    FailedFirst,
    /// The first and the last date, then the middle of each gap, the widest gaps first: whatever changed somewhere in the range is
    /// found early.
    Bisect,
    /// So many of the newest dates, newest first, then the others, oldest first.
    NewestFirst(u32),
}

impl Order {
    /// For each row in run order, its index among the rows in ascending order of their dates; `None` where that is the order.
    pub(super) fn of(self, rows: usize, has_failed: impl Fn(usize) -> bool) -> Option<Vec<u32>> {
        let ascending = 0..rows as u32;
        Some(match self {
            Order::Oldest => return None,
            Order::Newest => ascending.rev().collect(),
            Order::FailedFirst => {
                let (mut order, rest): (Vec<u32>, Vec<u32>) = ascending.partition(|row| has_failed(*row as usize));
                order.extend(rest);
                order
            }
            Order::Bisect => bisected(rows as u32),
            Order::NewestFirst(count) => {
                let split = rows as u32 - count.min(rows as u32);
                (split..rows as u32).rev().chain(0..split).collect()
            }
        })
    }
}

fn bisected(rows: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows.min(1)).collect();
    let mut gaps = VecDeque::new();
    if rows > 1 {
        order.push(rows - 1);
        gaps.push_back((0, rows - 1));
    }
    while let Some((low, high)) = gaps.pop_front() {
        let middle = low + (high - low) / 2;
        if middle > low {
            order.push(middle);
            gaps.push_back((low, middle));
            gaps.push_back((middle, high));
        }
    }
    order
}

/// The column in a new order.
pub(super) fn reordered<T: Copy>(column: &[T], order: &[u32]) -> Vec<T> {
    order.iter().filter_map(|row| column.get(*row as usize).copied()).collect()
}
