/** The message for a DAG whose schedule is null: it has no dates, so that no plan can be made of it. */
export const noSchedule = (dagId: string) =>
  `${dagId || "The DAG"} has no schedule (schedule=None): there is nothing to backfill; write one to plan.`;
