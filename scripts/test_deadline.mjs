// Loaded into the process of every test file (`node --test --import`): a file that does not end is named and killed,
// since `node --test` would wait for it for ever. DAGFILL_TEST_FILE_LIMIT and DAGFILL_TEST_END_LIMIT (seconds) replace
// how long a file may take, and how long its process may stay after its last test.
import { writeSync } from "node:fs";
import { relative } from "node:path";
import { after } from "node:test";
import { isMainThread, Worker } from "node:worker_threads";

const fileLimit = Number(process.env.DAGFILL_TEST_FILE_LIMIT ?? 900);
const endLimit = Number(process.env.DAGFILL_TEST_END_LIMIT ?? 60);
const file = relative(process.cwd(), process.argv[1] ?? "");

if (isMainThread && process.env.NODE_TEST_CONTEXT?.startsWith("child")) {
  after(() => {
    // Unreferenced: it fires only where something else keeps the process, such as a server that was left open.
    setTimeout(
      () => kill(`${file} has not ended ${endLimit} s after its last test`),
      endLimit * 1000,
    ).unref();
  });
  // In a thread of its own, which a test that never yields cannot stop.
  const text = `dagfill: ${file} took longer than ${fileLimit} s: killed\n`;
  const watch = `setTimeout(() => {
    require("node:fs").writeSync(2, ${JSON.stringify(text)});
    process.kill(process.pid, "SIGKILL");
  }, ${fileLimit * 1000});`;
  new Worker(watch, { eval: true, execArgv: [] }).unref();
}

function kill(message) {
  const open = [...new Set(process.getActiveResourcesInfo())].filter((name) => name !== "PipeWrap");
  writeSync(2, `dagfill: ${message}: killed. Open: ${open.join(", ") || "only pipes"}\n`);
  process.kill(process.pid, "SIGKILL");
}
