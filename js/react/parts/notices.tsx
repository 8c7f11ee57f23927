// Errors, interrupted backfills and warnings, each told in one place.
import { useState } from "react";
import { errorHint, errorWords } from "../error_words.js";
import { type Locale, numberText } from "../locale.js";
import { clock, dayText, offsetText } from "../plan/days.js";
import type { ClockChange } from "../plan/plan_columns.js";
import type { PageBackfill } from "../use_backfill.js";
import { Button, ButtonGroup } from "./button_group.js";

/** Warnings that have notices of their own: the clock changes, and the interrupted backfills. */
const OWN_NOTICES = ["clock_change", "interrupted_backfill"];
/** Warnings about a start, of no use beside a backfill that is shown. */
const START_WARNINGS = ["end_is_whole_day", "backfill_active"];
const MOST_CLOCK_CHANGES = 6;
/** The code in a message, such as " (BACKFILL_ACTIVE)", of the error that a start would fail with. It is for programs. */
const ERROR_CODE = / \([A-Z_]+\)/;

export function Notices({ backfill }: { backfill: PageBackfill }) {
  const { locale, error, failure, plan, run, warnings, unfinished } = backfill;
  const notes = warnings.filter(
    ({ code }) => !OWN_NOTICES.includes(code) && (run === null || !START_WARNINGS.includes(code)),
  );
  const changes = run === null ? (plan?.clockChanges ?? []).slice(0, MOST_CLOCK_CHANGES) : [];
  const interrupted = run === null || run.phase === "finished" || run.phase === "stopped" ? unfinished : [];
  return (
    <>
      {error !== null &&
        (plan === null ? (
          <p className="dagfill-warn">{errorHint(locale, error)}</p>
        ) : (
          <Trouble error={error} locale={locale} />
        ))}
      {failure !== null && (
        <Trouble error={failure} locale={locale}>
          <Button onClick={backfill.dismiss}>{locale.dismiss}</Button>
        </Trouble>
      )}
      {interrupted.map((one) => (
        <Unfinished key={one.backfillId} backfill={backfill} one={one} />
      ))}
      {notes.length + changes.length > 0 && (
        <ul className="dagfill-notes">
          {notes.map(({ code, message }) => (
            <li key={code + message} data-code={code}>
              {message.replace(ERROR_CODE, "")}
            </li>
          ))}
          {changes.map((change) => (
            <li key={change.at} data-code="clock_change">
              {clockWords(change, locale)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** A backfill that has not ended. To discard it cannot be undone, and is asked about first. */
function Unfinished({ backfill, one }: { backfill: PageBackfill; one: PageBackfill["unfinished"][number] }) {
  const { backfillId, progress, state } = one;
  const { locale } = backfill;
  const [isAsking, setAsking] = useState(false);
  const keep = () => setAsking(false);
  const { completed, failed, total, skipped } = progress;
  const [done, due, bad] = [completed + failed, total - skipped, failed].map((count) =>
    numberText(locale, count),
  ) as [string, string, string];
  return (
    <div className="dagfill-banner" data-state={state}>
      <p>{locale.interrupted(done, due, failed > 0 ? bad : null)}</p>
      {isAsking && <p role="alert">{locale.discards}</p>}
      {state !== "interrupted" ? (
        <Button onClick={() => backfill.review(backfillId)}>{locale.watch}</Button>
      ) : (
        <ButtonGroup label={locale.discard} state={String(isAsking)} dismiss={isAsking ? keep : null}>
          {/* The keys make new buttons: React would reuse the focused Discard as "Discard it", and a second Enter would discard. */}
          {isAsking ? (
            <>
              <Button key="keep" onClick={keep}>
                {locale.keep}
              </Button>
              <Button
                key="discard"
                onClick={() => {
                  keep();
                  return backfill.discard(backfillId);
                }}
              >
                {locale.discardAnyway}
              </Button>
            </>
          ) : (
            <>
              <Button isPrimary onClick={() => backfill.resume(backfillId)}>
                {locale.resume}
              </Button>
              <Button onClick={() => setAsking(true)}>{locale.discard}</Button>
            </>
          )}
        </ButtonGroup>
      )}
    </div>
  );
}

function Trouble({ error, locale, children }: { error: Error; locale: Locale; children?: React.ReactNode }) {
  const hint = errorHint(locale, error);
  return (
    <div className="dagfill-banner dagfill-bad" role="alert">
      <p>
        {errorWords(locale, error)}
        {hint !== null && <span className="dagfill-hint">{hint}</span>}
      </p>
      {children}
    </div>
  );
}

/** The clock as it was shown until the change, and by how much it moved. */
function clockWords({ at, day, offsetBefore, offsetAfter }: ClockChange, locale: Locale): string {
  const time = `${dayText(day)} ${clock(Date.parse(at), offsetBefore)} ${offsetText(offsetBefore)}`;
  const by = locale.duration(Math.abs(offsetAfter - offsetBefore) * 1000);
  return offsetAfter > offsetBefore ? locale.clocksForward(time, by) : locale.clocksBack(time, by);
}
