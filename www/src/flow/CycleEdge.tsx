import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { NODE_WIDTH } from "./toReactFlow";

/** An edge of a cycle. One that leads upwards goes around the cards on their right: a straight line would be behind them. */
export function CycleEdge(edge: EdgeProps) {
  const { sourceX, sourceY, targetX, targetY } = edge;
  const path =
    targetY > sourceY
      ? getBezierPath(edge)[0]
      : `M${sourceX},${sourceY} C${sourceX + NODE_WIDTH},${sourceY + NODE_WIDTH / 3} ${targetX + NODE_WIDTH},${targetY - NODE_WIDTH / 3} ${targetX},${targetY}`;
  return (
    <BaseEdge
      path={path}
      {...(edge.interactionWidth === undefined ? {} : { interactionWidth: edge.interactionWidth })}
    />
  );
}
