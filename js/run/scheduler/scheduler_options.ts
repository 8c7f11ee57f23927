// Options of a scheduler, beside those of every host.
import type { HostOptions } from "../host/host_options.js";

export interface SchedulerOptions extends HostOptions {
  /** How to treat a date whose interval the last scheduled run covers in part, because the schedule has changed since: it runs all the
   *  same ("continue", the default), or it is left out ("skip_overlap"). A warning event `interval_mismatch` says so either way. */
  onScheduleChange?: "continue" | "skip_overlap";
}
