// The service that executes on the page's side, with the callbacks of now: a component makes new ones each time it is drawn.
import { type BackfillOptions, BackfillService, type RunStore } from "../../face.js";
import type { BackfillSettings } from "./settings.js";

export function serviceOf(store: RunStore, now: () => BackfillSettings): BackfillService {
  const { dag, executeRun, executeTask, engine } = now();
  return new BackfillService({
    dags: [dag],
    store,
    ...(engine && { engine }),
    ...(executeRun && { executeRun: (run) => now().executeRun?.(run) }),
    ...(executeTask && { executeTask: (task) => now().executeTask?.(task) }),
  });
}

/** The options of the settings with others in their place; `undefined` takes one out. */
export function optionsWith(
  { dag, options }: BackfillSettings,
  more: { [name in keyof BackfillOptions]?: BackfillOptions[name] | undefined },
): BackfillOptions {
  const all = Object.entries({ ...options, dagId: dag.dagId, ...more });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined)) as unknown as BackfillOptions;
}
