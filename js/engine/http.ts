// The entry `dagfill/engine/http`: any service that takes jobs over HTTP and tells their status.
import { callback, fields, wrong } from "../options.js";
import type { Shape } from "./answer_shape.js";
import { defineEngine } from "./define_engine.js";
import type { Engine, EngineStatus } from "./engine.js";
import { each, restOf, serviceUrl } from "./rest.js";

export type { Engine, EngineJob, EngineStatus } from "./engine.js";

export interface HttpEngineOptions {
  /** Below which the three paths are. */
  url: string;
  /** Headers of every call, such as authorization; asked again after a refusal. */
  headers?: () => Promise<Record<string, string>> | Record<string, string>;
  /** The kinds of jobs that the service executes. Default: runs and tasks. */
  kinds?: readonly ("run" | "task")[];
}

const statuses: Shape = {
  what: "an object of statuses by key",
  fits: (body) => typeof body === "object" && body !== null && !Array.isArray(body),
};

/** An engine over three calls of a service of your own. `jobRunner` of `dagfill/engine` executes a job there.
 *
 *  - `PUT /jobs/KEY` with the job: starts it; a key that is known already starts nothing.
 *  - `POST /status` with `{ keys }`: answers `{ [key]: EngineStatus }`; unknown keys are left out.
 *  - `DELETE /jobs/KEY`: asks for its end.
 *
 *  ```js
 *  const engine = httpEngine({ url: "https://jobs.internal/dagfill", headers: () => ({ authorization: `Bearer ${token}` }) });
 *  ``` */
export function httpEngine(options: HttpEngineOptions): Engine {
  const { url, headers, kinds } = fields<HttpEngineOptions>(options, "options", {
    url: serviceUrl,
    headers: callback<NonNullable<HttpEngineOptions["headers"]>>(),
    kinds: (value, path) => {
      if (!Array.isArray(value) || !value.every((kind) => kind === "run" || kind === "task"))
        throw wrong(path, 'a list of "run" and "task"', value);
      return value;
    },
  });
  if (url === undefined) throw wrong("url", "the URL of the service", undefined);
  const rest = restOf({ name: "http", url, ...(headers === undefined ? {} : { headers }) });
  return defineEngine<Engine>({
    name: "http",
    ...(kinds === undefined ? {} : { kinds }),
    keepsResultsFor: Number.POSITIVE_INFINITY,
    submit: (jobs) => each(jobs, (job) => rest("PUT", `/jobs/${job.key}`, job)),
    async status(keys) {
      if (keys.length === 0) return new Map();
      const { body } = await rest("POST", "/status", { keys }, [], statuses);
      return new Map(Object.entries(body as Record<string, EngineStatus>));
    },
    cancel: (keys) => each(keys, (key) => rest("DELETE", `/jobs/${key}`, undefined, [404, 409])),
    async close() {},
  });
}
