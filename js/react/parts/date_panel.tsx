// One date: when it runs and for which interval, why, and as which commands.
import { useEffect, useState } from "react";
import type { Task } from "../../face.js";
import { type Locale, longDay, numberText } from "../locale.js";
import { dayText } from "../plan/days.js";
import { type PlanColumns, reasonIn } from "../plan/plan_columns.js";
import { CANCELED, FAILED, KEEP_FAILED, QUEUED, TOKENS } from "../plan/tokens.js";
import { zoneTime } from "../plan/zone_clock.js";
import type { DateDetail } from "../planning/date_detail.js";
import type { PageBackfill } from "../use_backfill.js";
import { Button } from "./button_group.js";
import { canRetry } from "./can_retry.js";
import { ClockFigure } from "./clock_day.js";
import { type PartProps, Root } from "./root.js";
import { whenAnswered } from "./when_answered.js";

export interface DatePanelProps extends PartProps {
  backfill: Pick<PageBackfill, "plan" | "locale" | "selected" | "selectedDay" | "detail" | "absence"> & {
    run: { readonly errors: ReadonlyMap<number, string>; readonly plan: Pick<PlanColumns, "tokens"> } | null;
    phase?: PageBackfill["phase"] | undefined;
    /** With it a date whose run has not succeeded has a button that runs it again, in a plan and when the backfill has ended. */
    retry?: PageBackfill["retry"] | undefined;
    unfinished?: PageBackfill["unfinished"] | undefined;
    /** With it the tasks are named where none has a command. */
    dag?: PageBackfill["dag"] | undefined;
  };
}

/** The chosen date in full. */
export function DatePanel({ backfill, className, style }: DatePanelProps) {
  const { locale, plan, selected, selectedDay, run } = backfill;
  const error = selected === null ? undefined : run?.errors.get(selected);
  const token = selected === null ? 0 : ((run?.plan ?? plan)?.tokens[selected] ?? 0);
  const { detail, absence } = useDate(backfill, token);
  // Of an earlier backfill the record says why it failed.
  const failed = error ?? (run === null ? (detail?.existing?.error ?? undefined) : undefined);
  const { retry } = backfill;
  const hasFailed = [KEEP_FAILED, FAILED, CANCELED].includes(token);
  // A run that has begun, or waits, is not told by the plan any more.
  const outcome = token >= QUEUED ? locale.meaning[TOKENS[token] ?? "queued"] : null;
  return (
    <Root part="date" label={locale.columns.date} className={className} style={style}>
      <p className="dagfill-title">
        {selectedDay === null ? locale.columns.date : longDay(locale, selectedDay)}
      </p>
      {selectedDay === null && <p className="dagfill-dim">{locale.chooseDate}</p>}
      {absence !== null && <p>{absence}</p>}
      {failed !== undefined && <p className="dagfill-bad">{failed}</p>}
      {retry !== undefined && selected !== null && hasFailed && canRetry(backfill) && (
        <Button onClick={() => retry(selected)}>{locale.retryDate}</Button>
      )}
      {detail !== null && plan !== null && (
        <Detail
          {...{ detail, outcome, locale }}
          dag={backfill.dag}
          timeZone={plan.timeZone}
          why={reasonIn(plan, detail.reason ?? null)}
        />
      )}
      {plan !== null && selectedDay !== null && <ClockFigure {...{ plan, locale }} day={selectedDay} />}
    </Root>
  );
}

interface Answer {
  detail: DateDetail | null;
  absence: string | null;
}

const NO_ANSWER: Answer = { detail: null, absence: null };

/** The details of the chosen date; an answer to an older question is dropped. Asked again when its run has another state: commands are known
 *  as they ran then. */
function useDate(backfill: DatePanelProps["backfill"], token: number) {
  const { plan, selected, selectedDay, detail: ask, absence: askAbsence } = backfill;
  const [answer, setAnswer] = useState(NO_ANSWER);
  useEffect(() => {
    if (plan === null || selectedDay === null) return setAnswer(NO_ANSWER);
    const asked: Promise<Answer> =
      selected === null
        ? askAbsence(dayText(selectedDay)).then((absence) => ({ detail: null, absence }))
        : ask(selected).then((detail) => ({ detail, absence: null }));
    return whenAnswered(
      asked.catch(() => NO_ANSWER),
      setAnswer,
    );
  }, [plan, selected, selectedDay, ask, askAbsence, token]);
  return answer;
}

/** A DAG with more texts shows the others when it is asked to. */
const MOST_TEXTS = 20;

interface DetailProps {
  detail: DateDetail;
  timeZone: string;
  why: ReturnType<typeof reasonIn>;
  outcome: string | null;
  locale: Locale;
  dag: PageBackfill["dag"] | undefined;
}

function Detail({ detail, timeZone, why, outcome, locale, dag }: DetailProps) {
  const { executionDate, dataInterval, runAfter, runId, action, existing, texts } = detail;
  const ended = existing?.finishedAt ? zoneTime(existing.finishedAt, timeZone) : null;
  const facts = [
    [locale.columns.date, zoneTime(executionDate, timeZone)],
    [locale.interval, `${zoneTime(dataInterval.start, timeZone)} –\n${zoneTime(dataInterval.end, timeZone)}`],
    [locale.runAfter, zoneTime(runAfter, timeZone)],
    [
      outcome === null ? locale.why : locale.columns.state,
      outcome ?? locale.because(action, why, existing?.state ?? null, ended),
    ],
    [locale.runId, runId],
  ] as const;
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? texts : texts.slice(0, MOST_TEXTS);
  return (
    <>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="dagfill-title">{locale.commands}</p>
      {texts.length === 0 && <p className="dagfill-dim">{taskNames(dag) || locale.noCommands}</p>}
      <ul className="dagfill-commands">
        {shown.map(({ taskId, path, text, template }) => (
          <li key={`${taskId}:${path}`}>
            <span className="dagfill-dim">
              {taskId}
              {path !== "command" && ` ${path}`}
            </span>
            <code title={template}>{text}</code>
            <Copy text={text} locale={locale} label={`${locale.copy}: ${taskId} ${path}`} />
          </li>
        ))}
      </ul>
      {shown.length < texts.length && (
        <Button onClick={() => setWhole(true)}>
          {locale.showAll(texts.length, numberText(locale, texts.length))}
        </Button>
      )}
    </>
  );
}

/** The first tasks of a DAG, whatever it is: one that is invalid keeps the plan of the last valid one. */
function taskNames(dag: PageBackfill["dag"] | undefined): string {
  const tasks: unknown[] = Array.isArray(dag?.tasks) ? dag.tasks : [];
  const names = tasks.slice(0, MOST_TEXTS).map((task) => (task as Task | null)?.taskId ?? "");
  return names.join(", ") + (tasks.length > MOST_TEXTS ? ", …" : "");
}

function Copy({ text, locale, label }: { text: string; locale: Locale; label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      // A page without the right to write there: the text can be selected.
    }
  };
  return (
    <button type="button" aria-label={label} onClick={() => void copy()}>
      <span role="status">{isCopied ? locale.copied : locale.copy}</span>
    </button>
  );
}
