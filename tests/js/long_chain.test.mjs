// DAGs of many tasks: memory grows with their number, and not with the number of pairs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

// By shape: the dependencies of task `n`. Tasks read the XCom of tasks before them; in a chain all of them read that of the first one, too.
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: parts of a program.
const shapes = {
  "a chain": "n === 0 ? [] : [`t${n - 1}`]",
  "a fan between two tasks": "n === 0 ? [] : n === COUNT - 1 ? all.slice(1, -1) : [`t0`]",
  "layers of a hundred": "n < 100 ? [] : all.slice(n - (n % 100) - 100, n - (n % 100)).slice(0, 5)",
};
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: parts of a program.

const program = (dependsOn) => `
  import { BackfillService, validateDag } from "dagfill";
  const COUNT = 10_000;
  const READS_FIRST = ${dependsOn.includes("n - 1}")};
  const all = Array.from({ length: COUNT }, (_, n) => \`t\${n}\`);
  const tasks = all.map((taskId, n) => {
    const dependsOn = ${dependsOn};
    const params = dependsOn.map((before) => \`{{ xcom.\${before}.return_value }}\`).slice(0, 2);
    return { taskId, dependsOn, params: [...params, ...(n > 0 && READS_FIRST ? ["{{ xcom.t0.return_value }}"] : [])] };
  });
  const dag = { dagId: "large", schedule: "@daily", maxActiveTasks: 100, tasks };
  const options = { dagId: "large", startDate: "2024-01-01", endDate: "2024-01-01" };
  const service = new BackfillService({ dags: [dag], executeTask() {} });
  validateDag(dag);
  const { counts, warnings } = await service.preview(options);
  let read = 0;
  const executeTask = ({ taskId, params }) => {
    read += params.filter((value) => /^t\\d+$/.test(value)).length;
    return taskId;
  };
  const { state } = await new BackfillService({ dags: [dag], executeTask }).backfill(options);
  const references = tasks.reduce((sum, { params }) => sum + params.length, 0);
  console.log(counts.create, warnings.length, state, read === references);
`;

for (const [name, dependsOn] of Object.entries(shapes)) {
  test(`${name} of 10,000 tasks is planned and run in 300 MB`, () => {
    // All pairs would be 50 million.
    const args = ["--max-old-space-size=300", "--input-type=module", "--eval", program(dependsOn)];
    const printed = execFileSync(process.execPath, args, { encoding: "utf8", timeout: 300_000 });
    assert.equal(printed.trim(), "1 0 success true");
  });
}
