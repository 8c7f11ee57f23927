// dagfill schedule: starts the runs of a file's DAGs when they are due.
import { Scheduler, type SchedulerEvent } from "../../face.js";
import { zoneOf } from "../bounds.js";
import { warnOfDags } from "../dag_warnings.js";
import { executorsOf } from "../executors.js";
import { flags } from "../flags.js";
import { aborted, graceOf, takeInterrupts } from "../interrupts.js";
import { loadDagFile } from "../load_dag.js";
import { localDate, withLocalDates } from "../local_date.js";
import { type ExitCode, exitCodes, exitOf, runError } from "../report_error.js";
import { logWriter } from "../reporter.js";
import { TaskLogs } from "../task_logs.js";
import type { Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";

export const schedule: Verb = {
  summary: "start runs when they are due, until Ctrl-C; with --once only what is due now",
  positionals: ["FILE"],
  flags: [...flags.once, ...flags.stop, ...flags.store, ...flags.log, ...flags.json],
  async run({ positionals: [path = ""], values, terminal, notices, json, world }) {
    const file = await loadDagFile(path);
    const store = await world.openStore(values.store, "write", notices);
    const interrupts = takeInterrupts(graceOf(values.abortGrace));
    const executors = executorsOf(file, world, {
      logs: new TaskLogs(values.store),
      print: logWriter({ terminal, json, values }),
      hint: "the next dagfill schedule continues what it left",
    });
    const { callbacks, dags, uncaught } = executors;
    try {
      await warnOfDags(file.dags, callbacks, {}, notices);
      const scheduler = new Scheduler({ dags, store, ...callbacks });
      const zones = new Map(file.dags.map((dag) => [dag.dagId, zoneOf(dag)]));
      let worst: ExitCode = exitCodes.ok;
      scheduler.onEvent((event) => {
        worst = Math.max(worst, codeOf(event)) as ExitCode;
        terminal.line(json ? asJson(event) : `${event.at}  ${asText(event, zones, terminal)}`);
      });
      if (values.once === true) {
        await Promise.race([scheduler.tick(), aborted(interrupts.drain), uncaught.failed]);
      } else {
        scheduler.start();
        await Promise.race([aborted(interrupts.drain), uncaught.failed]);
      }
      if (interrupts.drain.aborted) {
        notices.line(
          "stopping: no further runs start, and those in flight may finish; Ctrl-C again leaves at once",
        );
        await Promise.race([scheduler.stop(), aborted(interrupts.abort), uncaught.failed]);
      }
      if (interrupts.abort.aborted) return exitCodes.interrupted;
      // The failures of days of scheduling are in the store. With --once the exit code reports them.
      return values.once === true ? worst : exitCodes.ok;
    } finally {
      executors.dispose();
      interrupts.dispose();
      await store.close();
    }
  },
};

function codeOf(event: SchedulerEvent): ExitCode {
  if (event.type === "error") return exitOf(event.error);
  return event.type === "run-failed" ? exitCodes.failed : exitCodes.ok;
}

function asJson(event: SchedulerEvent): string {
  if (event.type !== "error") return JSON.stringify(event);
  const { code, message, details } = event.error;
  return JSON.stringify({ ...event, error: { code, message, details } });
}

/** `zones`: by DAG. */
function asText(
  event: SchedulerEvent,
  zones: ReadonlyMap<string, string | undefined>,
  terminal: Terminal,
): string {
  switch (event.type) {
    case "tick":
      return terminal.paint("dim", `${event.due} due, next ${nextText(event.nextRunAt, zones)}`);
    case "missed":
      return terminal.paint(
        "yellow",
        `missed  ${event.dagId}: ${event.count} ${event.count === 1 ? "date is" : "dates are"} left out by its catchup`,
      );
    case "warning":
      return `${terminal.paint("yellow", "warning")}  ${event.dagId}  ${event.warning.code}: ${withLocalDates(event.warning.message, zones.get(event.dagId))}`;
    case "error":
      return `${terminal.paint("red", "error")}  ${event.error.code} ${event.error.message}`;
    default: {
      const { dagId, executionDate, error } = event.run;
      const style = { "run-started": "cyan", "run-succeeded": "green", "run-failed": "red" } as const;
      const why = runError(error, 200);
      return `${terminal.paint(style[event.type], event.type.slice(4))}  ${dagId}  ${localDate(executionDate, zones.get(dagId))}${why && `  ${why}`}`;
    }
  }
}

/** The next run of any DAG: in UTC where the DAGs have several zones. */
function nextText(nextRunAt: string | null, zones: ReadonlyMap<string, string | undefined>): string {
  const [zone, ...others] = new Set(zones.values());
  return nextRunAt === null ? "never" : localDate(nextRunAt, others.length === 0 ? zone : undefined);
}
