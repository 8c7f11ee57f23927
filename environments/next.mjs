// Next: the same date in a component of the server and in one of the page, built and served as in production.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bytes, expected, expression, printed } from "./measure.mjs";

const port = 4387;

const layout = "export default ({ children }) => <html><body>{children}</body></html>;\n";

export const next = {
  name: "Next",
  package: "next",
  run: (given) =>
    app(given, "next", {
      "app/layout.js": layout,
      "app/page.js": `import { expandRange } from "dagfill";
import Client from "./client";
export const dynamic = "force-dynamic";
export default () => (${expression}) === "${expected}" ? <Client /> : <p>wrong on the server 0</p>;\n`,
      "app/client.js": `"use client";
import { expandRange } from "dagfill";
import { useEffect, useState } from "react";
export default function Client() {
  const [text, setText] = useState("");
  useEffect(() => setText(${expression} + " " + performance.now()), []);
  return text;
}\n`,
    }),
};

/** The components, rendered by the server and planned in the page's worker, in the app router. */
export const nextComponents = {
  name: "Next, dagfill/react",
  package: "next",
  run: (given) =>
    app(given, "next-components", {
      "app/layout.js": `import "dagfill/react/styles.css";\n${layout}`,
      "app/page.js": `import Plan from "./plan";\nexport default () => <Plan />;\n`,
      "app/plan.js": `"use client";
import { DateCalendar, PlanSummary, useBackfill } from "dagfill/react";
const dag = { dagId: "a", schedule: "0 6 * * SAT" };
const options = { startDate: "2024-03-04", endDate: "2024-03-10" };
export default function Plan() {
  const backfill = useBackfill({ dag, options });
  const { plan, thread } = backfill;
  if (plan !== null && thread === "worker") return new Date(plan.dates[0]).toISOString() + " " + performance.now();
  return <div hidden><PlanSummary backfill={backfill} /><DateCalendar backfill={backfill} /></div>;
}\n`,
    }),
};

/** Builds an app of the router, serves it as in production, and waits for its date. */
async function app({ shop, pages }, name, files) {
  const folder = shop.write(name, {
    "package.json": '{ "type": "module" }\n',
    "next.config.mjs": `export default { turbopack: { root: ${JSON.stringify(shop.tools)} } };\n`,
    ...files,
  });
  const cli = shop.tool("next/dist/bin/next");
  const env = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
  printed(process.execPath, [cli, "build"], folder, env);
  const args = [cli, "start", "--port", String(port), "--hostname", "127.0.0.1"];
  const options = { cwd: folder, env: { ...process.env, ...env }, stdio: "ignore" };
  const server = spawn(process.execPath, args, options);
  try {
    const url = `http://127.0.0.1:${port}/`;
    await answering(url);
    const chunks = join(folder, ".next/static/chunks");
    const own = readdirSync(chunks, { recursive: true })
      .map((name) => join(chunks, name))
      .filter((file) => file.endsWith(".js") && readFileSync(file, "utf8").includes("DagfillError"));
    return { cold: await pages.shows(url), ...bytes(own), note: "with the whole page" };
  } finally {
    server.kill("SIGKILL");
  }
}

async function answering(url) {
  for (let tries = 0; tries < 150; tries += 1) {
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${url} does not answer`);
}
