// Servers of tests end with the process that started them, also where it ends before it could stop them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

const services = join(import.meta.dirname, "services.mjs");

/** Whether anything listens at a port. */
async function listens(port) {
  const socket = connect(port, "127.0.0.1");
  const answer = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return answer;
}

for (const start of ["startPostgres", "startRedis"])
  for (const [how, end] of [
    ["process.exit", "process.exit(3)"],
    ["an error", 'throw new Error("a service is missing")'],
  ])
    test(`${start}: nothing is left behind ${how}`, async (t) => {
      const program = `
        import { ${start} } from ${JSON.stringify(services)};
        const server = await ${start}();
        console.log(server === null ? "none" : new URL(server.url).port);
        ${end};`;
      const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
        env: { ...process.env, DAGFILL_TEST_POSTGRES_URL: "", DAGFILL_TEST_REDIS_URL: "" },
        stdio: ["ignore", "pipe", "ignore"],
      });
      let said = "";
      child.stdout.on("data", (data) => {
        said += data;
      });
      const [code] = await once(child, "close");
      assert.notEqual(code, 0);
      if (said.trim() === "none") return t.skip("the server is not here; the other tests say so");
      const port = Number(said);
      assert.ok(port > 0, said);
      for (const until = Date.now() + 10_000; await listens(port); )
        assert.ok(Date.now() < until, `port ${port} is still open`);
    });
