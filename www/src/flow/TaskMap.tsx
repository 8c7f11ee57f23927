import { Panel, useReactFlow, useStore } from "@xyflow/react";
import { type PointerEvent, useMemo } from "react";
import type { TaskNode } from "./toReactFlow";

/** All tasks in small, and which part of them is in sight; a press leads there. One path for all: an element for each of thousands takes
 *  seconds to draw. */
export function TaskMap({ nodes }: { nodes: readonly TaskNode[] }) {
  const flow = useReactFlow();
  const [x, y, zoom] = useStore((state) => state.transform);
  const [width, height] = [useStore((state) => state.width), useStore((state) => state.height)];
  const { box, path } = useMemo(() => mapOf(nodes), [nodes]);
  const lead = (event: PointerEvent<SVGSVGElement>) => {
    if (event.buttons !== 1) return;
    const seen = event.currentTarget.getBoundingClientRect();
    const across = (event.clientX - seen.left) / seen.width;
    const down = (event.clientY - seen.top) / seen.height;
    void flow.setCenter(box.x + across * box.width, box.y + down * box.height, { zoom });
  };
  return (
    <Panel position="bottom-left">
      <svg
        className="task-map"
        role="img"
        aria-label="Map of all tasks"
        viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`}
        // A chain of tasks is a thousand times higher than wide.
        preserveAspectRatio="none"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          lead(event);
        }}
        onPointerMove={lead}
      >
        <path d={path} />
        <rect x={-x / zoom} y={-y / zoom} width={width / zoom} height={height / zoom} />
      </svg>
    </Panel>
  );
}

function mapOf(nodes: readonly TaskNode[]) {
  let [left, top, right, bottom] = [0, 0, 1, 1];
  const parts = nodes.map(({ position: { x, y }, measured }) => {
    const [width, height] = [measured?.width ?? 0, measured?.height ?? 0];
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x + width), Math.max(bottom, y + height)];
    return `M${Math.round(x)} ${Math.round(y)}h${width}v${Math.round(height)}h${-width}z`;
  });
  return { box: { x: left, y: top, width: right - left, height: bottom - top }, path: parts.join("") };
}
