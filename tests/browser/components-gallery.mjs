// The gallery of the package's components, served: each alone in each of its states, and the custom elements.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "./bundle.mjs";
import { serve } from "./server.mjs";

/** The components that are shown alone. */
export const components = [
  ...["PlanSummary", "DateCalendar", "RunTable", "DatePanel", "ClockDay", "IntervalTimeline"],
  ...["RunLanes", "TaskGrid", "TaskGantt", "ScheduleField", "StateLegend", "FinishBar"],
];

const head =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  '<meta name="color-scheme" content="light dark"><title>Components</title><link rel="icon" href="data:,">' +
  "<style>body{font:14px system-ui,sans-serif}main,figure{margin:0;display:grid;gap:8px;min-width:0}" +
  "main{gap:24px}main>*{min-width:0}[data-scene]>figcaption{font-weight:600}</style>";

const january = JSON.stringify({ startDate: "2026-01-01", endDate: "2026-01-31", maxParallelRuns: 2 });
const sales = JSON.stringify({
  dagId: "sales",
  schedule: "@daily",
  timeZone: "Europe/Berlin",
  tasks: [{ taskId: "extract", command: "extract {{ ds }}" }],
});
/** The custom elements: without a DAG, with an attribute that is no JSON, with a plan, with one that has ended, and the calendar alone. */
const elements = `${head}<script type="module">
  import "/dist/element.js";
  const element = document.querySelector("#ended");
  element.executeTask = async ({ executionDate }) => {
    if (executionDate.startsWith("2026-01-05")) throw new Error("no rows");
  };
  let isStarted = false;
  addEventListener("dagfill-change", ({ target, detail }) => {
    target.dataset.phase = detail.phase;
    if (target !== element || detail.phase !== "ready" || detail.isStale || isStarted) return;
    isStarted = true;
    // Later: the element is being drawn when it tells this.
    setTimeout(() => element.start());
  });
</script><main><h1>Elements</h1>
<h2>No DAG</h2><dagfill-plan></dagfill-plan>
<h2>No JSON</h2><dagfill-plan dag="{ nothing"></dagfill-plan>
<h2>Plan</h2><dagfill-plan id="plan" dag='${sales}' options='${january}'></dagfill-plan>
<h2>Ended</h2><dagfill-plan id="ended" dag='${sales.replace("sales", "ended")}' options='${january}'></dagfill-plan>
<h2>Calendar</h2><dagfill-calendar dag='{"dagId":"hourly","schedule":"@hourly"}'
  options='{"startDate":"2026-01-01","endDate":"2026-01-07"}'></dagfill-calendar></main>`;

/** Serves the gallery; needs the page's dependencies (`buildPage`). */
export async function serveGallery() {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-components-"));
  await bundle("tests/browser/components_gallery.jsx", join(folder, "gallery.js"));
  const gallery =
    `${head}<link rel="stylesheet" href="./gallery.css"><div id="root"></div>` +
    '<script type="module" src="./gallery.js"></script>';
  const own = await serve({ folder, pages: { "/": gallery } });
  const package_ = await serve({ pages: { "/elements": elements } });
  return {
    /** The address of a component in all its states. */
    addressOf: (component) => `${own.origin}/#${component}`,
    elements: `${package_.origin}/elements`,
    async close() {
      await own.close();
      await package_.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Resolves when every scene of a component has come to its state. */
export async function inEveryState(tab) {
  await tab.locator("[data-scene]").first().waitFor();
  await tab.waitForFunction(() => document.querySelector('[data-ready="false"]') === null);
}

/** Resolves when the elements are drawn, and the one that runs has ended. */
export async function elementsDrawn(tab) {
  await tab.locator('#ended[data-phase="finished"]').waitFor();
  await tab.locator("#plan .dagfill-headline").getByText("31 runs will start").waitFor();
}
