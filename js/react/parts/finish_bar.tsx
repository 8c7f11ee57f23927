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
      <FinishTrack backfill={backfill} />
    </Root>
  );
}

/** Milliseconds between two looks. */
const EVERY = 2_000;

interface Seen extends FinishBand {
  at: number;
}

export function FinishTrack({ backfill }: FinishBarProps) {
  const { locale, phase, run, finishBand } = backfill;
  const [seen, setSeen] = useState<Seen | null>(null);
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
  if (seen === null || run === null) return null;
  const { early, middle, late, at } = seen;
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
      <p className="dagfill-key">{locale.leftBand(bandWords(locale, seen))}</p>
    </div>
  );
}
