// The engine of `--engine URL`, or of a file's export `engine`.
import { bullmqEngine, bullmqWorker } from "../engine/bullmq.js";
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

export function engineOf({ engine }: DagFile, url: unknown): Engine | undefined {
  return typeof url === "string" ? bullmqEngine(bullOf(url)) : (engine as Engine | undefined);
}

export function workerOf(url: string, options: WorkerOptions): Promise<EngineWorker> {
  return bullmqWorker({ ...bullOf(url), ...options });
}
