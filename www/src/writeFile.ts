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
}

/** Above this number of dates, writing takes so long that the page shows its progress. */
const MANY_DATES = 20_000;

/** Writes the plan on the screen to a file; returns the reason where none is written. `tell` is called with the share of a large plan that is written. */
export async function writeFile(
  format: ExportFormat,
  { engine, draft, plan, run, view }: Shown,
  tell: (written: number | null) => void,
): Promise<string | null> {
  const refused = run ? null : refusalOf(draft, plan);
  if (refused !== null || !view || !engine) return refused;
  // The form may be ahead of the plan on the screen: rows and commands are that plan's.
  const from = run ? draft : (plan.planned?.draft ?? draft);
  const now = plan.planned?.now ?? Date.now();
  const details = (first: number, end: number) => {
    if (view.total > MANY_DATES) tell(first / view.total);
    return engine.details(view, first, end, from);
  };
  try {
    const { exportPlan } = await import("./engine/export");
    const file = await exportPlan({ draft: from, now, plan: view, details }, format);
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
