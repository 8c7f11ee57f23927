// dagfill render: what a template becomes for a date.
import { DagfillError } from "../../error.js";
import { type MacroOptions, resolveDateMacros, type TimetableOptions } from "../../face.js";
import { flags } from "../flags.js";
import { exitCodes } from "../report_error.js";
import type { Verb } from "../verb.js";

export const render: Verb = {
  summary: "what a template becomes for a date",
  positionals: ["TEMPLATE"],
  flags: [...flags.executionDate, ...flags.scheduleText, ...flags.schedule, ...flags.conf, ...flags.json],
  async run({ positionals: [template = ""], values, terminal, json }) {
    const { executionDate, schedule, timeZone, kind, dst, conf } = values;
    if (typeof executionDate !== "string") {
      throw new DagfillError("INVALID_OPTION", "expected --execution-date DATE, got nothing", {
        field: "--execution-date",
      });
    }
    // Options that are absent stay absent: an option with the value undefined would be one all the same.
    const given = Object.entries({ timeZone, kind, dst, conf }).filter(([, value]) => value !== undefined);
    const text = resolveDateMacros(
      template,
      executionDate,
      typeof schedule === "string" ? schedule : null,
      Object.fromEntries(given) as TimetableOptions & MacroOptions,
    );
    terminal.line(json ? JSON.stringify({ text }) : text);
    return exitCodes.ok;
  },
};
