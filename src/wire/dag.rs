//! Tasks as they come in, and the order that is told.

use serde::Serialize;

use super::Input;
use crate::dag::{Dag, TaskSpec, TriggerRule};

/// Tasks, as the face has checked them: their names and numbers, not their templates.
pub fn read_tasks(tasks: &impl Input) -> Vec<TaskSpec> {
    tasks.items().iter().map(read_task).collect()
}

fn read_task(task: &impl Input) -> TaskSpec {
    TaskSpec {
        id: task.text("taskId").unwrap_or_default(),
        depends_on: task.field("dependsOn").map(|names| names.as_texts()).unwrap_or_default(),
        trigger_rule: task.text("triggerRule").and_then(|name| TriggerRule::from_name(&name)).unwrap_or_default(),
        retries: task.number("retries").unwrap_or(0.0) as u32,
        retry_delay: task.number("retryDelay").unwrap_or(0.0) as i64,
        retry_backoff: task.number("retryBackoff").unwrap_or(1.0),
        timeout: task.number("timeout").map(|timeout| timeout as i64),
        depends_on_past: task.flag("dependsOnPast"),
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
