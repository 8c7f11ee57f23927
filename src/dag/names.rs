//! Which task has which name.

use super::{TaskSpec, shown};
use crate::error::{Code, Error, Result};
use crate::sort::sort_by;

/// Indices of the tasks, ascending by name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Names(Vec<u32>);

impl Names {
    /// INVALID_DAG and DUPLICATE_TASK for the first task that has no name, or that of a task before it.
    pub(super) fn new(tasks: &[TaskSpec]) -> Result<Names> {
        let Ok(count) = u32::try_from(tasks.len()) else {
            return Err(Error::new(Code::InvalidDag, "a DAG has at most 4,294,967,295 tasks").field("tasks"));
        };
        let mut names: Vec<u32> = (0..count).collect();
        sort_by(&mut names, |a, b| (name(tasks, *a), a) < (name(tasks, *b), b));
        let mut repeated: Option<(u32, u32)> = None;
        for (first, second) in names.iter().zip(names.iter().skip(1)) {
            if name(tasks, *first) == name(tasks, *second) && repeated.is_none_or(|(_, at)| *second < at) {
                repeated = Some((*first, *second));
            }
        }
        // The empty name comes before all others, and its first task before the others that have none.
        let nameless = names.first().filter(|task| name(tasks, **task).is_empty());
        match (nameless, repeated) {
            (None, None) => Ok(Names(names)),
            (None, Some((first, at))) => Err(duplicate(tasks, first, at)),
            (Some(task), Some((first, at))) if at < *task => Err(duplicate(tasks, first, at)),
            (Some(task), _) => {
                let message = "expected a name for the task, got an empty text";
                Err(Error::new(Code::InvalidDag, message).field(format!("tasks[{task}].taskId")))
            }
        }
    }

    /// The index of the task of this name.
    pub(super) fn find(&self, tasks: &[TaskSpec], id: &str) -> Option<u32> {
        let at = self.0.binary_search_by(|task| name(tasks, *task).cmp(id)).ok()?;
        self.0.get(at).copied()
    }
}

fn name(tasks: &[TaskSpec], task: u32) -> &str {
    tasks.get(task as usize).map_or("", |task| &task.id)
}

fn duplicate(tasks: &[TaskSpec], first: u32, at: u32) -> Error {
    let message = format!("two tasks are named {}: tasks[{first}] and tasks[{at}]", shown(name(tasks, at)));
    Error::new(Code::DuplicateTask, message).field(format!("tasks[{at}].taskId"))
}
