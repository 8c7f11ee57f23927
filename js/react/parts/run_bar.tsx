// How far a backfill is: a bar in the colours of its outcomes.
import { kebab } from "../draw/palette.js";
import { numberText } from "../locale.js";
import { CANCELED, FAILED, RUNNING, SUCCESS, TOKENS } from "../plan/tokens.js";
import type { PageBackfill } from "../use_backfill.js";

type Shown = Pick<PageBackfill, "progress" | "locale" | "phase" | "otherDagId">;

const PARTS = [SUCCESS, FAILED, CANCELED, RUNNING];

const countsOf = ({ total, skipped, completed, failed }: NonNullable<PageBackfill["progress"]>) => ({
  due: total - skipped,
  // A date that was canceled is not done.
  done: completed + failed,
});

/** "3 of 12 done", with the DAG where that is not the one of the settings. */
export function doneWords({ progress, locale, otherDagId }: Shown): string {
  if (progress === null) return locale.planning;
  const { done, due } = countsOf(progress);
  const words = locale.done(numberText(locale, done), numberText(locale, due));
  return otherDagId === null ? words : `${words}, ${locale.ofDag(otherDagId)}`;
}

/** Its parts are the counts of the legend: `progress` calls dates canceled that wait for their end while a backfill is being canceled. */
export function RunBar({ backfill }: { backfill: Shown & Pick<PageBackfill, "counts"> }) {
  const { progress, locale, phase, counts } = backfill;
  if (progress === null) return null;
  const { done, due } = countsOf(progress);
  let x = 0;
  return (
    <div
      className="dagfill-bar"
      data-phase={phase}
      role="progressbar"
      aria-label={locale.runs}
      aria-valuemin={0}
      aria-valuemax={due}
      aria-valuenow={done}
      aria-valuetext={doneWords(backfill)}
    >
      <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
        {PARTS.map((token) => {
          const width = due === 0 ? 0 : ((counts[token] ?? 0) / due) * 1000;
          x += width;
          const name = TOKENS[token] as string;
          return (
            <rect key={name} className={`dagfill-t-${kebab(name)}`} x={x - width} width={width} height="10" />
          );
        })}
      </svg>
    </div>
  );
}
