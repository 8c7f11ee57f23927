// dagfill import-dag: DAGs of another system as JSON, to be kept in a file.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { DagfillError } from "../../error.js";
import { flags } from "../flags.js";
import { exitCodes } from "../report_error.js";
import type { Verb } from "../verb.js";

/** The number of notes that are printed at most. */
const MOST_NOTES = 40;

export const importDag: Verb = {
  summary:
    "print DAGs of Airflow (Python, REST, serialized), dbt, Kubernetes or a crontab as JSON; - reads stdin",
  positionals: ["FILE"],
  flags: [...flags.importFormat, ...flags.all],
  async run({ positionals: [path = ""], values, terminal, notices }) {
    // Loaded here, so that no other verb pays for the parsers.
    const { importDag: read } = await import("../../import.js");
    const format = values.format as Parameters<typeof read>[1] extends { format?: infer F } | undefined
      ? F
      : never;
    const { dags, notes } = read(readSource(path), {
      ...(format !== undefined && { format }),
      ...(path !== "-" && { fileName: basename(path) }),
    });
    // FILE:LINE, which editors and terminals open.
    const place = (line: number | undefined) =>
      line === undefined ? "" : `${path === "-" ? "stdin" : path}:${line}: `;
    const errors = notes.filter(({ severity }) => severity === "error");
    const others = notes.filter(({ severity }) => severity === undefined);
    for (const { line, message, dagId } of errors) {
      const left = dagId === undefined ? "" : "; it is left out";
      notices.line(`${notices.paint("red", "error")} ${place(line)}${message}${left}`);
    }
    for (const { line, message } of values.all === true ? others : others.slice(0, MOST_NOTES)) {
      notices.line(`${notices.paint("yellow", "warning")} ${place(line)}${message}`);
    }
    const more = values.all === true ? 0 : others.length - MOST_NOTES;
    if (more > 0) notices.line(notices.paint("dim", `${more} more warnings: --all shows them`));
    const invalid = new Set(errors.map(({ dagId }) => dagId));
    // Of DAGs with one id the last one counts, as in Airflow: a file that has both is refused.
    const valid = new Map(dags.filter(({ dagId }) => !invalid.has(dagId)).map((dag) => [dag.dagId, dag]));
    const written = [...valid.values()];
    terminal.line(JSON.stringify(written.length === 1 ? written[0] : written, null, 2));
    return written.length === 0 || errors.length > 0 ? exitCodes.failed : exitCodes.ok;
  },
};

/** The text of a file, or of stdin for `-`. */
export function readSource(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (error) {
    throw new DagfillError(
      "INVALID_OPTION",
      `expected a file to read, got ${path}: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}
