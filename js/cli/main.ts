// The verbs of the command `dagfill`; start.ts, which answers --version, loads them. Stores and engines are chosen here and nowhere else.
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DagfillError } from "../error.js";
import { type ExecuteTask, MemoryStore } from "../face.js";
import type { ShellLine, ShellOptions } from "../shell.js";
import { shown } from "../shown.js";
import { suggestion } from "../suggest.js";
import { airflowCommand, ownVerb } from "./airflow_verbs.js";
import { type Arguments, readArguments } from "./args.js";
import { takeCoreFromFile } from "./core_module.js";
import { engineOf, workerOf } from "./engines.js";
import { showHelp, showVerbHelp } from "./help.js";
import { type ExitCode, exitCodes, reportError } from "./report_error.js";
import { postgresWait } from "./servers.js";
import { storeNamed } from "./store_name.js";
import { Terminal } from "./terminal.js";
import type { Verb, World } from "./verb.js";
import { catchup } from "./verbs/catchup.js";
import { completion } from "./verbs/completion.js";
import { discard } from "./verbs/discard.js";
import { enqueue } from "./verbs/enqueue.js";
import { explain } from "./verbs/explain.js";
import { impact } from "./verbs/impact.js";
import { importDag } from "./verbs/import_dag.js";
import { importRuns } from "./verbs/import_runs.js";
import { init } from "./verbs/init.js";
import { list } from "./verbs/list.js";
import { logs } from "./verbs/logs.js";
import { missingDates } from "./verbs/missing.js";
import { preview } from "./verbs/preview.js";
import { render } from "./verbs/render.js";
import { approve, cancel, pause, unpause } from "./verbs/request.js";
import { clear, retry } from "./verbs/rerun.js";
import { resume } from "./verbs/resume.js";
import { run } from "./verbs/run.js";
import { runs } from "./verbs/runs.js";
import { schedule } from "./verbs/schedule.js";
import { serve } from "./verbs/serve.js";
import { tasks } from "./verbs/tasks.js";
import { trigger } from "./verbs/trigger.js";
import { validate } from "./verbs/validate.js";
import { worker } from "./verbs/worker.js";

const verbs: Record<string, Verb> = {
  init,
  validate,
  preview,
  run,
  resume,
  retry,
  clear,
  list,
  runs,
  tasks,
  logs,
  pause,
  unpause,
  cancel,
  approve,
  discard,
  trigger,
  enqueue,
  serve,
  worker,
  schedule,
  catchup,
  explain,
  impact,
  missing: missingDates,
  render,
  "import-dag": importDag,
  "import-runs": importRuns,
  completion: completion(() => verbs),
};

const world: World = {
  engine: engineOf,
  worker: workerOf,
  async openStore(path, purpose, notices) {
    const named = storeNamed(path);
    if (named.kind === "memory") return new MemoryStore();
    if (named.kind === "postgres") {
      const { openPostgresStore } = await import("../store/postgres.js");
      return openPostgresStore(named.url, { onRetry: postgresWait(named.url, notices) });
    }
    const file = resolve(named.path);
    // A preview writes nothing, not even an empty store.
    if (purpose === "read" && !existsSync(file)) {
      if (typeof path === "string") notices.line(`there is no store ${path}: it counts as empty`);
      return new MemoryStore();
    }
    const { openSqliteStore } = await import("../store/sqlite.js");
    return openSqliteStore(purpose === "read" && !isWritable(file) ? readOnly(file) : file);
  },
  callbacks({ dags, folder, executeRun, executeTask }, print, logs) {
    // A module that exports executeRun has no executor for commands of tasks; the command line runs them.
    const isShell = ({ command }: { command?: string }) => command !== undefined || executeRun === undefined;
    const byTask = dags.some(({ tasks, taskDefaults }) =>
      tasks?.some((task) => isShell({ ...taskDefaults, ...task })),
    );
    const onLine = (line: ShellLine) => {
      logs?.write(line);
      print(line);
    };
    const commands = executeTask === undefined && byTask ? shellOnDemand({ cwd: folder, onLine }) : undefined;
    const own = executeTask && (logs?.withStack(executeTask) ?? executeTask);
    const engine = own ?? (commands === undefined ? undefined : (logs?.withEnds(commands) ?? commands));
    return {
      // A command with unresolved braces is rarely meant. The DAG, the task or --on-unknown may allow it.
      onUnknown: "error",
      ...(executeRun !== undefined && { executeRun }),
      ...(engine !== undefined && { executeTask: engine }),
    };
  },
};

