// An interrupted backfill over the dates that were asked for: the error says what to type next.
import { DagfillError } from "../error.js";
import { passwordNote, quoted, serverFlags } from "./typed_line.js";
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
  const { store, engine } = values;
  const [file, name] = [positionals[0] ?? "", id].map(quoted);
  return new DagfillError(code, message, {
    hint: [
      `to continue it${passwordNote({ store, engine })}: dagfill resume ${file} ${name}${serverFlags({ store, engine })}`,
      `to close it${passwordNote({ store })}: dagfill discard ${name}${serverFlags({ store })}`,
      ...more,
    ].join("\n     "),
    ...(details !== undefined && { details }),
    cause: error,
  });
}
