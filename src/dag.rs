//! A graph of tasks: what depends on what, in which order, and when a task may run. A [`Dag`] that exists has no cycle.

use crate::error::{Code, Detail, Error, Result, quoted};

mod edges;
mod names;
mod order;
mod rule;
mod subset;

use edges::Edges;
use names::Names;
pub use rule::{Decision, TriggerRule, Upstreams};
pub use subset::Subset;

/// One task as its author wrote it. Durations are milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskSpec {
    /// The name, unique within the DAG and not empty.
    pub id: String,
    /// Names of the tasks that this one comes after.
    pub depends_on: Vec<String>,
    /// Which ends of those tasks let this one run.
    pub trigger_rule: TriggerRule,
    /// How often a failed attempt is followed by another.
    pub retries: u32,
    /// Pause before another attempt.
    pub retry_delay: i64,
    /// Each further pause is this many times as long; 1 keeps it.
    pub retry_backoff: f64,
    /// How long one attempt may take.
    pub timeout: Option<i64>,
    /// Only runs when the same task succeeded, or was skipped, for the logical date before.
    pub depends_on_past: bool,
}

/// A task without a name, dependencies, retries or limits.
impl Default for TaskSpec {
    fn default() -> TaskSpec {
        TaskSpec {
            id: String::new(),
            depends_on: Vec::new(),
            trigger_rule: TriggerRule::default(),
            retries: 0,
            retry_delay: 0,
            retry_backoff: 1.0,
            timeout: None,
            depends_on_past: false,
        }
    }
}

/// A checked graph. Tasks are named by their index in the order of declaration, so that machines need no strings.
///
/// ```
/// use dagfill::dag::{Dag, TaskSpec};
/// let task = |id: &str, after: &[&str]| TaskSpec {
///     id: id.into(),
///     depends_on: after.iter().map(|id| id.to_string()).collect(),
///     ..TaskSpec::default()
/// };
/// let dag = Dag::new(vec![task("load", &["extract"]), task("extract", &[]), task("check", &["load"])]).unwrap();
/// assert_eq!(dag.order(), [1, 0, 2]);
/// assert_eq!(dag.layers(), [vec![1], vec![0], vec![2]]);
///
/// let error = Dag::new(vec![task("load", &["check"]), task("check", &["load"])]).unwrap_err();
/// assert_eq!(error.code.as_str(), "CYCLE");
/// assert!(error.message.contains("load -> check -> load"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dag {
    tasks: Vec<TaskSpec>,
    names: Names,
    upstream: Edges,
    downstream: Edges,
    order: Vec<u32>,
}

impl Dag {
    /// Checks the tasks. The error names the field, such as `tasks[2].dependsOn[1]`:
    /// DUPLICATE_TASK, UNKNOWN_TASK (with the nearest name), CYCLE (details.path; a task that depends on itself is the shortest),
    /// INVALID_DAG for a task without a name or a dependency that is named twice. For n tasks and dependencies, n log n.
    pub fn new(tasks: Vec<TaskSpec>) -> Result<Dag> {
        let names = Names::new(&tasks)?;
        let upstream = Edges::new(read_dependencies(&tasks, &names)?);
        let downstream = upstream.reversed();
        let order = match order::sort(&upstream, &downstream) {
            Ok(order) => order,
            Err(cycle) => return Err(cycle_error(&tasks, &cycle)),
        };
        Ok(Dag { tasks, names, upstream, downstream, order })
    }

    /// The tasks in the order of declaration.
    pub fn tasks(&self) -> &[TaskSpec] {
        &self.tasks
    }

    /// How many tasks there are.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether there is no task at all.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// The task at an index.
    pub fn task(&self, task: u32) -> Option<&TaskSpec> {
        self.tasks.get(task as usize)
    }

    /// The index of a task by its name.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.names.find(&self.tasks, id)
    }

    /// The tasks that `task` comes after, as declared; none for an index without task.
    pub fn upstream(&self, task: u32) -> &[u32] {
        self.upstream.of(task)
    }

    /// The tasks that come after `task`, in the order of declaration.
    pub fn downstream(&self, task: u32) -> &[u32] {
        self.downstream.of(task)
    }

    /// Every task after those it depends on; among those that could come next, the one that was declared first.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// Rows for drawing: a task stands one row below the lowest task it depends on; a row is in the order of declaration.
    pub fn layers(&self) -> Vec<Vec<u32>> {
        order::layers(&self.order, &self.upstream)
    }
}

/// Turns names into indices.
fn read_dependencies(tasks: &[TaskSpec], names: &Names) -> Result<Vec<Vec<u32>>> {
    // The last task that named a dependency: finds what is named twice without a set for each task.
    let mut named_by: Vec<Option<usize>> = vec![None; tasks.len()];
    let mut all = Vec::with_capacity(tasks.len());
    for (at, task) in tasks.iter().enumerate() {
        let mut dependencies = Vec::with_capacity(task.depends_on.len());
        for (position, id) in task.depends_on.iter().enumerate() {
            let field = || format!("tasks[{at}].dependsOn[{position}]");
            let Some(dependency) = names.find(tasks, id) else {
                let message =
                    format!("task {} depends on {}, which is no task of this DAG", shown(&task.id), shown(id));
                let names = tasks.iter().map(|task| task.id.as_str()).filter(|name| *name != task.id);
                return Err(Error::new(Code::UnknownTask, message).field(field()).did_you_mean(id, names));
            };
            if let Some(last) = named_by.get_mut(dependency as usize)
                && last.replace(at) == Some(at)
            {
                let message = format!("task {} names {} twice in dependsOn", shown(&task.id), shown(id));
                return Err(Error::new(Code::InvalidDag, message).field(field()));
            }
            dependencies.push(dependency);
        }
        all.push(dependencies);
    }
    Ok(all)
}

/// `cycle` holds each task once, each before one that depends on it, the last before the first.
fn cycle_error(tasks: &[TaskSpec], cycle: &[u32]) -> Error {
    let name = |task: &u32| tasks.get(*task as usize).map(|task| task.id.clone()).unwrap_or_default();
    let path: Vec<String> = cycle.iter().chain(cycle.first()).map(name).collect();
    let field = cycle.first().and_then(|first| {
        let last = cycle.last().map(name)?;
        let position = tasks.get(*first as usize)?.depends_on.iter().position(|id| *id == last)?;
        Some(format!("tasks[{first}].dependsOn[{position}]"))
    });
    let who = if cycle.len() == 1 { "a task waits for itself" } else { "the tasks wait for each other" };
    Error::new(Code::Cycle, format!("{who}: {}", drawn(&path)))
        .field(field.unwrap_or_else(|| "tasks".into()))
        .detail("path", Detail::Texts(path))
}

/// A path for a sentence; a long one is cut in the middle.
fn drawn(path: &[String]) -> String {
    const KEPT: usize = 12;
    let names: Vec<String> = path.iter().map(|id| cut(id)).collect();
    match (names.get(..KEPT), names.last()) {
        (Some(head), Some(last)) if names.len() > KEPT + 1 => {
            format!("{} -> ({} more) -> {last}", head.join(" -> "), names.len() - KEPT - 1)
        }
        _ => names.join(" -> "),
    }
}

fn cut(id: &str) -> String {
    const LONGEST: usize = 80;
    let mut shown: String = id.chars().take(LONGEST).collect();
    if shown.len() < id.len() {
        shown.push('…');
    }
    shown
}

fn shown(id: &str) -> String {
    quoted(&cut(id))
}
