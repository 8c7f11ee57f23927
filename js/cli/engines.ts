// The engine of `--engine URL`, or of a file's export `engine`. Engines are loaded when they are used.
import type { Engine } from "../engine/engine.js";
import type { EngineWorker, WorkerOptions } from "../engine/worker_options.js";
import { DagfillError } from "../error.js";
import type { DagFile } from "./load_dag.js";

/** redis://host:port[/db][?queue=NAME] as options of BullMQ. */
function bullOf(text: string): { connection: string; queue?: string } {
  let url: URL;
  try {
    url = new URL(text);
    if (url.protocol !== "redis:" && url.protocol !== "rediss:") throw new Error(url.protocol);
  } catch {
    throw new DagfillError("INVALID_OPTION", `expected --engine redis://host:port, got ${text}`, {
      field: "--engine",
      hint: "an engine of another kind is the export `engine` of FILE",
    });
  }
  const queue = url.searchParams.get("queue");
  url.search = "";
  return { connection: url.href, ...(queue === null ? {} : { queue }) };
}

export async function engineOf({ engine }: DagFile, url: unknown): Promise<Engine | undefined> {
  if (typeof url !== "string") return engine as Engine | undefined;
  const options = bullOf(url);
  const { bullmqEngine } = await import("../engine/bullmq.js");
  return bullmqEngine(options);
}

export async function workerOf(url: string, options: WorkerOptions): Promise<EngineWorker> {
  const { bullmqWorker } = await import("../engine/bullmq.js");
  return bullmqWorker({ ...bullOf(url), ...options });
}
