// The legend of a calendar with two schedules: its marks and their counts.
import { TOKEN_OF_SHIFT } from "../draw/draw_comparison.js";
import { kebab } from "../draw/palette.js";
import { type Locale, numberText } from "../locale.js";
import { type Comparison, comparedTotals, SHIFTS, type Shift } from "../plan/comparison.js";
import { TOKENS } from "../plan/tokens.js";

/** The shapes of the calendar, in a box of 14 by 14. */
const SHAPE: Record<Shift, string> = {
  same: "M1 1h12v12h-12z",
  earlier: "M0 0h7v14h-7z",
  later: "M7 0h7v14h-7z",
  removed: "M1 1l12 12M13 1l-12 12",
  added: "M0 0h14v14h-14z",
};
const LINES: readonly Shift[] = ["same", "removed"];

export function ComparisonLegend({ comparison, locale }: { comparison: Comparison; locale: Locale }) {
  const sums = comparedTotals(comparison);
  return (
    <p className="dagfill-legend" role="status" aria-label={locale.comparison}>
      {SHIFTS.map((shift, at) => (
        <span key={shift} data-shift={shift}>
          <svg
            className={`dagfill-shift dagfill-t-${kebab(TOKENS[TOKEN_OF_SHIFT[shift]] ?? "keep")}`}
            data-lines={LINES.includes(shift)}
            viewBox="0 0 14 14"
            aria-hidden="true"
          >
            <path d={SHAPE[shift]} />
          </svg>
          {locale.shift[shift]} <b>{numberText(locale, sums[at] ?? 0)}</b>
        </span>
      ))}
    </p>
  );
}
