//! Tasks as they come in, and the order that is told.

use serde::{Deserialize, Serialize};

use crate::dag::{Dag, TaskSpec, TriggerRule};

/// A task, as the face has checked it: its names and numbers, not its templates.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskShape {
    task_id: String,
    depends_on: Vec<String>,
    trigger_rule: String,
    retries: u32,
    retry_delay: f64,
    retry_backoff: f64,
    timeout: Option<f64>,
    depends_on_past: bool,
}

impl From<TaskShape> for TaskSpec {
    fn from(task: TaskShape) -> Self {
        TaskSpec {
            id: task.task_id,
            depends_on: task.depends_on,
            trigger_rule: TriggerRule::from_name(&task.trigger_rule).unwrap_or_default(),
            retries: task.retries,
            retry_delay: task.retry_delay as i64,
            retry_backoff: task.retry_backoff,
            timeout: task.timeout.map(|timeout| timeout as i64),
            depends_on_past: task.depends_on_past,
        }
    }
}

/// Tasks in an order that runs, and in layers.
#[derive(Serialize)]
pub struct GraphShape<'a> {
    order: Vec<&'a str>,
    layers: Vec<Vec<&'a str>>,
}

impl<'a> From<&'a Dag> for GraphShape<'a> {
    fn from(dag: &'a Dag) -> Self {
        let name = |task: &u32| dag.task(*task).map_or("", |task| task.id.as_str());
        GraphShape {
            order: dag.order().iter().map(name).collect(),
            layers: dag.layers().iter().map(|layer| layer.iter().map(name).collect()).collect(),
        }
    }
}
