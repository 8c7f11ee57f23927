// When a backfill that runs will end: the time that has passed, and the band in which its last run ends, by the runs that it has done.
import { useEffect, useState } from "react";
import { bandWords } from "../locale.js";
import type { FinishBand } from "../planning/finish_band.js";
import type { PageBackfill } from "../use_backfill.js";
import { type PartProps, Root } from "./root.js";

export interface FinishBarProps extends PartProps {
  backfill: Pick<PageBackfill, "locale" | "phase" | "finishBand"> & { run: { startedAt: number } | null };
}

/** The band of a running backfill as a part of its own; `PlanSummary` has it already. Nothing before enough of its runs have ended. */
export function FinishBar({ backfill, className, style }: FinishBarProps) {
  return (
    <Root part="finish" className={className} style={style}>
      <FinishTrack backfill={backfill} band={useFinishBand(backfill)} />
    </Root>
  );
}

/** Milliseconds between two looks. */
const EVERY = 2_000;

/** A band, and when it was looked at. */
interface SeenBand extends FinishBand {
  at: number;
}

/** The band of a running backfill, looked at again every few seconds. */
export function useFinishBand({ phase, finishBand }: FinishBarProps["backfill"]): SeenBand | null {
  const [seen, setSeen] = useState<SeenBand | null>(null);
  const isRunning = phase === "running";
  useEffect(() => {
    if (!isRunning) return setSeen(null);
    const look = () => {
      finishBand().then(
        (band) => setSeen(band && { ...band, at: Date.now() }),
        () => {},
      );
    };
    look();
    const timer = setInterval(look, EVERY);
    return () => clearInterval(timer);
  }, [isRunning, finishBand]);
  return seen;
}

export function FinishTrack({ backfill, band }: FinishBarProps & { band: SeenBand | null }) {
  const { locale, run } = backfill;
  if (band === null || run === null) return null;
  const { early, middle, late, at } = band;
  const passed = at - run.startedAt;
  const share = (ms: number) => `${(ms / Math.max(1, passed + late)) * 100}%`;
  return (
    <div className="dagfill-left">
      <span className="dagfill-track" aria-hidden="true">
        <span style={{ width: share(passed) }} />
        <span
          className="dagfill-lost"
          style={{ insetInlineStart: share(passed + early), width: `max(3px, ${share(late - early)})` }}
        />
        <span className="dagfill-mark" style={{ insetInlineStart: share(passed + middle) }} />
      </span>
      <p className="dagfill-key">{locale.leftBand(bandWords(locale, band))}</p>
    </div>
  );
}
