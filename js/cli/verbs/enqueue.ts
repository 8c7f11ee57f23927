// dagfill enqueue: stores a backfill for a `serve` process to run.
import { BackfillService } from "../../face.js";
import { warnOfDags } from "../dag_warnings.js";
import { flags } from "../flags.js";
import { nameTheCommand } from "../in_the_way.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { exitCodes } from "../report_error.js";
import type { Verb } from "../verb.js";
import { backfillOptions } from "./backfill_options.js";
import { showPreview } from "./preview.js";

export const enqueue: Verb = {
  summary: "store a backfill that `dagfill serve` drives, on any machine of the store",
  positionals: ["FILE"],
  flags: [...flags.dag, ...flags.plan, ...flags.drive, ...flags.store, ...flags.json],
  async run(request) {
    const { positionals, values, world, notices, terminal, json } = request;
    if (values.dryRun === true) return showPreview(request);
    const file = await loadDagFile(positionals[0] ?? "");
    const options = backfillOptions(file, values);
    const { conf = {} } = options;
    await warnOfDags(
      [chooseDag(file, values.dagId)],
      world.callbacks(file, () => {}),
      conf as Record<string, unknown>,
      notices,
    );
    const store = await world.openStore(values.store, "write", notices);
    try {
      const service = new BackfillService({ dags: file.dags, store });
      const backfillId = await service.enqueue(options).catch((error: unknown) => {
        throw nameTheCommand(error, request);
      });
      terminal.line(json ? JSON.stringify({ type: "enqueued", backfillId }) : backfillId);
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};
