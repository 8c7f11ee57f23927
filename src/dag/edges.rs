//! Neighbours of every task in two flat arrays: no allocation a task, and a walk reads memory in order.

/// For each task a list of tasks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edges {
    /// Where the list of each task begins in `targets`, and the end of the last one.
    starts: Vec<usize>,
    targets: Vec<u32>,
}

impl Edges {
    pub(super) fn new(lists: Vec<Vec<u32>>) -> Edges {
        let mut starts = Vec::with_capacity(lists.len() + 1);
        let mut targets = Vec::with_capacity(lists.iter().map(Vec::len).sum());
        starts.push(0);
        for list in lists {
            targets.extend(list);
            starts.push(targets.len());
        }
        Edges { starts, targets }
    }

    /// The same edges seen from the other end; lists are ascending.
    pub(super) fn reversed(&self) -> Edges {
        let mut lists = vec![Vec::new(); self.len()];
        for task in 0..self.len() as u32 {
            for target in self.of(task) {
                if let Some(list) = lists.get_mut(*target as usize) {
                    list.push(task);
                }
            }
        }
        Edges::new(lists)
    }

    /// How many tasks there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The list of one task.
    pub(super) fn of(&self, task: u32) -> &[u32] {
        let at = task as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => self.targets.get(*start..*end).unwrap_or_default(),
            _ => &[],
        }
    }
}
