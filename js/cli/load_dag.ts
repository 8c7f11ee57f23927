// A file of DAGs: a module with its callbacks, or JSON or YAML whose tasks are shell commands.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DagfillError } from "../error.js";
import { type Dag, type Engine, type ExecuteRun, type ExecuteTask, validateDag } from "../face.js";
import { failure } from "../failure.js";
import { nearest } from "../nearest.js";
import { shown } from "../shown.js";
import { shortened } from "../visible.js";
import { dagHint } from "./dag_hints.js";
import { readJsonText } from "./json_text.js";
import { withoutPassword } from "./server_url.js";

export interface DagFile {
  /** As it was written on the command line. */
  name: string;
  /** Where the file is; commands run there. */
  folder: string;
  dags: Dag[];
  executeRun?: ExecuteRun;
  executeTask?: ExecuteTask;
  /** Where its runs are executed; checked where it is used. */
  engine?: Engine;
}

/** Files in which other systems keep DAGs, by extension. */
const otherKinds: Readonly<Record<string, string>> = {
  ".py": "a Python file (dagfill does not run Airflow's or other Python DAGs)",
  ".toml": "TOML",
};

/** Loads a file. Its DAGs are checked where they are used. */
export async function loadDagFile(name: string): Promise<DagFile> {
  const path = resolve(name);
  if (!existsSync(path)) {
    const meant = nearestFile(path);
    throw new DagfillError(
      "INVALID_DAG",
      `expected a file of DAGs, got no file at ${withoutPassword(name)}`,
      {
        hint:
          meant === undefined
            ? extname(path) === ""
              ? "a DAG goes by its file, such as sales.yaml or sales.mjs; dagfill init writes one, and dagfill import-dag makes one of Airflow's"
              : "a module that exports `dag`, JSON or YAML; see dagfill --help"
            : `did you mean ${join(dirname(name), meant)}?`,
      },
    );
  }
  if (statSync(path).isDirectory()) {
    throw new DagfillError("INVALID_DAG", `expected a file of DAGs, got the folder ${name}`);
  }
  const kind = extname(path).toLowerCase();
  const other = otherKinds[kind];
  if (other !== undefined) {
    throw new DagfillError(
      "INVALID_DAG",
      `expected a JavaScript module, JSON or YAML, got ${other}: ${name}`,
      {
        hint:
          kind === ".py"
            ? `dagfill import-dag ${name} > dag.json reads the DAGs of an Airflow file, without running it`
            : `write the DAG as JSON: { "dagId": "etl", "schedule": "@daily", "tasks": [{ "taskId": "load", "command": "..." }] }`,
      },
    );
  }
  const isText = kind === ".json" || kind === ".yaml" || kind === ".yml";
  const exports = isText
    ? { default: await readText(withoutMark(readFileSync(path, "utf8")), kind, name) }
    : await importModule(path, name);
  const { dags, executeRun, executeTask, engine } = pick(exports, name);
  return {
    name,
    folder: dirname(path),
    dags,
    ...(executeRun !== undefined && { executeRun }),
    ...(executeTask !== undefined && { executeTask }),
    ...(engine !== undefined && { engine }),
  };
}

/** The name of a file of the same folder that is spelled nearly so. */
function nearestFile(path: string): string | undefined {
  try {
    return nearest(basename(path), readdirSync(dirname(path)).filter(looksLikeFile).slice(0, 1_000));
  } catch {
    return undefined;
  }
}

/** The DAG that is meant: the one of that id, or the only one. */
export function chooseDag(file: DagFile, wanted: unknown): Dag {
  const dagId = typeof wanted === "string" ? wanted : undefined;
  const ids = file.dags.map((dag) => dag.dagId);
  const only = file.dags.length === 1 ? file.dags[0] : undefined;
  const chosen = dagId === undefined ? only : file.dags.find((dag) => dag.dagId === dagId);
  if (chosen !== undefined) return chosen;
  if (dagId === undefined) {
    throw new DagfillError("INVALID_OPTION", `expected --dag-id, since ${file.name} has ${ids.length} DAGs`, {
      field: "--dag-id",
      hint: `one of ${ids.slice(0, 10).join(", ")}${ids.length > 10 ? ", …" : ""}`,
    });
  }
  const meant = nearest(dagId, ids);
  throw new DagfillError("UNKNOWN_DAG", `expected a DAG of ${file.name}, got ${shown(dagId)}`, {
    field: "--dag-id",
    input: dagId,
    hint: meant === undefined ? `it has ${ids.slice(0, 10).join(", ")}` : `did you mean "${meant}"?`,
  });
}

/** Whether a text that names no file was meant as one. */
export function looksLikeFile(text: string): boolean {
  return /\.(m?[jt]s|c[jt]s|json|py|ya?ml|toml)$/.test(text);
}

const modules = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];

