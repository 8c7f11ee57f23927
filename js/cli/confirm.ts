// The question before a plan that is large or replaces runs that succeeded.
import { DagfillError } from "../error.js";
import type { BackfillOptions, BackfillPreview } from "../face.js";
import { shortened } from "../visible.js";
import { startsOf } from "./chunk_runs.js";
import { Declined, exitCodes } from "./report_error.js";
import type { Request } from "./verb.js";

/** A plan with more runs than this needs a confirmation. */
const LARGE = 500;

/** The options of a plan that may start: as they are where nothing has to be asked, else with the hash of the plan that was agreed to, so
 *  that no other one starts. `Declined` when the answer is no, INVALID_OPTION where there is no terminal to ask on. */
export async function confirmed(
  preview: BackfillPreview,
  options: BackfillOptions,
  { values, notices, terminal }: Request,
): Promise<BackfillOptions> {
  if (values.yes === true) return options;
  const why = reason(preview, options);
  if (why === undefined) return options;
  if (!process.stdin.isTTY || !terminal.interactive) {
    throw new DagfillError(
      "INVALID_OPTION",
      `expected --yes for a plan that ${why}, got no terminal to ask`,
      {
        field: "--yes",
        hint: "dagfill preview shows the plan",
      },
    );
  }
  const answer = await ask(`${shortened(options.dagId, 200)}: the plan ${why}. Run it? [y/N] `);
  if (answer !== "yes") {
    notices.line("nothing was started");
    throw new Declined(answer === "no" ? exitCodes.usage : exitCodes.interrupted);
  }
  return { ...options, planHash: options.planHash ?? preview.planHash };
}

/** Why a plan is asked about, in words; `undefined` where it is not. */
function reason(
  preview: BackfillPreview,
  { chunk, taskIds, withUpstream = true }: BackfillOptions,
): string | undefined {
  const { counts, runs } = preview;
  const count = chunk === undefined ? counts.create + counts.rerun + counts.reset : startsOf(preview);
  let replaced = 0;
  if (counts.reset > 0) {
    for (const { action, existingState } of runs) {
      if (action === "reset" && existingState === "success") replaced += 1;
    }
  }
  if (replaced > 0) {
    const named = shortened((taskIds ?? []).join(", "), 200);
    const what = `${taskIds?.length === 1 ? "task" : "tasks"} ${named}${withUpstream ? " and what is before" : ""} in `;
    return `replaces ${taskIds === undefined ? "" : what}${replaced} ${replaced === 1 ? "run that" : "runs that have"} succeeded`;
  }
  return count > LARGE ? `has ${count} runs` : undefined;
}

/** The answer; the end of the input is a no. */
async function ask(question: string): Promise<"yes" | "no" | "interrupted"> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  let isInterrupted = false;
  lines.once("SIGINT", () => {
    isInterrupted = true;
    ended.abort();
  });
  lines.once("close", () => ended.abort());
  try {
    const said = await lines.question(question, { signal: ended.signal });
    return /^y(es)?$/i.test(said.trim()) ? "yes" : "no";
  } catch {
    return isInterrupted ? "interrupted" : "no";
  } finally {
    lines.close();
  }
}
