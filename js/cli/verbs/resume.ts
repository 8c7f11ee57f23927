// dagfill resume: continues a backfill whose process ended before it did.
import { DagfillError } from "../../error.js";
import type { BackfillSummary } from "../../face.js";
import { drive, type Session } from "../drive.js";
import { type Flag, flags, optionOf } from "../flags.js";
import { type DagFile, loadDagFile } from "../load_dag.js";
import type { Verb } from "../verb.js";

const taken = ["max-parallel-runs", "rate", "retries", "max-failures", "fail-fast", "run-timeout"];
const limits: Flag[] = flags.drive.filter(({ name }) => taken.includes(name));

export const resume: Verb = {
  summary: "continue an interrupted backfill; without ID, the only one of the file's DAGs",
  positionals: ["FILE", "[ID]"],
  flags: [...limits, ...flags.engine, ...flags.store, ...flags.log, ...flags.json],
  async run(request) {
    const [path = "", id] = request.positionals;
    const chosen = Object.fromEntries(
      limits.map(optionOf).flatMap((name) => (name in request.values ? [[name, request.values[name]]] : [])),
    );
    const file = await loadDagFile(path);
    return drive(request, file, async (session) => {
      const { backfillId, dagId } = await find(session, file, id);
      const { service } = session;
      return session.follow(
        (hooks) => session.whenFree(dagId, () => service.resume(backfillId, { ...hooks, limits: chosen })),
        { resumed: true },
      );
    });
  },
};

async function find(
  { service }: Session,
  file: DagFile,
  id: string | undefined,
): Promise<Pick<BackfillSummary, "backfillId" | "dagId">> {
  const all = await service.list();
  if (id !== undefined) {
    // The service refuses an unknown id, with its own message.
    return all.find(({ backfillId }) => backfillId === id) ?? { backfillId: id, dagId: "" };
  }
  const ids = new Set(file.dags.map(({ dagId }) => dagId));
  const open = all.filter(({ dagId, state }) => ids.has(dagId) && !ended.has(state));
  const [only] = open;
  if (only !== undefined && open.length === 1) return only;
  throw new DagfillError(
    "UNKNOWN_BACKFILL",
    `expected one interrupted backfill of ${file.name}, got ${open.length === 0 ? "none" : open.length}`,
    {
      hint:
        open.length === 0
          ? "dagfill list shows those that ended"
          : `name one: ${open.map(({ backfillId }) => backfillId).join(", ")}`,
    },
  );
}

const ended = new Set<string>(["success", "failed", "canceled"]);