/** The text without the byte order mark that some editors begin a file with. */
function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** The DAGs of a JSON or YAML text, checked: what is wrong with one is said with its line. */
async function readText(text: string, kind: string, name: string): Promise<unknown> {
  const located = async () => (await import("./dag_text.js")).readDagText(text, name);
  const value =
    kind === ".json" ? readJsonText(text, `JSON in ${name}`, "INVALID_DAG") : (await located()).value;
  // One DAG, a list of them, or an object whose key `dags` is that list.
  const listed = isObject(value) && Array.isArray(value.dags) ? (value.dags as unknown[]) : undefined;
  const dags = listed ?? (Array.isArray(value) ? (value as unknown[]) : [value]);
  const isList = listed !== undefined || Array.isArray(value);
  for (const [index, dag] of dags.entries()) {
    const place = listed === undefined ? `[${index}]` : `[0].dags[${index}]`;
    const which = isList ? `dags[${index}]: ` : "";
    const at = async (path: string) => (await located()).lineOf(path);
    if (!isObject(dag) || !Object.hasOwn(dag, "dagId")) {
      if (!isList) continue;
      const line = await at(place);
      throw new DagfillError(
        "INVALID_DAG",
        `${name}:${line}: ${which}expected a DAG with dagId, got ${describe(dag)}`,
        {
          ...(isObject(dag) && hintOf([dag])),
          details: { file: name, line },
        },
      );
    }
    try {
      validateDag(dag as unknown as Dag);
    } catch (error) {
      if (!(error instanceof DagfillError)) throw error;
      const { field = "dag" } = error;
      const line = await at(field.replace(/^dag/, place));
      const details = { ...(error.details as object | undefined), file: name, line };
      const hint = dagHint(error, dag);
      throw new DagfillError(error.code, `${name}:${line}: ${which}${error.message}`, {
        ...error,
        ...(hint !== undefined && { hint }),
        details,
      });
    }
  }
  return value;
}

/** The hint for a key that is nearly dagId. */
function hintOf(dags: readonly unknown[]): { hint: string } | undefined {
  const written = dags.flatMap((dag) => (isObject(dag) ? Object.keys(dag) : []));
  const meant = written.find((key) => key !== "dagId" && /^dag[_-]?id$/i.test(key));
  return meant === undefined ? undefined : { hint: `did you mean dagId by ${meant}?` };
}

async function importModule(path: string, name: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    if (
      (error as { code?: unknown } | null)?.code === "ERR_UNKNOWN_FILE_EXTENSION" &&
      !modules.includes(extname(path))
    ) {
      throw new DagfillError("INVALID_DAG", `expected a JavaScript module, JSON or YAML, got ${name}`, {
        hint: `a file of DAGs ends in ${modules.join(", ")} or .json, .yaml, .yml`,
      });
    }
    if ((error as { code?: unknown } | null)?.code === "ERR_UNKNOWN_FILE_EXTENSION" && name.endsWith("ts")) {
      throw new DagfillError(
        "INVALID_DAG",
        `expected a Node that loads TypeScript for ${name}, got ${process.version}`,
        {
          hint: "Node 22.18 or later loads it; Node 22.13 with NODE_OPTIONS=--experimental-strip-types",
        },
      );
    }
    const script = readAsScript(error);
    if (script !== undefined) {
      const [where, kind] = [script === path ? name : script, extname(script).replace("c", "")];
      const other = `${basename(script, extname(script))}${kind.replace(".", ".m")}`;
      throw new DagfillError(
        "INVALID_DAG",
        `expected an ES module, got ${where}, which Node reads as CommonJS`,
        {
          hint: `name it ${other}${extname(script) === kind ? `, or write "type": "module" into the package.json of its folder` : ""}`,
        },
      );
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : failure(error).message;
    const message = `expected a module that loads, got an error from ${name}`;
    // The stack leads the author to the line. Errors of the package have no room for one.
    throw Object.assign(new DagfillError("INVALID_DAG", message, { cause: error }), {
      message: `${message}:\n${shortened(stack, 4_000)}`,
    });
  }
}

/** The file with `import` or `export` that Node has read as CommonJS, as its package.json or its name say. */
function readAsScript(error: unknown): string | undefined {
  if (!(error instanceof SyntaxError)) return undefined;
  const isModule =
    /^Unexpected token 'export'|^Cannot use (import statement|'import\.meta') outside a module/;
  if (!isModule.test(error.message)) return undefined;
  return /^(.+\.c?[jt]s):\d+$/m.exec(error.stack ?? "")?.[1];
}

// The exports are named, or members of the default export, which is all that CommonJS has.
function pick(exports: Record<string, unknown>, name: string) {
  const whole = isObject(exports.default) && !Array.isArray(exports.default) ? exports.default : {};
  const own = (key: string) => exports[key] ?? whole[key];
  const found = own("dags") ?? own("dag") ?? exports.default;
  const dags = Array.isArray(found) ? found : [found];
  if (dags.length === 0 || !dags.every((dag) => isObject(dag) && Object.hasOwn(dag, "dagId"))) {
    throw new DagfillError("INVALID_DAG", `expected ${name} to hold a DAG, got ${describe(found)}`, {
      ...(hintOf(dags) ?? {
        hint: "export const dag = { dagId, schedule, tasks }, or an array `dags`; in JSON and YAML the DAG itself",
      }),
    });
  }
  return {
    dags: dags as Dag[],
    executeRun: callback<ExecuteRun>(own("executeRun"), "executeRun"),
    executeTask: callback<ExecuteTask>(own("executeTask"), "executeTask"),
    engine: own("engine") as Engine | undefined,
  };
}

function callback<T>(value: unknown, name: string): T | undefined {
  if (value === undefined || typeof value === "function") return value as T | undefined;
  throw new DagfillError("INVALID_DAG", `expected ${name} to be a function, got ${describe(value)}`, {
    field: name,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function describe(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 0 ? "an empty list" : "a list with an entry that is not a DAG";
  return isObject(value) ? "an object without dagId" : value === undefined ? "no export of it" : typeof value;
}
