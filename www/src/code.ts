import type { BackfillOptions, Dag } from "dagfill";
import { airflow2, airflow3 } from "./airflow";
import type { Flavour } from "./flavours";
import type { Draft, PlanView } from "./model";
import { fileName, json, literal, option, Refusal, shell } from "./quote";
import type { Rows } from "./ranges";
import { dagOf, optionsOf } from "./request";

/** A valid plan as text to paste somewhere else, or why there is none. */
export type Code = { text: string } | { refused: string };

/** The members of a plan that its code is made of. */
type Planned = Rows & Partial<Pick<PlanView, "warnings">>;

/** `plan`: the columns of the draft's plan; null where it has none. */
export function toCode(draft: Draft, flavour: Flavour, now: number, plan: Planned | null): Code {
  try {
    return { text: write(draft, flavour, now, plan) };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}

function write(draft: Draft, flavour: Flavour, now: number, plan: Planned | null): string {
  const options = optionsOf(draft, now);
  switch (flavour) {
    case "js":
      return javascript(draft, options);
    case "cli":
      return cli(draft, options, plan);
    case "airflow3":
      return airflow3(draft, options, now, plan);
    case "airflow2":
      return airflow2(draft, options, plan);
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

function cli(draft: Draft, options: BackfillOptions, plan: Planned | null): string {
  // The command line's default is "error", and the policy is part of the plan's hash. Where every macro is known both run the same.
  const isKnown = plan?.warnings?.every(({ code }) => code !== "unknown_macro") ?? false;
  const policy = isKnown && draft.rest?.onUnknown === undefined ? [option("on-unknown", "keep")] : [];
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
  const line = (verb: string) => [`dagfill ${verb} ${shell(file)}`, ...flags, ...policy].join(" \\\n  ");
  return `cat > ${shell(file)} <<'DAG'
${compact(dagOf(draft))}
DAG
${line("preview")}
${line("run")}
`;
}