/** `shellTasks`, loaded with the first task: a preview needs no child processes. */
function shellOnDemand(options: ShellOptions): ExecuteTask {
  let tasks: Promise<ExecuteTask> | undefined;
  return async (task) => {
    tasks ??= import("../shell.js").then(({ shellTasks }) => shellTasks(options));
    return (await tasks)(task);
  };
}

/** Whether a store can be written: its file, and its folder, in which SQLite keeps a log beside it. */
function isWritable(file: string): boolean {
  try {
    for (const path of [file, dirname(file)]) accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The address by which SQLite reads a file without creating others beside it. Recent writes are in the log; if there is none,
 *  the file is complete. */
function readOnly(file: string): string {
  const log = `${file}-wal`;
  const isComplete = !existsSync(log) || statSync(log).size === 0;
  return `${pathToFileURL(file).href}?mode=ro${isComplete ? "&immutable=1" : ""}`;
}

async function main(args: readonly string[]): Promise<ExitCode> {
  const terminal = new Terminal(process.stdout, process.env);
  // If both are the same screen, the redrawn line must be erased before each line of either.
  const sameScreen = process.stdout.isTTY && process.stderr.isTTY;
  const notices = sameScreen ? terminal : new Terminal(process.stderr, process.env);
  const json = args.includes("--json");
  let verb: Verb | undefined;
  const code = await answer().catch((error: unknown) => reportError(error, notices, json, verb?.flags ?? []));
  await Promise.all([terminal.flush(), notices.flush()]);
  if (terminal.failure === undefined) return code;
  notices.line(
    `${notices.paint("red", "error")} the output could not be written: ${terminal.failure.message}`,
  );
  await notices.flush();
  return code === exitCodes.ok ? exitCodes.failed : code;

  async function answer(): Promise<ExitCode> {
    const [name, ...rest] = ownVerb(args);
    const [about] = rest;
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      if (about === undefined || about.startsWith("-")) {
        showHelp(verbs, terminal);
        return name === undefined ? exitCodes.usage : exitCodes.ok;
      }
      showVerbHelp(about, verbOf(about), terminal);
      return exitCodes.ok;
    }
    const foreign = airflowCommand([name, ...rest]);
    if (foreign !== undefined) throw foreign;
    verb = verbOf(name);
    const request = read(rest, verb, name);
    if (request.help) {
      showVerbHelp(name, verb, terminal);
      return exitCodes.ok;
    }
    return verb.run({ ...request, verb: name, terminal, notices, json, world }).catch((error: unknown) => {
      const isUnknownDag = error instanceof DagfillError && error.code === "UNKNOWN_DAG";
      throw (isUnknownDag ? airflowCommand([name, ...rest], true) : undefined) ?? error;
    });
  }
}

/** The arguments of a verb. Flags that it does not have may be those of Airflow's command of the same name, as in `tasks clear -y sales`. */
function read(args: readonly string[], { flags, positionals }: Verb, name: string): Arguments {
  try {
    return readArguments(args, flags, positionals, name);
  } catch (error) {
    throw airflowCommand([name, ...args], true) ?? error;
  }
}

function verbOf(name: string): Verb {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) throw unknownVerb(name);
  return verb;
}

function unknownVerb(name: string): DagfillError {
  const meant = suggestion(name, Object.keys(verbs));
  return new DagfillError("INVALID_OPTION", `expected ${Object.keys(verbs).join(", ")}; got ${shown(name)}`, {
    hint: meant === undefined ? "dagfill --help" : `did you mean ${meant}?`,
  });
}

takeCoreFromFile();
// Exits explicitly: a DAG module may hold connections open that would keep the process alive.
main(process.argv.slice(2)).then((code) => process.exit(code));
