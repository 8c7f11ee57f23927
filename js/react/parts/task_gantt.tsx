// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keys.
// The tasks of one run over time, in the order of the DAG.
import { useEffect, useMemo, useState } from "react";
import { validateDag } from "../../face.js";
import { kebab } from "../draw/palette.js";
import type { TaskMark } from "../run/task_marks.js";
import { TOKEN_OF_TASK } from "../run/task_tokens.js";
import type { PageBackfill } from "../use_backfill.js";
import { Glyph } from "./glyph.js";
import { type PartProps, Root } from "./root.js";
import { useVirtualRows } from "./virtual_rows.js";

export interface TaskGanttProps extends PartProps {
  backfill: Pick<PageBackfill, "dag" | "run" | "version" | "locale" | "selected" | "runId" | "taskMarks">;
  /** Default: the run of the chosen date. */
  runId?: string | undefined;
  /** Most pixels of height; more tasks are scrolled. Default 480. */
  maxHeight?: number | undefined;
}

const ROW = 24;

/** The tasks of a DAG in an order in which each comes behind those it depends on; as written where there is none. */
export function useTaskOrder(dag: PageBackfill["dag"]): readonly string[] {
  const written = useMemo(() => (dag?.tasks ?? []).map(({ taskId }) => taskId), [dag]);
  const [order, setOrder] = useState(written);
  useEffect(() => {
    try {
      setOrder(dag === null ? written : validateDag(dag).order);
    } catch {
      setOrder(written);
    }
  }, [dag, written]);
  return order;
}

/** When each task of a run began and ended. */
export function TaskGantt({ backfill, runId, maxHeight = 480, className, style }: TaskGanttProps) {
  const { locale, dag, selected } = backfill;
  const order = useTaskOrder(dag);
  const shown = runId ?? (selected === null ? null : backfill.runId(selected));
  const marks = shown === null ? null : backfill.taskMarks(shown);
  return (
    <Root part="gantt" label={locale.taskTimes} className={className} style={style}>
      {order.length === 0 || marks === null || marks.size === 0 ? (
        <p className="dagfill-dim">
          {order.length === 0
            ? locale.noTasks
            : shown === null && selected === null
              ? locale.chooseForTasks
              : locale.notStarted}
        </p>
      ) : (
        <Bars {...{ order, marks, locale, maxHeight }} />
      )}
    </Root>
  );
}

interface BarsProps {
  order: readonly string[];
  marks: ReadonlyMap<string, TaskMark>;
  locale: PageBackfill["locale"];
  maxHeight: number;
}

/** Only the tasks in sight are elements. */
function Bars({ order, marks, locale, maxHeight }: BarsProps) {
  const { box, onScroll, sheet, start: first, page } = useVirtualRows(order.length, ROW);
  const begun = [...marks.values()].filter(({ start }) => start !== null);
  const from = Math.min(...begun.map(({ start }) => start as number));
  const now = useNow(begun.some(({ end }) => end === null));
  const to = Math.max(from + 1, ...begun.map(({ end }) => end ?? now));
  const share = (at: number) => `${((at - from) / (to - from)) * 100}%`;
  const scrolls = order.length * ROW > maxHeight;
  return (
    <div
      ref={box}
      className="dagfill-scroll"
      style={{ maxHeight }}
      tabIndex={scrolls ? 0 : undefined}
      {...{ onScroll }}
    >
      <ol style={{ height: sheet, paddingBlockStart: first * ROW }}>
        {order.slice(first, first + page + 2).map((taskId, place) => {
          const mark = marks.get(taskId);
          const token = mark === undefined ? "keep" : TOKEN_OF_TASK[mark.state];
          const state = mark === undefined ? "" : locale.task[mark.state];
          const { start = null, end = null } = mark ?? {};
          const length = start === null ? "" : `, ${locale.duration((end ?? now) - start)}`;
          return (
            <li
              key={taskId}
              data-state={mark?.state}
              aria-posinset={first + place + 1}
              aria-setsize={order.length}
            >
              <span className="dagfill-task" title={taskId}>
                <Glyph token={token} /> {taskId}
              </span>
              <span className="dagfill-track">
                {start !== null && (
                  <span
                    className={`dagfill-t-${kebab(token)}`}
                    style={{
                      insetInlineStart: share(start),
                      width: `max(3px, ${share(from + (end ?? now) - start)})`,
                    }}
                  />
                )}
              </span>
              <span className="dagfill-dim" title={mark?.error ?? `${state}${length}`}>
                {state}
                {length}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** The time, again and again while something runs. */
function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
