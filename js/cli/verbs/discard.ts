// dagfill discard: closes an interrupted backfill, which cannot be resumed afterwards.
import { BackfillService } from "../../face.js";
import { flags } from "../flags.js";
import { exitCodes } from "../report_error.js";
import type { Verb } from "../verb.js";

export const discard: Verb = {
  summary: "close an interrupted backfill: runs that have not ended are recorded as canceled",
  positionals: ["ID"],
  flags: [...flags.store, ...flags.json],
  async run({ positionals: [id = ""], values, terminal, notices, json, world }) {
    const store = await world.openStore(values.store, "read", notices);
    try {
      await new BackfillService({ dags: [], store }).discard(id);
      terminal.line(json ? JSON.stringify({ discarded: id }) : `discarded ${id}`);
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};
