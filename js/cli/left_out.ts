// Tasks whose work an importer left out, told before anything runs.
import type { Dag } from "../face.js";
import { isLeftOut } from "../import/left_out.js";
import { shortened } from "../visible.js";
import type { Warning } from "../warning.js";

/** The warning `work_not_imported`: tasks that fail until somebody gives them a command. */
export function leftOutWarnings({ tasks = [] }: Dag): Warning[] {
  const ids = tasks.filter(({ command }) => isLeftOut(command)).map(({ taskId }) => taskId);
  if (ids.length === 0) return [];
  const [these, fail] = ids.length === 1 ? ["1 task", "fails"] : [`${ids.length} tasks`, "fail"];
  const message = `${these} ${fail} in every run, because import-dag could not take over the work: ${shortened(ids.join(", "), 160)}. Replace the command of each`;
  return [{ code: "work_not_imported", message, count: ids.length }];
}
