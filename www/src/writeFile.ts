import type { Engine } from "./engine/engine";
import type { ExportFormat } from "./engine/export";
import { failureOf, sentencesOf } from "./failure";
import type { Draft, PlanView, ShownRun } from "./model";
import { fileName } from "./quote";
import { refusalOf } from "./refusal";
import type { PlanState } from "./usePlan";

/** What the page shows. */
interface Shown {
  engine: Engine | null;
  draft: Draft;
  plan: PlanState;
  run: ShownRun | null;
  view: PlanView | null;
}

/** Writing so many dates takes so long that the page says how far it is. */
const MANY_DATES = 20_000;

/** Writes the plan on the screen to a file; returns why there is none. `tell` is told the share that is written of a large plan. */
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
