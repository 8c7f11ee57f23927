// Options of templates that may be given on several levels: by a service, a DAG, a task, a backfill, a call.
import { name, oneOf, type Spec } from "../options.js";
import { type CheckedLookups, type Lookups, lookupSpec } from "./lookups.js";

/** Text that nothing resolves: it stays, is an error (UNKNOWN_MACRO), or is left out. */
export type OnUnknown = "keep" | "error" | "empty";

/** Options of templates that a service, a DAG and a call may set. */
export interface TemplateOptions extends Lookups {
  /** Default "keep"; the command line and shellTasks take "error" where nothing is said. */
  onUnknown?: OnUnknown;
}

/** The same, checked. */
export type CheckedTemplateOptions = CheckedLookups & { readonly onUnknown?: OnUnknown };

export const onUnknown = oneOf("keep", "error", "empty");

export const templateSpec: Spec<CheckedTemplateOptions> = { ...lookupSpec, onUnknown };

/** The zone in which dates are written. */
export const macroTimeZone = name;
