import { readConf } from "./conf";
import { sentencesOf } from "./failure";
import type { Draft } from "./model";
import type { PlanState } from "./usePlan";

/** Why nothing can be made of a form as code or as a file: only what the engine has accepted is. */
export function refusalOf(draft: Draft, { error }: PlanState): string | null {
  if (error) return sentencesOf(error);
  const conf = readConf(draft.conf);
  return conf.ok ? null : `Conf: line ${conf.line}, column ${conf.column}: expected ${conf.expected}.`;
}
