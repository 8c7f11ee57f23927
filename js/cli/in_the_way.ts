// An interrupted backfill over the dates that were asked for, or a run on a date: the error says what to type next.
import { DagfillError } from "../error.js";
import type { RunRecord } from "../face.js";
import { dagFlag, quoted, typedLine } from "./typed_line.js";
import type { Request } from "./verb.js";

function interruptedId(error: unknown): string | undefined {
  if (!(error instanceof DagfillError) || error.code !== "BACKFILL_EXISTS") return undefined;
  // The id was used before, perhaps by a backfill that has ended: there may be nothing to continue.
  if (error.field === "backfillId") return undefined;
  const id = (error.details as { backfillId?: unknown } | undefined)?.backfillId;
  return typeof id === "string" ? id : undefined;
}

/** The error with the commands that continue such a backfill, or close it; `more`: what else could be typed. */
export function nameTheCommand(
  error: unknown,
  { positionals, values }: Pick<Request, "positionals" | "values">,
  ...more: string[]
): unknown {
  const id = interruptedId(error);
  if (id === undefined) return error;
  const { code, message, details } = error as DagfillError;
  const [file, name] = [positionals[0] ?? "", id].map(quoted);
  return new DagfillError(code, message, {
    hint: [
      typedLine("to continue it", `resume ${file} ${name}`, values),
      typedLine("to close it", `discard ${name}`, { store: values.store }),
      ...more,
    ].join("\n     "),
    ...(details !== undefined && { details }),
    cause: error,
  });
}

/** RUN_EXISTS with the commands that show such a run, continue it, or run it again. `run`: as the store has it; `isDriven`: a process is at work on it. */
export function nameTheRerun(
  error: unknown,
  run: RunRecord | undefined,
  isDriven: boolean,
  { positionals, values }: Pick<Request, "positionals" | "values">,
): unknown {
  if (!(error instanceof DagfillError) || error.code !== "RUN_EXISTS" || run === undefined) return error;
  const { code, message, details } = error;
  const { dagId, executionDate, runId, state } = run;
  const file = quoted(positionals[0] ?? "");
  const left = (details as { backfillId?: unknown } | undefined)?.backfillId;
  const hints: string[] = [];
  if (typeof left === "string") {
    hints.push(typedLine("to continue its backfill", `resume ${file} ${quoted(left)}`, values));
    hints.push(typedLine("to close it", `discard ${quoted(left)}`, values));
  } else if (isDriven) {
    hints.push(typedLine("it has not ended; to see how far it is", `tasks ${file} ${executionDate}`, values));
  } else {
    const range = `${file}${dagFlag(dagId)} --from ${executionDate} --to ${executionDate}`;
    if (state !== "success")
      hints.push(typedLine("to run what did not succeed again", `retry ${range}`, values));
    hints.push(typedLine("to run it again from the start", `clear ${range}`, values));
  }
  const named = message.includes(runId) ? message : `${message}: ${runId}, ${state}`;
  return new DagfillError(code, named, {
    hint: hints.join("\n     "),
    ...(details !== undefined && { details }),
    cause: error,
  });
}
