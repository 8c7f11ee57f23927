// dagfill worker: executes the jobs of an engine with a file's callbacks, on one of any number of machines.
import { DagfillError } from "../../error.js";
import { flags } from "../flags.js";
import { aborted, takeInterrupts } from "../interrupts.js";
import { loadDagFile } from "../load_dag.js";
import { exitCodes } from "../report_error.js";
import { logWriter } from "../reporter.js";
import { workerWhenThere } from "../servers.js";
import type { Verb } from "../verb.js";

export const worker: Verb = {
  summary: "execute what coordinators hand to the engine, until SIGTERM",
  positionals: ["FILE"],
  flags: [...flags.engine, ...flags.concurrency, ...flags.log, ...flags.json],
  async run({ positionals: [path = ""], values, terminal, notices, json, world }) {
    if (typeof values.engine !== "string") {
      throw new DagfillError("INVALID_OPTION", "expected --engine URL, got nothing", {
        field: "--engine",
        hint: "such as redis://localhost:6379",
      });
    }
    const file = await loadDagFile(path);
    const interrupts = takeInterrupts();
    const callbacks = world.callbacks(file, logWriter({ terminal, json, values }));
    const tell = (type: string, key: string, error?: unknown) => {
      const message = error === undefined ? undefined : String((error as Error).message ?? error);
      if (json) terminal.line(JSON.stringify({ type, at: new Date().toISOString(), key, error: message }));
      else
        terminal.line(
          `${new Date().toISOString()}  ${type}  ${key}${message === undefined ? "" : `  ${message}`}`,
        );
    };
    try {
      const url = values.engine;
      const made = await workerWhenThere(url, notices, interrupts.drain, (signal) =>
        world.worker(url, {
          ...callbacks,
          dags: file.dags,
          concurrency: (values.concurrency as number | undefined) ?? 1,
          signal,
          onEvent: ({ type, key = "", error }) => tell(type, key, error),
        }),
      );
      if (!interrupts.drain.aborted) tell("ready", `pid ${process.pid}`);
      await aborted(interrupts.drain);
      notices.line(`stopping: what runs (${made.running}) may end; Ctrl-C again hands it to other workers`);
      const closed = made.close();
      await Promise.race([closed, aborted(interrupts.abort)]);
      if (interrupts.abort.aborted) await made.close({ running: "abort" });
      return interrupts.abort.aborted ? exitCodes.interrupted : exitCodes.ok;
    } finally {
      interrupts.dispose();
    }
  },
};
