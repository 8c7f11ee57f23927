// An error that crosses a border: as JSON, and as plain data that is an error again on the other side.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { DagfillError, errorFrom, nextDates } from "dagfill";
import { root } from "../../scripts/process.mjs";

function thrown() {
  try {
    nextDates("0 24 * * *", 0);
  } catch (error) {
    return error;
  }
  throw new Error("expected a refusal");
}

const facts = ({ name, code, message, input, start, end, field, hint, details, stack }) => ({
  ...{ name, code, message, input, start, end, field, hint, details, stack },
});

test("an error is the same behind a postMessage", () => {
  const { port1, port2 } = new MessageChannel();
  const cause = Object.assign(new Error("disk full"), { name: "DiskError" });
  const errors = [
    thrown(),
    new DagfillError("BACKFILL_EXISTS", "there is one", {
      hint: "resume it",
      details: { backfillId: "b" },
      cause,
    }),
  ];
  for (const error of errors) {
    port1.postMessage(error.toJSON());
    const again = errorFrom(receiveMessageOnPort(port2).message);
    assert.ok(again instanceof DagfillError);
    assert.deepEqual(facts(again), facts(error));
  }
  port1.postMessage(errors[1].toJSON());
  const { cause: again } = errorFrom(receiveMessageOnPort(port2).message);
  assert.deepEqual([again.name, again.message], ["DiskError", "disk full"]);
  port1.close();
});

test("JSON of an error says everything about it", () => {
  const error = thrown();
  const { stack, ...rest } = JSON.parse(JSON.stringify(error));
  assert.deepEqual(rest, {
    name: "DagfillError",
    code: "INVALID_CRON",
    message: "hour 24: expected 0 to 23",
    input: "0 24 * * *",
    start: 2,
    end: 4,
    field: "schedule",
  });
  assert.match(stack, /DagfillError/);
  assert.equal(errorFrom(JSON.parse(JSON.stringify(error))).code, "INVALID_CRON");
});

test("an error stays itself, and what is none is refused", () => {
  const error = thrown();
  assert.equal(errorFrom(error), error);
  for (const data of [undefined, null, 1, "x", {}, { code: "INVALID_CRON" }, structuredClone(error)]) {
    assert.throws(() => errorFrom(data), { code: "INVALID_OPTION", field: "data", hint: /toJSON/ });
  }
});

test("an error that a worker does not catch is one again", async () => {
  const entry = JSON.stringify(pathToFileURL(join(root, "dist/index.js")).href);
  const code = `import(${entry}).then(({ nextDates }) => setTimeout(() => nextDates("0 24 * * *", 0)));`;
  const [told] = await once(new Worker(code, { eval: true }), "error").catch((error) => [error]);
  const error = errorFrom(told);
  assert.ok(error instanceof DagfillError);
  assert.deepEqual({ ...facts(error), stack: "" }, { ...facts(thrown()), stack: "" });
});

test("what JSON cannot say stays out of the details", () => {
  const circle = {};
  circle.self = circle;
  assert.equal(new DagfillError("INTERNAL", "x", { details: circle }).details, undefined);
  const sent = { name: "DagfillError", code: "INTERNAL", message: "x" };
  const { cause } = errorFrom({ ...sent, cause: { name: "E".repeat(1e6), message: "m" } });
  assert.ok(cause.name.length < 200, `${cause.name.length} characters`);
});
