import { type Edge, type Node, Position } from "@xyflow/react";
import { englishStates } from "dagfill/planning";
import type { DagView, DraftTask, RowDetail, TaskState, TaskStates, UnknownMacro } from "../model";
import { placeTasks } from "./layout";

/** From the package's words to React Flow's. */
export interface TaskData extends Record<string, unknown> {
  taskId: string;
  command: string;
  rendered: string;
  /** In the selected run; absent when the task was not reached. */
  state: TaskState | undefined;
  unknown: readonly UnknownMacro[];
}
export type TaskNode = Node<TaskData, "task">;

export const NODE_WIDTH = 270;
const GAP = 36;
const LINE = 17;
const CHARACTERS_A_LINE = 33;

/** A node holds the command twice: as written, and as it runs; what is unknown in it is said below. */
function heightOf(command: string, unknown: number): number {
  return 40 + 2 * LINE * (Math.ceil(command.length / CHARACTERS_A_LINE) + unknown);
}

export function toNodes(
  tasks: readonly DraftTask[],
  dag: DagView,
  moved: ReadonlyMap<string, { x: number; y: number }>,
): TaskNode[] {
  const known = new Map(tasks.map((task) => [task.taskId, task]));
  // A DAG with a cycle has no layers: then tasks stand below each other as they are listed.
  const layers = dag.layers.length ? dag.layers : tasks.map((task) => [task.taskId]);
  const heights = new Map(
    tasks.map(({ taskId, command }) => [taskId, heightOf(command, dag.unknown.get(taskId)?.length ?? 0)]),
  );
  const places = placeTasks(layers, (id) => known.get(id)?.dependsOn ?? [], {
    width: NODE_WIDTH,
    gap: GAP,
    height: (id) => heights.get(id) ?? 0,
  });
  return tasks.map((task) => ({
    id: task.taskId,
    type: "task",
    position: moved.get(task.taskId) ?? places.get(task.taskId) ?? { x: 0, y: 0 },
    data: {
      taskId: task.taskId,
      command: task.command,
      rendered: "",
      state: undefined,
      unknown: dag.unknown.get(task.taskId) ?? [],
    },
    width: NODE_WIDTH,
    // Known before it is drawn, so that a card that is not in sight never has to be.
    measured: { width: NODE_WIDTH, height: heights.get(task.taskId) ?? 0 },
    handles: handlesOf(heights.get(task.taskId) ?? 0),
  }));
}

const HANDLE = 12;

/** Where edges meet a card: the middle of its upper and lower side. */
function handlesOf(height: number) {
  const side = { x: (NODE_WIDTH - HANDLE) / 2, width: HANDLE, height: HANDLE };
  return [
    { ...side, type: "target" as const, position: Position.Top, y: -HANDLE / 2 },
    { ...side, type: "source" as const, position: Position.Bottom, y: height - HANDLE / 2 },
  ];
}

/** The commands and states of the selected date, put into nodes that stay where they are. */
export function withRun(nodes: TaskNode[], detail: RowDetail | null, states: TaskStates): TaskNode[] {
  const texts = new Map(detail?.commands.map((command) => [command.taskId, command.text]));
  return nodes.map((node) => {
    const rendered = texts.get(node.id) ?? "";
    const state = states.get(node.id);
    if (node.data.rendered === rendered && node.data.state === state) return node;
    const ariaLabel = state && `${node.id}, ${englishStates.task[state]}`;
    return { ...node, ariaLabel, data: { ...node.data, rendered, state } };
  });
}

export function toEdges(tasks: readonly DraftTask[], cycle: readonly string[]): Edge[] {
  const inCycle = new Set(cycle.slice(1).map((id, index) => `${cycle[index]}>${id}`));
  const ids = new Set(tasks.map((task) => task.taskId));
  return tasks.flatMap((task) =>
    task.dependsOn
      .filter((from) => ids.has(from))
      .map((from) => ({
        id: `${from}>${task.taskId}`,
        source: from,
        target: task.taskId,
        ...((inCycle.has(`${from}>${task.taskId}`) || inCycle.has(`${task.taskId}>${from}`)) && {
          className: "cycle",
          type: "cycle",
        }),
      })),
  );
}
