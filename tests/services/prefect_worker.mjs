// A worker of Prefect in this process: takes the flow runs of one deployment over the REST API as Prefect's own workers do, and calls the
// suite's callback instead of a flow in Python, which would take seconds a run.
import { setTimeout as sleep } from "node:timers/promises";

/** Makes a deployment `flow/name` and works for it until `stop()`. */
export async function prefectWorker({ url, flow, name, slots, executeRun }) {
  const call = async (path, body) => {
    const headers = { "content-type": "application/json" };
    for (;;) {
      const { status, text } = await fetch(url + path, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      }).then(
        async (response) => ({ status: response.status, text: await response.text() }),
        // A connection that the server has closed.
        () => ({ status: 503, text: "" }),
      );
      if (status < 300) return JSON.parse(text);
      // Prefect on SQLite refuses writes that meet; its own clients repeat them, too.
      if (status !== 503) throw new Error(`POST ${path} answered ${status}: ${text}`);
      await sleep(50 + 200 * Math.random());
    }
  };
  const { id: flow_id } = await call("/flows/", { name: flow });
  const { id } = await call("/deployments/", { name, flow_id });
  const running = new Map();
  const stopped = new AbortController();

  /** Whether the server accepted it: a run that was canceled meanwhile goes no further. */
  const become = async (run, type, more = {}) => {
    const { status, state } = await call(`/flow_runs/${run}/set_state`, {
      state: { type, name: named(type), ...more },
    });
    return status === "ACCEPT" && state.type === type;
  };
  const work = async ({ id, idempotency_key: key, parameters: { conf } }) => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      if (!(await become(id, "PENDING"))) return;
      // Canceled between the two it is CANCELLING, and whoever has taken it has to end it.
      if (!(await become(id, "RUNNING"))) return void (await become(id, "CANCELLED"));
      const end = await Promise.resolve(executeRun({ key, conf, signal: controller.signal })).then(
        () => ["COMPLETED"],
        (error) => ["FAILED", { message: String(error?.message ?? error) }],
      );
      await (controller.signal.aborted ? become(id, "CANCELLED") : become(id, ...end));
    } finally {
      running.delete(id);
    }
  };
  const look = async () => {
    if (running.size > 0) {
      const filter = { id: { any_: [...running.keys()] }, state: { type: { any_: ["CANCELLING"] } } };
      for (const { id } of await call("/flow_runs/filter", { flow_runs: filter })) running.get(id)?.abort();
    }
    const limit = slots - running.size;
    if (limit === 0) return;
    const scheduled_before = new Date(Date.now() + 1_000).toISOString();
    const taken = await call("/deployments/get_scheduled_flow_runs", {
      deployment_ids: [id],
      scheduled_before,
      limit,
    });
    for (const run of taken) if (!running.has(run.id)) jobs.add(work(run));
  };
  const jobs = new Set();
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      await look();
      await sleep(100);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await loop;
      for (const controller of running.values()) controller.abort();
      await Promise.all(jobs);
    },
  };
}

const named = (type) => type[0] + type.slice(1).toLowerCase();
