// dagfill init: writes a commented DAG file to start from.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DagfillError } from "../../error.js";
import { flags } from "../flags.js";
import { exitCodes } from "../report_error.js";
import type { Verb } from "../verb.js";

const DEFAULT_FILE = "dag.yaml";

export const init: Verb = {
  summary: `write a commented DAG to begin with (${DEFAULT_FILE}, or a .json file)`,
  positionals: ["[FILE]"],
  flags: [...flags.json],
  async run({ positionals: [name = DEFAULT_FILE], terminal, json }) {
    const kind = /\.(ya?ml|json)$/.exec(name)?.[0];
    if (kind === undefined) {
      throw new DagfillError(
        "INVALID_OPTION",
        `expected a file that ends in .yaml, .yml or .json, got ${name}`,
      );
    }
    const path = resolve(name);
    if (existsSync(path)) {
      throw new DagfillError("INVALID_OPTION", `expected a file that is new, but ${name} exists`, {
        hint: "give another name, or remove it",
      });
    }
    const schema = schemaOf(dirname(path));
    try {
      makeFolder(dirname(path));
      writeFileSync(path, kind === ".json" ? jsonDag(schema) : yamlDag(schema), { flag: "wx" });
    } catch (cause) {
      throw new DagfillError(
        "INVALID_OPTION",
        `expected a place for ${name}, got ${(cause as Error).message}`,
        {
          hint: "its folder has to be one that can be written",
          cause,
        },
      );
    }
    if (json) {
      terminal.line(JSON.stringify({ file: name }));
      return exitCodes.ok;
    }
    const range = "--start-date 2024-01-01 --end-date 2024-01-07";
    terminal.line(`wrote ${name}`);
    terminal.line(`  dagfill preview ${name} ${range}   which dates would run, and why`);
    terminal.line(`  dagfill run ${name} ${range}       run them`);
    return exitCodes.ok;
  },
};

/** Makes a folder and its parents. Node's recursive mkdir never returns in folders such as /proc, where mkdir reports that the parent is missing. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** The schema as a file in that folder finds it: an editor reads it from the installed package. */
function schemaOf(folder: string): string | undefined {
  const inPackage = join("node_modules", "dagfill", "schema", "dag.schema.json");
  for (let [at, up] = [folder, "./"]; ; [at, up] = [dirname(at), up === "./" ? "../" : `${up}../`]) {
    if (existsSync(join(at, inPackage))) return `${up}${inPackage.replaceAll("\\", "/")}`;
    if (at === dirname(at)) return undefined;
  }
}

const yamlDag = (schema: string | undefined): string =>
  `${schema === undefined ? "" : `# yaml-language-server: $schema=${schema}\n`}# A DAG: a schedule, and tasks that run once for each of its dates.
dagId: my_dag

# Cron text, @daily, or { every: PT6H }. The zone decides which day a date is.
schedule: "@daily"
timeZone: UTC
startDate: 2024-01-01

# Defaults that --conf overrides.
params:
  table: orders

# Fields of every task that does not set them itself.
taskDefaults:
  retries: 1
  retryDelay: PT10S

tasks:
  # {{ ds }} is the date of the run. The line xcom:JSON passes values to later tasks.
  - taskId: extract
    command: |
      echo "extracting {{ ds }}"
      echo 'xcom:{"rows": 3}'

  # Values of params, conf and XCom go through the filter quote: they become text of the shell.
  - taskId: load
    dependsOn: [extract]
    command: echo "loading" {{ xcom.extract.rows | quote }} "rows into" {{ params.table | quote }}

  # Runs whatever became of the tasks before it.
  - taskId: notify
    dependsOn: [load]
    triggerRule: all_done
    command: echo "done with {{ ds }}"
`;

function jsonDag(schema: string | undefined): string {
  const dag = {
    ...(schema !== undefined && { $schema: schema }),
    dagId: "my_dag",
    schedule: "@daily",
    timeZone: "UTC",
    startDate: "2024-01-01",
    params: { table: "orders" },
    taskDefaults: { retries: 1, retryDelay: "PT10S" },
    tasks: [
      { taskId: "extract", command: `echo "extracting {{ ds }}"; echo 'xcom:{"rows": 3}'` },
      {
        taskId: "load",
        dependsOn: ["extract"],
        command: "echo loading {{ xcom.extract.rows | quote }} rows into {{ params.table | quote }}",
      },
      { taskId: "notify", dependsOn: ["load"], triggerRule: "all_done", command: "echo done with {{ ds }}" },
    ],
  };
  return `${JSON.stringify(dag, null, 2)}\n`;
}
