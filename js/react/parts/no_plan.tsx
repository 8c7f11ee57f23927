// In the place of a part that has no plan to show.
import type { PageBackfill } from "../use_backfill.js";

interface NoPlanProps {
  backfill: Pick<PageBackfill, "locale"> & { phase?: PageBackfill["phase"] | undefined };
}

export function NoPlan({ backfill: { locale, phase } }: NoPlanProps) {
  const texts: Record<string, string> = { invalid: locale.noPlan, no_dag: locale.noDag };
  return <p className="dagfill-dim">{texts[phase ?? ""] ?? locale.planning}</p>;
}
