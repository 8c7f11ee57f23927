// dagfill pause, unpause, cancel, approve: requests to the process that drives a backfill.
import { DagfillError } from "../../error.js";
import { BackfillService } from "../../face.js";
import { type Flag, flags } from "../flags.js";
import { exitCodes } from "../report_error.js";
import type { Verb } from "../verb.js";

/** The request in words. */
type Word = string | ((values: Record<string, unknown>) => string);

type Ask = (service: BackfillService, id: string, values: Record<string, unknown>) => Promise<void>;

function asking(words: Word, summary: string, more: readonly Flag[], ask: Ask): Verb {
  return {
    summary,
    positionals: ["ID"],
    flags: [...more, ...flags.store, ...flags.json],
    async run({ positionals: [id = ""], values, terminal, notices, json, world }) {
      const word = typeof words === "string" ? words : words(values);
      const store = await world.openStore(values.store, "read", notices);
      try {
        const service = new BackfillService({ dags: [], store });
        await ask(service, id, values);
        const known = (await service.list()).find(({ backfillId }) => backfillId === id);
        const when = whenObeyed(known?.state);
        const driven = when === OBEYED;
        terminal.line(
          json
            ? JSON.stringify({ requested: word, backfillId: id, driven })
            : `asked ${id} to ${word}; ${when}`,
        );
        return exitCodes.ok;
      } finally {
        await store.close();
      }
    },
  };
}

const OBEYED = "its process obeys within 5 s";

function whenObeyed(state: string | undefined): string {
  if (state === "enqueued") return "it has not begun: the process that serves or resumes it obeys";
  return state === undefined || state === "interrupted"
    ? "no process drives it now: the one that resumes it obeys"
    : OBEYED;
}

export const pause = asking(
  "pause",
  "pause a backfill, whichever process drives it: no further runs start",
  [],
  (service, id) => service.pause(id),
);

export const unpause = asking("unpause", "continue a paused backfill", [], (service, id) =>
  service.unpause(id),
);

export const cancel = asking(
  "cancel",
  "cancel a backfill, whichever process drives it: runs in flight may finish",
  flags.abort,
  (service, id, { abort }) => service.cancel(id, { running: abort === true ? "abort" : "finish" }),
);

export const approve = asking(
  ({ reject }) => (reject === true ? "cancel, because its canary is rejected" : "continue"),
  "continue a backfill whose canary waits for approval",
  flags.reject,
  (service, id, { reject }) =>
    service.approve(id, reject !== true).catch((error: unknown) => {
      if (!(error instanceof DagfillError) || error.code !== "INVALID_OPTION") throw error;
      throw new DagfillError(error.code, error.message.replace(/^backfillId: /, ""), {
        hint: "dagfill list names those that wait (awaiting_approval); only a backfill with --canary does",
        cause: error,
      });
    }),
);
