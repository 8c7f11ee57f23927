// A server of node:http for stubs of other systems' APIs: routes by method and pattern, JSON in and out.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { lineTo } from "../../services/line.mjs";

/** An opened engine of the contract that reaches its server over a line which may lose answers. */
export async function overLine(opened, { url }, engine) {
  const line = await lineTo(Number(new URL(url).port));
  const done = () => {
    line.close();
    return opened.done();
  };
  const over = engine(url.replace(/:\d+/, `:${line.port}`));
  return { ...opened, engine: over, unanswered: async () => line.lose(), done };
}

/** `routes`: [method, /pattern/, (match, body, request) => [status, body]]. Answers the first that fits, else 404. `faults` tells what is
 *  wrong with a request and its answer; `close` fails when anything was. */
export async function stubServer(routes, faults = () => []) {
  const calls = [];
  const found = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const body = text === "" ? undefined : JSON.parse(text);
    calls.push(`${request.method} ${request.url}`);
    let answer = [404, { detail: "Not Found" }];
    for (const [method, pattern, work] of routes) {
      const match = method === request.method ? pattern.exec(request.url) : null;
      if (match === null) continue;
      answer = await work(match.slice(1).map(decodeURIComponent), body, request);
      break;
    }
    const [status, told] = answer;
    found.push(...faults(request.method, request.url, body, status, told));
    response.writeHead(status, { "content-type": "application/json" });
    response.end(told === undefined ? undefined : JSON.stringify(told));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: () => {
      server.closeAllConnections();
      server.close();
      assert.deepEqual(found, []);
    },
  };
}

/** Does what a job's conf says, as the contract's callbacks do: `slots` at once. `begin` and `end` tell a run's new state. */
export function workers(slots) {
  const waiting = [];
  let running = 0;
  const pump = () => {
    while (running < slots && waiting.length > 0) {
      const run = waiting.shift();
      if (run.state !== "queued") continue;
      running += 1;
      run.begin();
      const { act = "succeed", value, ms = 0 } = run.conf ?? {};
      run.timer = setTimeout(() => {
        running -= 1;
        if (run.state === "running") run.end(act === "fail" || act === "error" ? "failed" : "success", value);
        pump();
      }, ms);
      run.stop = () => {
        clearTimeout(run.timer);
        running -= 1;
        pump();
      };
    }
  };
  return {
    add(run) {
      waiting.push(run);
      setTimeout(pump, 5);
    },
  };
}
