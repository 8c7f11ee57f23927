// A DAG that fails on the dates listed in $FAIL, with a message of several lines.
export const dag = { dagId: "flaky", schedule: "@daily" };

export function executeRun({ executionDate }) {
  const date = executionDate.slice(0, 10);
  if (process.env.FAIL?.split(",").includes(date))
    throw new TypeError(`no data for ${date}\n\x1b[31mat line 2`);
  return { date };
}
