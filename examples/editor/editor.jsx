// A DAG editor: tasks are nodes of React Flow, connecting two makes one depend on the other, and while a backfill runs
// each node has the colour of its task in the chosen run.
//
//   npm install react react-dom @xyflow/react dagfill vite
//   npx vite examples/editor
import { addEdge, ReactFlow, useEdgesState, useNodesState } from "@xyflow/react";
import { DateCalendar, PlanSummary, RunTable, useBackfill } from "dagfill/react";
import { createRoot } from "react-dom/client";
import "@xyflow/react/dist/style.css";
import "dagfill/react/styles.css";

const colours = {
  queued: "#cbd5e1",
  running: "#93c5fd",
  up_for_retry: "#fde68a",
  success: "#86efac",
  failed: "#fca5a5",
  skipped: "#f9a8d4",
  upstream_failed: "#fdba74",
  canceled: "#d6d3d1",
};
const node = (id, x, y) => ({ id, position: { x, y }, data: { label: id } });
const edge = (source, target) => ({ id: `${source}-${target}`, source, target });

/** The graph as a DAG: an edge from a to b says that b depends on a. */
function dagOf(nodes, edges) {
  const dependsOn = (id) => edges.filter(({ target }) => target === id).map(({ source }) => source);
  const tasks = nodes.map(({ id }) => ({ taskId: id, dependsOn: dependsOn(id) }));
  return { dagId: "sales", schedule: "@daily", tasks };
}

/** Stands for a call of your server. What it throws is why the task failed. */
async function executeTask({ taskId, localDate, signal }) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  signal.throwIfAborted();
  if (taskId === "load" && localDate.startsWith("2026-01-03")) throw new Error("the warehouse is full");
}

function Editor() {
  const [nodes, , onNodesChange] = useNodesState([
    node("extract", 0, 0),
    node("transform", -90, 100),
    node("check", 90, 100),
    node("load", 0, 200),
  ]);
  const [edges, setEdges, onEdgesChange] = useEdgesState([
    edge("extract", "transform"),
    edge("extract", "check"),
    edge("transform", "load"),
  ]);
  const backfill = useBackfill({
    dag: dagOf(nodes, edges), // a cycle is told by PlanSummary, and nothing starts
    options: { startDate: "2026-01-01", endDate: "2026-01-07", maxParallelRuns: 2 },
    executeTask,
  });
  const runId = backfill.selected === null ? null : backfill.runId(backfill.selected);
  const states = runId === null ? new Map() : backfill.taskStates(runId);
  const coloured = nodes.map((each) => ({ ...each, style: { background: colours[states.get(each.id)] } }));
  return (
    <main>
      <h1>Sales</h1>
      <div style={{ height: 320 }}>
        <ReactFlow
          nodes={coloured}
          edges={edges}
          onNodesChange={onNodesChange}
          onEdgesChange={onEdgesChange}
          onConnect={(connection) => setEdges((all) => addEdge(connection, all))}
          fitView
        />
      </div>
      <PlanSummary backfill={backfill} />
      <DateCalendar backfill={backfill} />
      <RunTable backfill={backfill} />
    </main>
  );
}

createRoot(document.getElementById("root")).render(<Editor />);
