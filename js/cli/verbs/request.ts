// dagfill pause, unpause, cancel, approve: what this process asks of whoever drives a backfill.
import { BackfillService } from "../../face.js";
import { type Flag, flags } from "../flags.js";
import { exitCodes } from "../report_error.js";
import type { Verb } from "../verb.js";

/** What is asked for, in words. */
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
  if (state === "enqueued") return "nobody has begun with it: whoever serves or resumes it obeys";
  return state === undefined || state === "interrupted"
    ? "nobody drives it now: whoever resumes it obeys"
    : OBEYED;
}

export const pause = asking(
  "pause",
  "start nothing more of a backfill, in whatever process",
  [],
  (service, id) => service.pause(id),
);

export const unpause = asking("unpause", "go on with a backfill that is paused", [], (service, id) =>
  service.unpause(id),
);

export const cancel = asking(
  "cancel",
  "cancel a backfill, in whatever process: what runs may end",
  flags.abort,
  (service, id, { abort }) => service.cancel(id, { running: abort === true ? "abort" : "finish" }),
);

export const approve = asking(
  ({ reject }) => (reject === true ? "cancel, because its canary is rejected" : "go on"),
  "let a backfill go on whose canary waits for approval",
  flags.reject,
  (service, id, { reject }) => service.approve(id, reject !== true),
);
