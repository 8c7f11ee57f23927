//! A part of a DAG, for those who run only some of its tasks.

use super::{Dag, cut, shown};
use crate::error::{Code, Error, Result};

/// A smaller DAG, and where its tasks come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Subset {
    /// The chosen tasks in the order of declaration, with the dependencies among them; dependencies on others are gone.
    pub dag: Dag,
    /// For each task of `dag` its index in the whole DAG.
    pub origin: Vec<u32>,
}

impl Dag {
    /// The tasks of these names and, with `with_upstream`, everything they depend on. UNKNOWN_TASK (field `taskIds[1]`, with the
    /// nearest name) for a name that is no task; INVALID_OPTION for no name at all. A name given twice counts once.
    pub fn subset<S: AsRef<str>>(&self, task_ids: &[S], with_upstream: bool) -> Result<Subset> {
        if task_ids.is_empty() {
            return Err(Error::new(Code::InvalidOption, "expected at least one task, got none").field("taskIds"));
        }
        let mut chosen = vec![false; self.len()];
        let mut open = Vec::with_capacity(task_ids.len());
        for (at, id) in task_ids.iter().map(AsRef::as_ref).enumerate() {
            let Some(task) = self.find(id) else {
                let names = self.tasks.iter().map(|task| task.id.as_str());
                return Err(Error::new(Code::UnknownTask, format!("{} is no task of this DAG", shown(id)))
                    .field(format!("taskIds[{at}]"))
                    .did_you_mean(&cut(id), names));
            };
            open.push(task);
        }
        while let Some(task) = open.pop() {
            let Some(mark) = chosen.get_mut(task as usize) else { continue };
            if !std::mem::replace(mark, true) && with_upstream {
                open.extend(self.upstream(task));
            }
        }
        let is_chosen = |task: u32| chosen.get(task as usize).copied().unwrap_or(false);
        let (mut tasks, mut origin) = (Vec::new(), Vec::new());
        for (at, task) in (0..).zip(&self.tasks).filter(|(at, _)| is_chosen(*at)) {
            let mut task = task.clone();
            task.depends_on.retain(|id| self.find(id).is_some_and(is_chosen));
            tasks.push(task);
            origin.push(at);
        }
        Ok(Subset { dag: Dag::new(tasks)?, origin })
    }
}
