// dagfill serve: drives enqueued and interrupted backfills, on one of any number of machines.
import { type BackfillEvent, BackfillService, type RunStore } from "../../face.js";
import { zoneOf } from "../bounds.js";
import { warnOfDags } from "../dag_warnings.js";
import { executorsOf } from "../executors.js";
import { flags } from "../flags.js";
import { aborted, graceOf, settling, takeInterrupts } from "../interrupts.js";
import { loadDagFile } from "../load_dag.js";
import { localDate, withLocalDates } from "../local_date.js";
import { exitCodes, runError } from "../report_error.js";
import { logWriter } from "../reporter.js";
import { TaskLogs } from "../task_logs.js";
import type { Terminal } from "../terminal.js";
import { quoted, typedLine } from "../typed_line.js";
import type { Verb } from "../verb.js";

/** The interval of a coordinator's health lines for a supervisor. There is also one at the start, when a backfill is let go, and at the end. */
const HEALTH_MS = 30_000;

export const serve: Verb = {
  summary: "drive enqueued and interrupted backfills until SIGTERM; several machines may serve one store",
  positionals: ["FILE"],
  flags: [...flags.serve, ...flags.stop, ...flags.engine, ...flags.store, ...flags.log, ...flags.json],
  async run({ positionals: [path = ""], values, terminal, notices, json, world }) {
    const file = await loadDagFile(path);
    const engine = await world.engine(file, values.engine);
    const store = await world.openStore(values.store, "write", notices);
    const interrupts = takeInterrupts(graceOf(values.abortGrace));
    const seen: Seen = { running: new Map(), succeeded: 0, failed: 0 };
    const health = (state: string) => {
      const { succeeded, failed } = seen;
      const running = [...seen.running.values()].reduce((sum, each) => sum + each, 0);
      const counts = { running, succeeded, failed };
      if (json)
        terminal.line(JSON.stringify({ type: "health", at: new Date().toISOString(), state, ...counts }));
      else {
        terminal.line(
          `${new Date().toISOString()}  health  ${state}, ${running} running, ${succeeded} succeeded, ${failed} failed`,
        );
      }
    };
    const timer = setInterval(() => health("serving"), HEALTH_MS);
    const executors = executorsOf(file, world, {
      logs: new TaskLogs(values.store),
      print: logWriter({ terminal, json, values }),
      hint: "the next process that serves this store continues what it left",
    });
    const { callbacks, dags, inFlight, uncaught } = executors;
    try {
      const { onUnknown } = callbacks;
      const service = new BackfillService({
        dags,
        store,
        ...(engine === undefined ? callbacks : { engine, onUnknown }),
      });
      await warnOfDags(file.dags, callbacks, undefined, notices);
      health("serving");
      const zones = new Map(file.dags.map((dag) => [dag.dagId, zoneOf(dag)]));
      const max = values.maxBackfills as number | undefined;
      const served = service.serve(
        {
          signal: interrupts.drain,
          abort: interrupts.abort,
          ...(max === undefined ? {} : { maxBackfills: max }),
        },
        {
          onEvent: (event) => {
            count(seen, event);
            const line = json ? asJson(event) : asText(event, zones, terminal);
            if (line !== undefined) terminal.line(line);
            if (event.type === "awaiting-approval" && !json) void tellCanary(store, event, values, terminal);
            if (event.type === "warning" && event.warning.code === "let_go") health("serving");
          },
        },
      );
      await Promise.race([served, aborted(interrupts.drain), uncaught.failed]);
      if (interrupts.drain.aborted) {
        const rest =
          engine === undefined
            ? "those in flight may finish; Ctrl-C again aborts them"
            : "jobs at the engine continue; Ctrl-C again leaves at once";
        notices.line(`stopping: no further runs start, and ${rest}`);
        await Promise.race([served, aborted(interrupts.abort), uncaught.failed]);
        if (interrupts.abort.aborted) {
          if (engine === undefined)
            notices.line(
              "aborting the runs in flight: the next process that serves this store continues them",
            );
          await settling(Promise.all([served, inFlight.settled()]));
        }
      }
      // Jobs that continue at the engine belong to the next coordinator, so the last health line counts none.
      seen.running.clear();
      health("stopped");
      return interrupts.abort.aborted ? exitCodes.interrupted : exitCodes.ok;
    } finally {
      clearInterval(timer);
      executors.dispose();
      interrupts.dispose();
      await engine?.close();
      await store.close();
    }
  },
};

/** The line of a canary that waits. Its event does not name the backfill: the records of its runs do. */
async function tellCanary(
  runs: RunStore,
  { at, results }: Extract<BackfillEvent, { type: "awaiting-approval" }>,
  { store }: Record<string, unknown>,
  terminal: Terminal,
): Promise<void> {
  const { dagId = "", executionDate = "", runId } = results.find(({ attempts }) => attempts > 0) ?? {};
  const date = Date.parse(executionDate);
  const found = await runs.listRuns({ dagId, from: date, to: date }).catch(() => []);
  const ended = (state: string) => results.filter((run) => run.state === state).length;
  const counts = `${ended("success")} succeeded, ${ended("failed")} failed`;
  const id = quoted(found.find((run) => run.runId === runId)?.backfillId ?? "ID");
  const hint = typedLine("to continue", `approve ${id}`, { store });
  terminal.line(
    `${at}  ${terminal.paint("yellow", "awaiting_approval")}  ${dagId}  ${id}  ${counts}; ${hint}`,
  );
}

interface Seen {
  /** How many runs of each DAG run now: a coordinator drives one backfill of a DAG at a time. */
  running: Map<string, number>;
  succeeded: number;
  failed: number;
}

/** Counts an event. Its progress is that of its backfill; a backfill that is let go has no runs in progress. */
function count(seen: Seen, event: BackfillEvent): void {
  const dagId = dagOf(event);
  if (dagId !== undefined) seen.running.set(dagId, event.progress.running);
  if (event.type === "run-succeeded") seen.succeeded += 1;
  if (event.type === "run-failed") seen.failed += 1;
}

function dagOf(event: BackfillEvent): string | undefined {
  if ("run" in event) return event.run.dagId;
  if (event.type === "finished") return event.result.dagId;
  return event.type === "warning" ? event.warning.dagId : undefined;
}

function asJson(event: BackfillEvent): string {
  if (event.type !== "finished") return JSON.stringify(event);
  // The list of runs is built when it is read, and may be long.
  const { backfillId, dagId, state, totalDates, completed, failed, skipped, canceled } = event.result;
  const result = { backfillId, dagId, state, totalDates, completed, failed, skipped, canceled };
  return JSON.stringify({ type: event.type, at: event.at, result });
}

/** `zones`: by DAG. */
function asText(
  event: BackfillEvent,
  zones: ReadonlyMap<string, string | undefined>,
  terminal: Terminal,
): string | undefined {
  const zone = zones.get(dagOf(event) ?? "");
  if (event.type === "warning")
    return `${event.at}  ${terminal.paint("yellow", "warning")}  ${event.warning.code}: ${withLocalDates(event.warning.message, zone)}`;
  if (event.type === "finished") {
    const { backfillId, dagId, state, completed, totalDates } = event.result;
    return `${event.at}  finished  ${dagId}  ${backfillId}  ${state}, ${completed} of ${totalDates} succeeded`;
  }
  if (!("run" in event)) return undefined;
  const { dagId, executionDate, error } = event.run;
  const why = event.type === "run-failed" ? runError(error, 200) : "";
  return `${event.at}  ${event.type.slice(4)}  ${dagId}  ${localDate(executionDate, zone)}${why && `  ${why}`}`;
}
