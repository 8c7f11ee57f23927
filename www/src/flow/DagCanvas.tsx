import "@xyflow/react/dist/base.css";
import "./flow.css";
import {
  applyNodeChanges,
  type Connection,
  Controls,
  Handle,
  type NodeChange,
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowInstance,
} from "@xyflow/react";
import { TOKEN_OF_TASK } from "dagfill/planning";
import { memo, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { DagView, Draft, DraftTask } from "../model";
import type { TasksProps } from "../TaskList";
import { TaskMark } from "../TaskMark";
import { sayUnknown, Template } from "../Template";
import { connectTasks, deleteTask } from "../tasks";
import { CycleEdge } from "./CycleEdge";
import { FindTask } from "./FindTask";
import { TaskMap } from "./TaskMap";
import { NODE_WIDTH, type TaskNode, toEdges, toNodes, withRun } from "./toReactFlow";

const nodeTypes = { task: memo(TaskCard) };
const edgeTypes = { cycle: CycleEdge };
/** Above this many tasks the graph has a field to find one and a map; above the second number it does not fit as a whole. */
const MANY = 12;
const LEGIBLE = 60;
const EMPTY: DagView = { layers: [], error: null, cycle: [], unknown: new Map() };

/** The DAG as a graph. Its text comes with the selected date; the layout only changes with the DAG. */
export default function DagCanvas({
  draft,
  dag,
  detail,
  states,
  editable,
  change,
  onRefuse,
  onEdit,
}: TasksProps & {
  onRefuse: (cycle: string[]) => void;
  onEdit: (taskId: string | null) => void;
}) {
  const { tasks } = draft;
  const moved = useRef(new Map<string, { x: number; y: number }>());
  const flow = useRef<ReactFlowInstance<TaskNode>>(null);
  const touched = useRef(false);
  const [nodes, setNodes] = useState<TaskNode[]>([]);
  const view = dag ?? EMPTY;
  const fit = useMemo(() => fitOf(tasks, view), [tasks, view]);
  const latestFit = useRef(fit);
  latestFit.current = fit;
  // Names and edges decide where nodes stand; commands do not.
  useEffect(() => {
    setNodes((before) => {
      const known = new Map(before.map((node) => [node.id, node]));
      return toNodes(tasks, view, moved.current).map((node) => {
        const { selected, measured, handles } = known.get(node.id) ?? node;
        return { ...node, selected, measured, handles };
      });
    });
  }, [tasks, view]);
  const shown = useMemo(() => withRun(nodes, detail, states), [nodes, detail, states]);
  const edges = useMemo(() => toEdges(tasks, view.cycle), [tasks, view]);

  const onNodesChange = useCallback((changes: NodeChange<TaskNode>[]) => {
    // The commands of the selected date arrive after the first layout and make the cards higher.
    if (changes.some((each) => each.type === "dimensions"))
      requestAnimationFrame(() => {
        // The graph must not move away under a pointer that is down.
        if (!touched.current) flow.current?.fitView(latestFit.current);
      });
    for (const each of changes)
      if (each.type === "position" && each.position) moved.current.set(each.id, each.position);
    // Where a card that has been drawn has its handles is read from it.
    const drawn = new Set(changes.flatMap((each) => (each.type === "dimensions" ? [each.id] : [])));
    setNodes((before) =>
      applyNodeChanges(
        changes.filter((each) => each.type !== "remove"),
        before,
      ).map((node) => (drawn.has(node.id) && node.handles ? { ...node, handles: undefined } : node)),
    );
  }, []);
  const onConnect = ({ source, target }: Connection) => {
    const result = connectTasks(tasks, source, target);
    if (Array.isArray(result)) change((before) => connected(before.tasks, source, target));
    else onRefuse(result.cycle);
  };

  return (
    <div
      className="dag-canvas"
      onPointerDownCapture={() => {
        touched.current = true;
      }}
    >
      <ReactFlow
        onInit={(instance) => {
          flow.current = instance;
        }}
        aria-label="Tasks and their order"
        nodes={shown}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onConnect={onConnect}
        onNodesDelete={(gone) =>
          change((before) => ({
            tasks: gone.reduce(
              (left, node) =>
                deleteTask(
                  left,
                  left.findIndex((task) => task.taskId === node.id),
                ),
              before.tasks,
            ),
          }))
        }
        onEdgesDelete={(gone) =>
          change((before) => ({
            tasks: before.tasks.map((task) => ({
              ...task,
              dependsOn: task.dependsOn.filter(
                (id) => !gone.some((edge) => edge.source === id && edge.target === task.taskId),
              ),
            })),
          }))
        }
        onSelectionChange={({ nodes: chosen }) =>
          onEdit(chosen.length === 1 ? (chosen[0]?.id ?? null) : null)
        }
        nodesConnectable={editable}
        nodesDraggable
        // A node that is not in sight is not drawn.
        onlyRenderVisibleElements
        deleteKeyCode={editable ? ["Delete", "Backspace"] : null}
        fitView
        fitViewOptions={fit}
        minZoom={0.15}
        // Small graphs: near an edge of the canvas the target would slip away under the pointer.
        autoPanOnConnect={false}
        preventScrolling={false}
        zoomOnScroll={false}
        proOptions={{ hideAttribution: false }}
      >
        <Controls
          position="top-right"
          showInteractive={false}
          fitViewOptions={{ minZoom: 0.15, maxZoom: 1 }}
        />
        {tasks.length > MANY && (
          <>
            <FindTask
              tasks={tasks}
              onFind={(taskId) => {
                touched.current = true;
                setNodes((before) => before.map((node) => ({ ...node, selected: node.id === taskId })));
                const node = flow.current?.getNode(taskId);
                if (!node) return;
                const middle = (node.measured?.height ?? 100) / 2;
                const { x, y } = node.position;
                void flow.current?.setCenter(x + NODE_WIDTH / 2, y + middle, { zoom: 1 });
              }}
            />
            <TaskMap nodes={nodes} />
          </>
        )}
      </ReactFlow>
    </div>
  );
}

/** Adds the edge to the newest tasks; changes nothing where it would close a cycle by now. */
function connected(tasks: DraftTask[], source: string, target: string): Partial<Draft> {
  const result = connectTasks(tasks, source, target);
  return Array.isArray(result) ? { tasks: result } : {};
}

/** Small graphs as a whole, large ones from their first tasks on. */
function fitOf(tasks: TasksProps["draft"]["tasks"], dag: DagView) {
  if (tasks.length <= MANY) return { minZoom: 0.72, maxZoom: 1 };
  if (tasks.length <= LEGIBLE) return { minZoom: 0.15, maxZoom: 1 };
  const order = dag.layers.length ? dag.layers.flat() : tasks.map(({ taskId }) => taskId);
  return { minZoom: 0.5, maxZoom: 1, nodes: order.slice(0, MANY).map((id) => ({ id })) };
}

function TaskCard({ data, selected }: NodeProps<TaskNode>) {
  return (
    <div className="task-card" data-selected={selected} data-state={data.state && TOKEN_OF_TASK[data.state]}>
      <Handle type="target" position={Position.Top} />
      <header>
        <strong>{data.taskId}</strong>
        <TaskMark state={data.state} />
      </header>
      <Template text={data.command} unknown={data.unknown} />
      {data.rendered && data.rendered !== data.command && <code className="rendered">{data.rendered}</code>}
      {data.unknown.map((each) => (
        <span key={each.start} className="warn">
          {sayUnknown(each)}
        </span>
      ))}
      <Handle type="source" position={Position.Bottom} />
    </div>
  );
}
