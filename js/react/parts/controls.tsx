// The buttons of a backfill. Those that clear results, or cannot be undone, ask first.
import { useEffect, useState } from "react";
import { numberText } from "../locale.js";
import { KEEP_FAILED, startingOf } from "../plan/tokens.js";
import type { PageBackfill } from "../use_backfill.js";
import { Button, ButtonGroup } from "./button_group.js";
import { canRetry } from "./can_retry.js";

/** Warnings of a plan that a start would be refused for. */
const REFUSALS = new Set(["backfill_active", "interrupted_backfill"]);

/** Also for want of an executor. The same warning with a count is of single tasks, and refuses nothing. */
const isRefusal = ({ code, count }: PageBackfill["warnings"][number]) =>
  REFUSALS.has(code) || (code === "tasks_not_run" && count === undefined);

type Asking = "run" | "cancel" | null;

export function Controls({ backfill }: { backfill: PageBackfill }) {
  const { phase, locale, run } = backfill;
  const [asking, setAsking] = useState<Asking>(null);
  const answered = () => setAsking(null);
  // A question about a run that has ended meanwhile is void.
  useEffect(() => {
    if (phase === "finished" || phase === "stopped") setAsking(null);
  }, [phase]);
  return (
    <ButtonGroup
      label={locale.runs}
      state={`${phase}${run?.state}${run?.isAsked}${asking}`}
      dismiss={asking === null ? null : answered}
    >
      {asking === null ? (
        <Buttons backfill={backfill} ask={setAsking} />
      ) : (
        <Question backfill={backfill} asking={asking} answered={answered} />
      )}
    </ButtonGroup>
  );
}

function Buttons({ backfill, ask }: { backfill: PageBackfill; ask: (asking: Asking) => void }) {
  const { phase, locale, counts, plan, isStale, progress, error } = backfill;
  const left = counts[KEEP_FAILED] ?? 0;
  const retry = canRetry(backfill) && <Button onClick={() => backfill.retry()}>{locale.retry}</Button>;
  switch (phase) {
    case "no_dag":
    case "no_store":
      return null;
    case "planning":
    case "invalid":
    case "ready": {
      if ((error as { code?: unknown } | null)?.code === "STORE_FAILED")
        return <Button onClick={backfill.replan}>{locale.tryAgain}</Button>;
      const starting = startingOf(counts);
      const isRefused = backfill.warnings.some(isRefusal);
      const isReady = phase === "ready" && !isStale && starting > 0 && !isRefused;
      const run = plan !== null && plan.replaced > 0 ? () => ask("run") : backfill.start;
      return (
        <>
          <Button isPrimary isDisabled={!isReady} onClick={run}>
            {locale.run(starting, numberText(locale, starting))}
          </Button>
          {left > 0 && !isRefused && retry}
        </>
      );
    }
    case "finished":
    case "stopped": {
      const isWhole =
        progress !== null && progress.failed + progress.canceled + progress.remaining + left === 0;
      return (
        <>
          {!isWhole && retry}
          <Button isPrimary={isWhole} onClick={backfill.close}>
            {locale.backToPlan}
          </Button>
        </>
      );
    }
    case "canceling": {
      const running = progress?.running ?? 0;
      if (running === 0 || backfill.run?.isAborting) return null;
      return (
        <Button onClick={() => backfill.cancel({ running: "abort" })}>{locale.abortRunning(running)}</Button>
      );
    }
    default: {
      // Of a backfill that is watched, as far as its driver has come.
      const { state, isAsked = false } = backfill.run ?? {};
      const now = state ?? phase;
      return (
        <>
          {now === "running" && (
            <Button isDisabled={isAsked} onClick={backfill.pause}>
              {locale.pause}
            </Button>
          )}
          {now === "paused" && (
            <Button isPrimary isDisabled={isAsked} onClick={() => backfill.resume()}>
              {locale.resume}
            </Button>
          )}
          {now === "awaiting_approval" ? (
            <>
              <Button isPrimary isDisabled={isAsked} onClick={() => backfill.approve(true)}>
                {locale.approve}
              </Button>
              <Button isDisabled={isAsked} onClick={() => backfill.approve(false)}>
                {locale.reject}
              </Button>
            </>
          ) : (
            <Button onClick={() => ask("cancel")}>{locale.cancel}</Button>
          )}
          {phase === "watching" && <Button onClick={backfill.close}>{locale.backToPlan}</Button>}
        </>
      );
    }
  }
}

function Question(props: { backfill: PageBackfill; asking: Exclude<Asking, null>; answered: () => void }) {
  const { backfill, asking, answered } = props;
  const { locale, plan, progress } = backfill;
  const act = (work: () => unknown) => () => {
    answered();
    void work();
  };
  const replaced = plan?.replaced ?? 0;
  const running = progress?.running ?? 0;
  return (
    <>
      {asking === "run" ? (
        <>
          <p role="alert">{locale.replaces(replaced, numberText(locale, replaced))}</p>
          <Button isPrimary onClick={act(backfill.start)}>
            {locale.runAnyway}
          </Button>
        </>
      ) : (
        <>
          <Button onClick={act(() => backfill.cancel({ running: "finish" }))}>
            {locale.finishRunning(running)}
          </Button>
          {running > 0 && (
            <Button onClick={act(() => backfill.cancel({ running: "abort" }))}>
              {locale.abortRunning(running)}
            </Button>
          )}
        </>
      )}
      <Button onClick={answered}>{asking === "run" ? locale.dismiss : locale.keepRunning}</Button>
    </>
  );
}
