// dagfill render: what a template becomes for a date.
import { DagfillError } from "../../error.js";
import { type MacroOptions, resolveDateMacros, type TimetableOptions } from "../../face.js";
import { dateOf } from "../bounds.js";
import { flags } from "../flags.js";
import { exitCodes } from "../report_error.js";
import type { Verb } from "../verb.js";

export const render: Verb = {
  summary: "print a template with its macros resolved for a date",
  positionals: ["TEMPLATE"],
  flags: [
    ...flags.executionDate,
    ...flags.scheduleText,
    ...flags.schedule,
    ...flags.conf,
    ...flags.templates,
    ...flags.onUnknown,
    ...flags.json,
  ],
  async run({ positionals: [template = ""], values, terminal, notices, json }) {
    const {
      executionDate,
      schedule,
      timeZone,
      kind,
      dst,
      conf,
      params,
      variables,
      macroTimeZone,
      onUnknown,
    } = values;
    if (typeof executionDate !== "string") {
      throw new DagfillError("INVALID_OPTION", "expected --execution-date DATE, got nothing", {
        field: "--execution-date",
      });
    }
    // Absent options stay absent, because an option with the value undefined would still count as given.
    const options = { timeZone, kind, dst, conf, params, variables, macroTimeZone, onUnknown };
    const date = dateOf(executionDate, "--execution-date", timeZone as string | undefined, notices);
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    const resolved = (more: MacroOptions) =>
      resolveDateMacros(template, date, typeof schedule === "string" ? schedule : null, {
        ...(Object.fromEntries(given) as TimetableOptions & MacroOptions),
        ...more,
      });
    const fault = onUnknown === undefined ? unresolved(() => resolved({ onUnknown: "error" })) : undefined;
    const text = resolved({});
    terminal.line(
      json ? JSON.stringify({ text, ...(fault !== undefined && { unresolved: fault.message }) }) : text,
    );
    if (fault === undefined) return exitCodes.ok;
    if (!json) notices.line(`${notices.paint("yellow", "stayed as written")} ${fault.message}${hint(fault)}`);
    return exitCodes.failed;
  },
};

/** The error for a tag that nothing resolves, if there is one. */
function unresolved(render: () => string): DagfillError | undefined {
  try {
    render();
    return undefined;
  } catch (error) {
    const codes = ["UNKNOWN_MACRO", "INVALID_TEMPLATE"];
    if (error instanceof DagfillError && codes.includes(error.code)) return error;
    throw error;
  }
}

function hint({ hint }: DagfillError): string {
  return hint === undefined ? "" : ` (${hint})`;
}
