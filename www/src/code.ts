import type { BackfillOptions, Dag } from "dagfill";
import type { Flavour } from "./flavours";
import type { Draft } from "./model";
import { fileName, json, literal, option, printable, Refusal, shell } from "./quote";
import { dagOf, optionsOf } from "./request";

/** The bounds in UTC, as the engine has read them. */
export interface Bounds {
  start: string;
  end: string;
}

/** A valid plan as text to paste somewhere else, or why there is none. */
export type Code = { text: string } | { refused: string };

export function toCode(draft: Draft, flavour: Flavour, now: number, read: Bounds | null): Code {
  try {
    return { text: write(draft, flavour, optionsOf(draft, now), read) };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}

function write(draft: Draft, flavour: Flavour, options: BackfillOptions, read: Bounds | null): string {
  switch (flavour) {
    case "js":
      return javascript(draft, options);
    case "cli":
      return cli(draft, options);
    case "airflow3":
      return airflow3(draft, options, read);
    case "airflow2":
      return airflow2(draft, options, read);
    case "json":
      return `${json({ dag: dagOf(draft), options }, true)}\n`;
  }
}

function javascript(draft: Draft, options: BackfillOptions): string {
  return `import { BackfillService } from "dagfill";
import { shellTasks } from "dagfill/shell";
import { openSqliteStore } from "dagfill/store/sqlite";

const service = new BackfillService({
  dags: [${literal(dagOf(draft), "  ")}],
  store: await openSqliteStore("dagfill.sqlite"),
  executeTask: shellTasks(),
});
const options = ${literal(options)};

const preview = await service.preview(options);
console.log(preview.counts);
// The run is refused when the plan is no longer the one above.
const result = await service.backfill({ ...options, planHash: preview.planHash });
console.log(result.state, result.completed, "of", result.totalDates);
`;
}

const kebab = (name: string) =>
  [...name].map((c) => (c === c.toLowerCase() ? c : `-${c.toLowerCase()}`)).join("");

/** A DAG as JSON with one line a task, so that the commands below it stay in sight. */
function compact(dag: Dag): string {
  const { tasks = [], ...rest } = dag;
  const head = Object.entries(rest).map(([key, value]) => `  ${json(key)}: ${json(value)},`);
  const lines = tasks.map((task) => `    ${json(task)}`);
  return ["{", ...head, '  "tasks": [', lines.join(",\n"), "  ]", "}"].join("\n");
}

function cli(draft: Draft, options: BackfillOptions): string {
  // As on the page: by itself the command refuses text that nothing resolves.
  const dag: Dag = { ...dagOf(draft), onUnknown: "keep" };
  // The ending keeps a DAG called "package" from overwriting package.json.
  const file = fileName(draft.dagId, "dag.json");
  const flags = Object.entries(options)
    .filter(([name]) => name !== "dagId")
    .map(([name, value]) => {
      if (value === true) return `--${kebab(name)}`;
      const text = Array.isArray(value)
        ? value.join(",")
        : typeof value === "object"
          ? json(value)
          : String(value);
      return option(kebab(name), text);
    });
  const line = (verb: string) => [`dagfill ${verb} ${shell(file)}`, ...flags].join(" \\\n  ");
  return `cat > ${shell(file)} <<'DAG'
${compact(dag)}
DAG
${line("preview")}
${line("run")}
`;
}

/** Comments on the settings that neither Airflow line can say. */
function remarks(draft: Draft): string[] {
  const notes: string[] = [];
  if (draft.exclude.length)
    notes.push(
      `# Not in Airflow: leave out ${printable(draft.exclude.join(", "))}. Run the ranges between them.`,
    );
  if (draft.schedule.trim().startsWith("P"))
    notes.push("# The schedule is a period: use a DeltaDataIntervalTimetable in the DAG.");
  if (draft.dst !== "airflow")
    notes.push(`# Clock changes: "${printable(draft.dst)}" is dagfill's; Airflow has its own rule only.`);
  return notes;
}

/** Airflow takes instants: the bounds as the engine has read them, to the second. */
function bounds(options: BackfillOptions, read: Bounds | null): [string, string] {
  const instant = (text: string) => `${text.slice(0, 19)}+00:00`;
  return read
    ? [instant(read.start), instant(read.end)]
    : [String(options.startDate), String(options.endDate)];
}

function airflow3(draft: Draft, options: BackfillOptions, read: Bounds | null): string {
  const [from, to] = bounds(options, read);
  const flags = [
    option("dag-id", draft.dagId),
    option("from-date", from),
    option("to-date", to),
    `--max-active-runs ${draft.parallel}`,
    `--reprocess-behavior ${draft.which}`,
    ...(draft.backwards ? ["--run-backwards"] : []),
    ...(options.conf ? [option("dag-run-conf", json(options.conf))] : []),
  ];
  return [
    ...remarks(draft),
    ...(draft.kind === "interval"
      ? ["# The DAG must use a CronDataIntervalTimetable (Airflow 3 plans by trigger time)."]
      : []),
    "# Add --dry-run to see the dates first.",
    ["airflow backfill create", ...flags].join(" \\\n  "),
    "",
  ].join("\n");
}

function airflow2(draft: Draft, options: BackfillOptions, read: Bounds | null): string {
  const [from, to] = bounds(options, read);
  const dagId = shell(draft.dagId);
  // Behind `--` nothing is an option.
  const [before, behind] = draft.dagId.startsWith("-") ? ["", [`-- ${dagId}`]] : [` ${dagId}`, []];
  const flags = [
    option("start-date", from),
    option("end-date", to),
    ...(draft.which === "failed" ? ["--rerun-failed-tasks"] : []),
    ...(draft.which === "completed" ? ["--reset-dagruns", "--yes"] : []),
    ...(draft.backwards ? ["--run-backwards"] : []),
    ...(options.conf ? [option("conf", json(options.conf))] : []),
  ];
  return [
    ...remarks(draft),
    ...(draft.which === "none"
      ? ['# Airflow 2 has no flag for "missing only": existing failed tasks stop its backfill.']
      : []),
    ...(draft.which === "failed"
      ? ["# --rerun-failed-tasks reruns failed tasks inside the runs of the range."]
      : []),
    `# No flag for parallel runs: set max_active_runs=${draft.parallel} in the DAG, or use a pool.`,
    "# Add --dry-run to see the tasks first.",
    [`airflow dags backfill${before}`, ...flags, ...behind].join(" \\\n  "),
    "",
  ].join("\n");
}
