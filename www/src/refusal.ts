import { confFault, readConf } from "./conf";
import { sentencesOf } from "./failure";
import type { Draft } from "./model";
import type { PlanState } from "./usePlan";

/** Why the form cannot be written as code or as a file: only a form that the engine has accepted can be. */
export function refusalOf(draft: Draft, { error }: PlanState): string | null {
  if (error) return sentencesOf(error);
  const conf = readConf(draft.conf);
  return conf.ok ? null : `Conf: ${confFault(conf)}`;
}
