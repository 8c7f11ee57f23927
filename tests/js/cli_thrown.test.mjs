// Errors that tasks throw, in every way: each is reported, kept in the task's log, and leaves a backfill that can be resumed.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { jsonLines, run, start, until, workplace } from "./cli_process.mjs";

const MODULE = `
import { appendFileSync } from "node:fs";
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ways = {
  text: () => { throw "some text"; },
  nothing: () => { throw undefined; },
  null: () => { throw null; },
  object: () => { throw { a: 1 }; },
  error: () => { throw new TypeError("typed", { cause: new RangeError("the cause") }); },
  skip: () => { throw Object.assign(new Error("nothing to do"), { name: "TaskSkipped" }); },
  late: () => new Promise(() => setTimeout(() => { throw new Error("late boom"); }, 20)),
  rejection: async () => { void Promise.reject(new Error("nobody waits")); await later(60_000); },
};
const work = async (run) => {
  if (process.env.JOURNAL) appendFileSync(process.env.JOURNAL, run.taskId + " " + run.attempt + "\\n");
  const way = ways[process.env.WAY];
  if (way !== undefined && (process.env.TASK ?? "a") === run.taskId) return way();
  if (run.taskId === "other" && process.env.WAY !== undefined)
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, 60_000);
      run.signal.addEventListener("abort", () => {
        appendFileSync(process.env.JOURNAL, "other aborted\\n");
        clearTimeout(timer);
        resolve();
      });
    });
};
const tasks = process.env.WHOLE ? {} : { tasks: [{ taskId: "a", run: work }, { taskId: "other", run: work }] };
export default { dagId: "d", schedule: "@daily", startDate: "2024-01-01", ...tasks };
export const executeRun = process.env.WHOLE ? (run) => work({ ...run, taskId: "a" }) : undefined;
`;

const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02"];

function scene() {
  const place = workplace();
  const file = join(place.folder, "dag.mjs");
  writeFileSync(file, MODULE);
  const verb = (name, args = [], env = {}) =>
    run([name, file, ...args, "--store", place.store], { env: { ...place.env, ...env } });
  const begin = (name, args, env) =>
    start([name, file, ...args, "--store", place.store], { env: { ...place.env, ...env } });
  return { ...place, file, verb, begin };
}

for (const [way, [told, ...logged]] of Object.entries({
  text: ["some text", "err thrown: 'some text'", "end some text"],
  nothing: ["undefined", "err thrown: undefined", "end undefined"],
  null: ["null", "err thrown: null", "end null"],
  object: ['{"a":1}', "err thrown: { a: 1 }", 'end {"a":1}'],
  error: ["typed", "err TypeError: typed", "[cause]: RangeError: the cause", "end typed"],
})) {
  test(`a task that throws ${way}: what it threw is told and logged`, async () => {
    const { verb } = scene();
    const ended = await verb("run", ["-t", "a", ...range], { WAY: way });
    assert.equal(ended.code, 1);
    assert.ok(ended.out.includes(`task a failed: ${told}`), ended.out);
    const { out } = await verb("logs", ["2024-01-01", "a"]);
    for (const line of logged) assert.ok(out.includes(line), `${line} is not in\n${out}`);
  });
}

test("an error by the name of TaskSkipped skips its task, and its log says so", async () => {
  const { verb } = scene();
  assert.equal((await verb("run", ["-t", "a", ...range], { WAY: "skip" })).code, 0);
  const { out } = await verb("logs", ["2024-01-01", "a"]);
  assert.match(out, /end skipped: nothing to do/);
  assert.doesNotMatch(out, / err /);
});

