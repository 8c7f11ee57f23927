// Test environments that imitate a browser, and that hide or change globals in doing so.
import { join } from "node:path";
import { bytes, expected, expression, printed, timed } from "./measure.mjs";

// A backfill of a week, so that not only the dates are tried.
const body = `
const service = new BackfillService({ dags: [{ dagId: "d", schedule: "@daily" }], executeRun: async (run) => run.render("{{ ds }}") });
const result = await service.backfill({ dagId: "d", startDate: "2024-01-01", endDate: "2024-01-07" });
if (${expression} !== "${expected}" || result.completed !== 7) throw new Error("wrong");`;

function jest(environment) {
  return {
    name: `Jest, ${environment}`,
    package: "jest",
    async run({ shop, dist }) {
      const folder = shop.write(`jest-${environment}`, {
        "package.json": "{}\n",
        "jest.config.cjs": `module.exports = { testEnvironment: "${environment}", testMatch: ["**/*.case.cjs"], cache: false };\n`,
        "dagfill.case.cjs": `const { BackfillService, expandRange } = require("dagfill");
require("dagfill/store/indexeddb");
test("dates", async () => {${body}\n});\n`,
        "empty.case.cjs": 'test("empty", () => {});\n',
      });
      const run = (file) => printed(process.execPath, [shop.tool("jest/bin/jest.js"), "--ci", file], folder);
      const cold =
        (await timed(() => run("dagfill.case.cjs"), 3)) - (await timed(() => run("empty.case.cjs"), 3));
      return { cold, ...bytes([join(dist, "index.cjs")]) };
    },
  };
}

export const testRunners = [
  jest("node"),
  jest("jsdom"),
  {
    name: "Vitest, happy-dom",
    package: "vitest",
    async run({ shop, dist }) {
      const folder = shop.write("vitest", {
        "package.json": '{ "type": "module" }\n',
        "vitest.config.mjs":
          'export default { test: { environment: "happy-dom", include: ["**/*.case.js"] } };\n',
        "dagfill.case.js": `import { BackfillService, expandRange } from "dagfill";
import "dagfill/store/indexeddb";
import { test } from "vitest";
test("dates", async () => {${body}\n});\n`,
        "empty.case.js": 'import { test } from "vitest";\ntest("empty", () => {});\n',
      });
      const run = (file) => printed(process.execPath, [shop.tool("vitest/vitest.mjs"), "run", file], folder);
      const cold =
        (await timed(() => run("dagfill.case.js"), 3)) - (await timed(() => run("empty.case.js"), 3));
      return { cold, ...bytes([join(dist, "index.js")]) };
    },
  },
];
