// The engine of `--engine URL`, or of a file's export `engine`. Engines are loaded when they are used.
import type { Engine } from "../engine/engine.js";
import type { EngineWorker, WorkerOptions } from "../engine/worker_options.js";
import { DagfillError } from "../error.js";
import { nearest } from "../nearest.js";
import { shown } from "../shown.js";
import type { DagFile } from "./load_dag.js";

/** redis://host:port[/db][?queue=NAME] as options of BullMQ. No error prints the URL, which may hold a password. */
function bullOf(text: string): { connection: string; queue?: string } {
  const [, scheme = ""] = /^([^:/?#@]*):/.exec(text) ?? [];
  let url: URL;
  try {
    if (!/^rediss?$/i.test(scheme)) throw new Error(scheme);
    url = new URL(text);
  } catch {
    const meant = nearest(scheme, ["redis", "rediss"]);
    throw refused(
      "redis://host:port",
      scheme === "" ? "no URL" : `a URL that begins with ${shown(`${scheme}:`)}${portOf(text)}`,
      meant === undefined || meant === scheme
        ? "an engine of another kind is the export `engine` of FILE"
        : `did you mean ${meant}://?`,
    );
  }
  if (!/^\/?\d*$/.test(url.pathname))
    throw refused("redis://host:port/NUMBER of a database", shown(url.pathname), "?queue=NAME names a queue");
  const unknown = [...url.searchParams.keys()].find((key) => key !== "queue");
  if (unknown !== undefined)
    throw refused(
      "redis://host:port?queue=NAME",
      `the parameter ${shown(unknown)}`,
      nearest(unknown, ["queue"]) === undefined ? "queue is the only one" : "did you mean queue?",
    );
  const queue = url.searchParams.get("queue");
  if (queue === "") throw refused("redis://host:port?queue=NAME", "no name");
  url.search = "";
  // As redis-cli does, so that no command line has to have the password.
  if (url.password === "") url.password = encodeURIComponent(process.env.REDISCLI_AUTH ?? "");
  return { connection: url.href, ...(queue === null ? {} : { queue }) };
}

/** The end of a message about a URL whose port does not exist; empty for other URLs. */
function portOf(text: string): string {
  const port = /:(\d+)$/.exec(/^[^/]*\/\/([^/?#]*)/.exec(text)?.[1] ?? "")?.[1];
  return Number(port) > 65_535 ? ` and has port ${port}` : "";
}

function refused(expected: string, got: string, hint?: string): DagfillError {
  const message = `expected --engine ${expected}, got ${got}`;
  return new DagfillError("INVALID_OPTION", message, {
    field: "--engine",
    ...(hint === undefined ? {} : { hint }),
  });
}

export async function engineOf({ engine }: DagFile, url: unknown): Promise<Engine | undefined> {
  if (typeof url !== "string") return engine as Engine | undefined;
  const options = bullOf(url);
  const { bullmqEngine } = await import("../engine/bullmq.js");
  // Before anything is told: the engine itself loads the package with its first call.
  const { loadBullmq } = await import("../engine/bullmq/connection.js");
  await loadBullmq();
  return bullmqEngine(options);
}

export async function workerOf(url: string, options: WorkerOptions): Promise<EngineWorker> {
  const { bullmqWorker } = await import("../engine/bullmq.js");
  return bullmqWorker({ ...bullOf(url), ...options });
}