for (const [way, message] of [
  ["late", "late boom"],
  ["rejection", "nobody waits"],
]) {
  test(`an uncaught error (${way}) is told with its task, logged, and leaves what resume takes up`, async () => {
    const { verb, lines } = scene();
    const ended = await verb("run", range, { WAY: way });
    assert.equal(ended.code, 130);
    const told = `error ABORTED an uncaught error has ended the process: Error: ${message}; `;
    const where = "at work: task a of backfill__2024-01-01T00:00:00+00:00 (attempt 1)";
    assert.ok(ended.err.includes(told + where), ended.err);
    assert.ok(ended.err.includes("dag.mjs"), "the stack leads to the line");
    // The task beside it, which waits for its signal, is told to end.
    assert.deepEqual(lines(), ["a 1", "other 1", "other aborted"]);
    const [, id] = /to continue: dagfill resume \S+ (\S+) --store/.exec(ended.out);
    const { out } = await verb("logs", ["2024-01-01", "a"]);
    assert.match(out, new RegExp(`err Error: ${message}`));
    assert.match(out, new RegExp(`end interrupted: ${message}`));
    assert.match((await verb("runs")).out, /interrupted/);
    const resumed = await verb("resume", [id]);
    assert.equal(resumed.code, 0, resumed.out + resumed.err);
    assert.deepEqual(lines().slice(3), ["a 2", "other 2", "a 1", "other 1"]);
  });
}

test("an uncaught error, in JSON", async () => {
  const { verb } = scene();
  const ended = await verb("run", [...range, "--json"], { WAY: "late" });
  assert.equal(ended.code, 130);
  const { type, progress } = jsonLines(ended.out).at(-1);
  assert.deepEqual([type, progress.total], ["interrupted", 2]);
  const { error } = JSON.parse(ended.err);
  assert.equal(error.code, "ABORTED");
  assert.match(error.message, /late boom; at work: task a of/);
});

test("an uncaught error, of a run as a whole", async () => {
  const { verb } = scene();
  const ended = await verb("run", range, { WAY: "late", WHOLE: "1" });
  assert.equal(ended.code, 130);
  assert.match(ended.err, /late boom; at work: backfill__2024-01-01T00:00:00\+00:00 \(attempt 1\)/);
  const resumed = await verb("resume", [/resume \S+ (\S+)/.exec(ended.out)[1]], { WHOLE: "1" });
  assert.equal(resumed.code, 0, resumed.err);
});

test("an uncaught error in trigger: retry takes what it left, at once", async () => {
  const { verb } = scene();
  const ended = await verb("trigger", ["-l", "2024-01-01T13:05"], { WAY: "late" });
  assert.equal(ended.code, 1);
  assert.match(ended.err, /late boom; at work: task a of manual__/);
  assert.match(ended.err, /hint to run what it left again: dagfill retry \S+/);
  const retried = await verb("retry");
  assert.deepEqual([retried.code, /1 succeeded/.test(retried.out)], [0, true], retried.out + retried.err);
});

for (const name of ["schedule", "serve"]) {
  test(`an uncaught error ends ${name}, and is told`, async () => {
    const { verb, begin } = scene();
    const yesterday = ["--start-date", "2024-01-01", "--end-date", "2024-01-01"];
    if (name === "serve") await verb("enqueue", yesterday);
    const ended = name === "serve" ? await begin("serve", [], { WAY: "late" }).ended : undefined;
    const last = ended ?? (await verb("schedule", ["--once"], { WAY: "late" }));
    assert.equal(last.code, 1);
    assert.match(last.err, /error ABORTED an uncaught error .*late boom; at work: task a of/);
    assert.match(last.err, /continues what it left/);
  });
}

test("Ctrl-C twice: functions of tasks have their time to end, too", async () => {
  const { begin, lines } = scene();
  const going = begin("run", range, { WAY: "none" });
  await until(() => lines().includes("other 1"));
  going.child.kill("SIGINT");
  await until(() => going.state.err.includes("stopping"));
  going.child.kill("SIGINT");
  const ended = await going.ended;
  assert.equal(ended.code, 130, ended.err);
  assert.equal(lines().at(-1), "other aborted");
});
