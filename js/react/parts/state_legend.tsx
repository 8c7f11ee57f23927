// biome-ignore-all lint/a11y/useSemanticElements: a group of buttons is no fieldset.
// Counts by token, each of them a filter of the calendar and the table.
import { numberText } from "../locale.js";
import { AGAIN, TOKENS } from "../plan/tokens.js";
import type { PageBackfill } from "../use_backfill.js";
import { Glyph } from "./glyph.js";
import { type PartProps, Root } from "./root.js";

export interface StateLegendProps extends PartProps {
  backfill: Pick<PageBackfill, "counts" | "hidden" | "toggle" | "locale" | "run">;
}

/** The legend as a part of its own; `PlanSummary` has one already. */
export function StateLegend({ backfill, className, style }: StateLegendProps) {
  return (
    <Root part="states" className={className} style={style}>
      <Legend backfill={backfill} />
    </Root>
  );
}

export function Legend({ backfill }: StateLegendProps) {
  const { counts, hidden, toggle, locale, run } = backfill;
  return (
    <div className="dagfill-legend" role="group" aria-label={locale.show}>
      {TOKENS.map((token, at) => {
        const count = counts[at] ?? 0;
        if (count === 0 && (run !== null || at > AGAIN)) return null;
        return (
          <button
            key={token}
            type="button"
            aria-pressed={!hidden.has(token)}
            title={locale.meaning[token]}
            onClick={() => toggle(token)}
          >
            <Glyph token={token} /> {locale.token[token]} <b>{numberText(locale, count)}</b>
          </button>
        );
      })}
    </div>
  );
}
