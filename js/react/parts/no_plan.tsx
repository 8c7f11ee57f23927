// In the place of a part that has no plan to show.
import type { PageBackfill } from "../use_backfill.js";

interface NoPlanProps {
  backfill: Pick<PageBackfill, "locale"> & { phase?: PageBackfill["phase"] | undefined };
}

/** The setting that planning waits for. */
export const missingWords = ({ locale, phase }: NoPlanProps["backfill"]): string | undefined =>
  (({ no_dag: locale.noDag, no_store: locale.noStore }) as Record<string, string>)[phase ?? ""];

export function NoPlan({ backfill }: NoPlanProps) {
  const { locale, phase } = backfill;
  const text = phase === "invalid" ? locale.noPlan : locale.planning;
  return <p className="dagfill-dim">{missingWords(backfill) ?? text}</p>;
}
