// biome-ignore-all lint/a11y/useSemanticElements: a grid of any size cannot be made of table elements.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and the keys; the cell that it describes does not.
// Dates by tasks: how each task of each run stands.
import { type KeyboardEvent, type PointerEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { prepareCanvas, useSize } from "../draw/canvas.js";
import { CELL, drawTaskGrid, type GridView, HEAD } from "../draw/draw_task_grid.js";
import { usePalette } from "../draw/palette.js";
import { longDay } from "../locale.js";
import { dayOfRow } from "../plan/day_columns.js";
import { clock } from "../plan/days.js";
import type { PlanColumns } from "../plan/plan_columns.js";
import { AGAIN, INTERRUPTED, QUEUED, RUNNING, TOKENS } from "../plan/tokens.js";
import type { TaskState } from "../run/task_marks.js";
import { isOpenTask, TOKEN_OF_TASK } from "../run/task_tokens.js";
import type { PageBackfill } from "../use_backfill.js";
import { NoPlan } from "./no_plan.js";
import { type PartProps, Root } from "./root.js";
import { stateWords } from "./run_table.js";
import { useTaskOrder } from "./task_gantt.js";

export interface TaskGridProps extends PartProps {
  backfill: Pick<
    PageBackfill,
    "dag" | "plan" | "run" | "version" | "locale" | "selected" | "select" | "runId" | "taskMarks"
  > & { phase?: PageBackfill["phase"] | undefined };
  /** Most pixels of height. Default 340. */
  maxHeight?: number | undefined;
  theme?: unknown;
}

/** A column a date, a row a task, as Airflow's grid has them. */
export function TaskGrid({ backfill, maxHeight = 340, className, style, theme }: TaskGridProps) {
  const { plan, locale, dag } = backfill;
  const order = useTaskOrder(dag);
  return (
    <Root part="grid" label={locale.tasks} className={className} style={style}>
      {plan === null ? (
        <NoPlan backfill={backfill} />
      ) : order.length === 0 ? (
        <p className="dagfill-dim">{locale.noTasks}</p>
      ) : (
        <Cells {...{ backfill, plan, order, maxHeight, theme }} />
      )}
    </Root>
  );
}

interface CellsProps {
  backfill: TaskGridProps["backfill"];
  plan: PlanColumns;
  order: readonly string[];
  maxHeight: number;
  theme: unknown;
}

function Cells({ backfill, plan, order, maxHeight, theme }: CellsProps) {
  const { locale, version, selected, select, runId, taskMarks } = backfill;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(box);
  const palette = usePalette(box, theme);
  const [scroll, setScroll] = useState({ left: 0, top: 0 });
  const [task, setTask] = useState(0);
  const [hasFocus, setFocus] = useState(false);
  const height = Math.min(maxHeight, HEAD + order.length * CELL + 2);
  const names = Math.min(160, Math.round(width * 0.35));
  const view: GridView = { ...scroll, width, height, names };
  const row = selected ?? 0;

  /** The state of a task at a date, where its run has begun; null for the others, which look as their date does. */
  const stateAt = (at: number, taskId: string): TaskState | null => {
    const token = plan.tokens[at] ?? 0;
    if (token <= AGAIN || token === QUEUED) return null;
    const ownId = runId(at);
    const known = ownId === null ? undefined : taskMarks(ownId).get(taskId);
    if (token === INTERRUPTED && known !== undefined && isOpenTask(known.state)) return null;
    // A task without a state waits while its run goes on; of a run that has ended it is as its date.
    return known?.state ?? (token === RUNNING ? "queued" : null);
  };
  const tokenAt = (at: number, taskId: string): number => {
    const state = stateAt(at, taskId);
    return state === null ? (plan.tokens[at] ?? 0) : TOKENS.indexOf(TOKEN_OF_TASK[state]);
  };
  // The version stands for what is in the columns and marks.
  useLayoutEffect(() => {
    const context = prepareCanvas(canvas.current, width, height);
    const cursor = selected === null && !hasFocus ? null : { row, task };
    if (context) drawTaskGrid(context, { plan, order, tokenAt, locale, cursor }, view, palette);
  }, [plan, order, version, palette, scroll, width, height, row, task, hasFocus, selected, locale]);

  const reveal = (at: number, ofTask: number) => {
    const element = box.current;
    if (!element) return;
    const [seen, high] = [width - names - CELL, height - HEAD - CELL];
    element.scrollLeft = Math.min(Math.max(element.scrollLeft, at * CELL - seen), at * CELL);
    element.scrollTop = Math.min(Math.max(element.scrollTop, ofTask * CELL - high), ofTask * CELL);
  };
  // A date that is chosen elsewhere comes into sight, too.
  useLayoutEffect(() => {
    if (selected !== null && !hasFocus) reveal(selected, task);
  }, [selected]);
  const go = (at: number, ofTask: number) => {
    const to = Math.max(0, Math.min(plan.total - 1, at));
    const toTask = Math.max(0, Math.min(order.length - 1, ofTask));
    setTask(toTask);
    select(to);
    reveal(to, toTask);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((width - names) / CELL) - 1);
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
      PageUp: [-page, 0],
      PageDown: [page, 0],
      Home: [-plan.total, 0],
      End: [plan.total, 0],
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    go(row + step[0], task + step[1]);
  };
  const onPointerUp = (event: PointerEvent) => {
    const rect = box.current?.getBoundingClientRect();
    if (!rect) return;
    const [x, y] = [event.clientX - rect.left - names, event.clientY - rect.top - HEAD];
    if (x >= 0 && y >= 0) go(Math.floor((x + scroll.left) / CELL), Math.floor((y + scroll.top) / CELL));
  };
  const taskId = order[task] ?? "";
  const state = stateAt(row, taskId);
  const words =
    state === null
      ? stateWords(plan, locale, plan.tokens[row] ?? 0, plan.reasons[row] ?? 0)
      : locale.task[state];
  const day = longDay(locale, dayOfRow(plan, row));
  const time = clock(plan.dates[row] ?? 0, plan.offsets[row] ?? 0);
  return (
    <div
      className="dagfill-scroll-both"
      style={{ height }}
      role="grid"
      aria-label={locale.tasks}
      aria-rowcount={order.length}
      aria-colcount={plan.total}
      aria-activedescendant={plan.total > 0 ? `${id}cell` : undefined}
      tabIndex={0}
      ref={box}
      onScroll={({ currentTarget: { scrollLeft: left, scrollTop: top } }) => setScroll({ left, top })}
      onFocus={() => setFocus(true)}
      onBlur={() => setFocus(false)}
      {...{ onKeyDown, onPointerUp }}
    >
      <div className="dagfill-view" style={{ height, width }} aria-hidden="true">
        <canvas ref={canvas} />
      </div>
      <div
        aria-hidden="true"
        style={{ width: names + plan.total * CELL, height: HEAD + order.length * CELL, marginTop: -height }}
      />
      <div className="dagfill-unseen" role="row">
        <span role="gridcell" id={`${id}cell`} aria-rowindex={task + 1} aria-colindex={row + 1}>
          {`${taskId}, ${day} ${time}: ${words}`}
        </span>
      </div>
    </div>
  );
}
