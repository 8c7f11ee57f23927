//! Tasks as they come in, and the order that is told.

use super::{Fields, Input, Shape};
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
pub fn graph_shape(dag: &Dag) -> Shape {
    let names = |tasks: &[u32]| {
        let name = |task: &u32| dag.task(*task).map(|task| task.id.clone()).unwrap_or_default();
        Shape::list(tasks.iter().map(|task| Shape::Text(name(task))))
    };
    let mut fields = Fields::default();
    fields.put("order", names(dag.order()));
    fields.list("layers", dag.layers().iter().map(|layer| names(layer)));
    Shape::Fields(fields)
}
