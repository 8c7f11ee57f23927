import type { Engine } from "./engine/engine";
import type { ExportFormat } from "./engine/export";
import { failureOf, sentencesOf } from "./failure";
import type { Draft, PlanView, ShownRun } from "./model";
import { fileName } from "./quote";
import { refusalOf } from "./refusal";
import type { PlanState } from "./usePlan";

/** The parts of the page that a file is written from. */
interface Shown {
  engine: Engine | null;
  draft: Draft;
  plan: PlanState;
  run: ShownRun | null;
  view: PlanView | null;
  /** The moment of the backfill that `view` shows, in epoch milliseconds; null is now. */
  scrub: number | null;
}

/** Above this number of dates, writing takes so long that the page shows its progress. */
const MANY_DATES = 20_000;

/** Writes what is on the screen to a file: the plan, or the backfill at the moment that is shown. Returns the reason where none is written. `tell`
 *  is called with the share of a large file that is written, in whole percent. */
export async function writeFile(
  format: ExportFormat,
  { engine, draft, plan, run, view, scrub }: Shown,
  tell: (written: number | null) => void,
): Promise<string | null> {
  const refused = run ? null : refusalOf(draft, plan);
  if (refused !== null || !view || !engine) return refused;
  // The form may be ahead of the plan on the screen: rows and commands are that plan's.
  const from = run ? draft : (plan.planned?.draft ?? draft);
  const now = plan.planned?.now ?? Date.now();
  const details = (first: number, end: number) => {
    if (view.total > MANY_DATES) tell(Math.floor((100 * first) / view.total) / 100);
    return engine.details(view, first, end, from);
  };
  try {
    const { exportPlan, momentOf } = await import("./engine/export");
    const moment = run && momentOf(engine.store, run, view, scrub, await engine.stateOf(run, from));
    const file = await exportPlan(
      { draft: from, now, plan: moment?.plan ?? view, run: moment, details },
      format,
    );
    download(file, fileName(from.dagId, format));
    return null;
  } catch (thrown) {
    return sentencesOf(failureOf(thrown));
  } finally {
    tell(null);
  }
}

/** Hands a file to the user. */
function download(blob: Blob, name: string) {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
}
