// A log in which nothing is printed for a minute gets a line that says what is still at work.
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { mock, test } from "node:test";
import { sourceModule } from "../source_module.mjs";

const core = {
  name: "core",
  setup: (esbuild) =>
    esbuild.onLoad({ filter: /zones\.ts$/ }, () => ({ contents: "export const zoneOffsets = () => [0];" })),
};
const { reporterFor, Terminal } = await sourceModule(
  'export { reporterFor } from "./js/cli/reporter.ts"; export { Terminal } from "./js/cli/terminal.ts";',
  ".",
  { external: ["node:*"], plugins: [core] },
);

/** A reporter whose lines are kept. */
function reporter({ json = false, values = {} } = {}) {
  const lines = [];
  const output = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk).trimEnd());
      done();
    },
  });
  const request = { terminal: new Terminal(output, { TERM: "dumb", LANG: "C" }), json, values };
  return { lines, reporter: reporterFor(request) };
}

const progress = { total: 3, remaining: 3, running: 1, failed: 0, canceled: 0 };
const event = (type, more = {}) => ({ type, at: "2024-01-01T00:00:00Z", progress, ...more });
const run = { runId: "a", executionDate: "2024-01-02T00:00:00Z", state: "running" };

test("a minute without a line is followed by one, and each line starts the minute anew", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { lines, reporter: log } = reporter();
  log.event(event("started"));
  log.event(event("run-started", { run }));
  mock.timers.tick(59_999);
  assert.deepEqual(lines, []);
  mock.timers.tick(1);
  assert.match(lines.at(-1), /^running {2}0\/3 {2}1 at work {2}2024-01-02 for \d+ ms$/);
  mock.timers.tick(60_000);
  assert.equal(lines.length, 2);
  mock.timers.tick(30_000);
  log.log({ localDate: "2024-01-02T00:00:00Z", taskId: "load", text: "still here" });
  mock.timers.tick(59_999);
  assert.equal(lines.length, 3);
  log.event(event("paused"));
  mock.timers.tick(60_000);
  assert.match(lines.at(-1), /^paused {2}0\/3/);
  assert.equal(lines.length, 5);
  log.end();
  mock.timers.tick(600_000);
  assert.equal(lines.length, 5);
  mock.timers.reset();
});

test("JSON gets no such line, and a log that is quiet about commands gets it all the same", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const data = reporter({ json: true });
  data.reporter.event(event("started"));
  const quiet = reporter({ values: { quiet: true } });
  quiet.reporter.event(event("started"));
  mock.timers.tick(59_000);
  quiet.reporter.log({ localDate: "2024-01-02T00:00:00Z", taskId: "load", text: "not shown" });
  mock.timers.tick(1_000);
  assert.equal(data.lines.length, 1);
  assert.deepEqual(quiet.lines, ["running  0/3  1 at work"]);
  quiet.reporter.end();
  mock.timers.reset();
});
