// The packed dagfill/element on a plain page, without a bundler.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { assertLooks } from "../browser/axe.mjs";
import { withoutBrowser } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { openTab, startHeld } from "./components_page.mjs";
import { useHost, viteBuild } from "./host.mjs";
import { printed } from "./workshop.mjs";

const page = readFileSync(new URL("./apps/element.html", import.meta.url), "utf8");
const skip = withoutBrowser;

const host = useHost(({ folder }) => ({ folder, pages: { "/": page } }));

const open = (t, options) => openTab(t, host.browser, `${host.server.origin}/`, options);
const plan = (tab) => tab.locator("dagfill-plan");
const headline = (tab, text) => plan(tab).locator(".dagfill-headline", { hasText: text }).waitFor();
const button = (tab, name) => plan(tab).getByRole("button", { name, exact: true });
const backfill = (tab, read) => tab.evaluate(`(${read})(document.querySelector("dagfill-plan").backfill)`);

const vue = readFileSync(new URL("./apps/vue.js", import.meta.url), "utf8");

test("the pages have less than 60 lines", () => {
  for (const text of [page, vue]) assert.ok(text.trimEnd().split("\n").length < 60);
});

test("a server can import it", () => {
  const folder = host.shop.write("element-ssr", {
    "main.mjs": `import { DagfillPlanElement } from "dagfill/element";\nconsole.log(typeof DagfillPlanElement);\n`,
  });
  assert.equal(printed(process.execPath, ["main.mjs"], folder), "function");
});

test("previews in the worker, runs, pauses, cancels, and tells it by events", { skip }, async (t) => {
  const tab = await open(t);
  await headline(tab, "31 runs will start");
  assert.equal(await backfill(tab, "({ thread }) => thread"), "worker");
  await plan(tab).getByRole("row", { name: "2026-01-03" }).click();
  await plan(tab).getByText("extract 2026-01-03").waitFor();
  await plan(tab)
    .getByRole("region", { name: "Data intervals and due times" })
    .locator("[aria-current=date]", { hasText: "due 2026-01-04" })
    .waitFor();
  await startHeld(tab, button(tab, "Run 31 dates"), 2);
  await button(tab, "Pause").click();
  await tab.locator("output", { hasText: "paused" }).waitFor();
  await button(tab, "Resume").click();
  await tab.locator("output", { hasText: "resumed" }).waitFor();
  await button(tab, "Cancel…").click();
  await button(tab, "Stop now, cancel 2 running").click();
  await headline(tab, "0 of 31 done");
  await tab.locator("output", { hasText: "finished" }).waitFor();
  await tab.evaluate(() => {
    globalThis.pace = 1;
  });
  await button(tab, "Retry what did not succeed").click();
  await tab.waitForFunction(() => document.querySelector("dagfill-plan").backfill.progress?.completed === 31);
});

test("a backfill that a reload interrupts is resumed", { skip }, async (t) => {
  const tab = await open(t);
  await headline(tab, "31 runs will start");
  await startHeld(tab, button(tab, "Run 31 dates"), 2);
  await tab.reload();
  await plan(tab)
    .locator(".dagfill-banner", { hasText: "0 of 31 done" })
    .getByRole("button", { name: "Resume" })
    .click();
  await headline(tab, "31 of 31 done");
  assert.equal(await backfill(tab, "({ progress }) => progress.completed"), 31);
});

test("what is wrong with a DAG is told in the colour of errors, with its path", { skip }, async (t) => {
  const tab = await open(t);
  const colourOf = (locator) => locator.evaluate((element) => getComputedStyle(element).color);
  const bad = "rgb(140, 11, 28)";
  const fresh = tab.locator("dagfill-plan").first();
  await tab.evaluate(() => {
    const element = document.createElement("dagfill-plan");
    element.dag = { dagId: "nodes", schedule: "@daily", meta: { node: document.body } };
    element.options = { startDate: "2026-01-01", endDate: "2026-01-04" };
    document.body.prepend(element);
  });
  const told = fresh.getByText("dag.meta.node: expected data that can be copied (JSON), got HTMLBodyElement");
  await told.first().waitFor();
  assert.equal(await colourOf(fresh.locator(".dagfill-headline")), bad);
  const { code, field } = await tab.evaluate(() => {
    const { error } = document.querySelector("dagfill-plan").backfill;
    return { code: error.code, field: error.field };
  });
  assert.deepEqual([code, field], ["INVALID_OPTION", "dag.meta.node"]);
  await tab.evaluate(() => document.querySelector("dagfill-plan").setAttribute("dag", "{ nothing"));
  const malformed = fresh.getByRole("alert").filter({ hasText: "expected JSON" });
  await malformed.waitFor();
  assert.equal(await colourOf(malformed), bad);
});

test("the calendar takes its settings from attributes, and draws ranges", { skip }, async (t) => {
  const tab = await open(t);
  const calendar = tab.locator("dagfill-calendar");
  const cell = calendar.getByRole("gridcell", { name: "Thursday, 1 January 2026: 24 new" });
  await cell.waitFor();
  const range = tab.evaluate(
    () =>
      new Promise((resolve) => {
        document
          .querySelector("dagfill-calendar")
          .addEventListener("dagfill-range", ({ detail }) => resolve(detail));
      }),
  );
  await cell.focus();
  await tab.keyboard.press("Shift+ArrowRight");
  assert.deepEqual(await range, { from: "2026-01-01", to: "2026-01-02" });
});

test("an element keeps its backfill when it is moved, and when it is taken out for a while", {
  skip,
}, async (t) => {
  const tab = await open(t);
  await tab.evaluate(() => {
    const element = document.createElement("dagfill-plan");
    document.body.prepend(element);
    globalThis.mine = element;
  });
  const mine = tab.locator("dagfill-plan").first();
  await mine.locator(".dagfill-headline", { hasText: "No DAG or options yet." }).waitFor();
  assert.equal(await mine.locator("button").count(), 0);
  await tab.evaluate(() => {
    globalThis.calls = [];
    Object.assign(globalThis.mine, {
      dag: { dagId: "moved", schedule: "@daily" },
      options: { startDate: "2026-01-01", endDate: "2026-01-04", maxParallelRuns: 1 },
      executeRun: ({ executionDate }) =>
        new Promise((resolve) => {
          globalThis.calls.push(executionDate.slice(0, 10));
          globalThis.release = resolve;
        }),
    });
  });
  const calls = (count) => tab.waitForFunction((least) => globalThis.calls.length === least, count);
  const release = () => tab.evaluate(() => globalThis.release());
  await mine.getByRole("button", { name: "Run 4 dates" }).click();
  await calls(1);
  const isSame = await tab.evaluate(async () => {
    const drawn = globalThis.mine.shadowRoot.querySelector(".dagfill-headline");
    document.querySelector("main").append(globalThis.mine);
    await new Promise((resolve) => setTimeout(resolve));
    return drawn === globalThis.mine.shadowRoot.querySelector(".dagfill-headline");
  });
  assert.ok(isSame, "what is drawn stays in a move");
  await release();
  await calls(2);
  await tab.evaluate(() => globalThis.mine.remove());
  await release();
  await calls(3);
  // Another element of the DAG, as a keyed list makes one, shows the same backfill.
  await tab.evaluate(() => {
    const other = document.createElement("dagfill-plan");
    const { dag, options, executeRun } = globalThis.mine;
    Object.assign(other, { dag, options, executeRun });
    document.body.prepend(other, globalThis.mine);
  });
  for (const at of [0, 1]) {
    const element = tab.locator("dagfill-plan").nth(at);
    await element.locator(".dagfill-headline", { hasText: "2 of 4 done" }).waitFor();
  }
  await release();
  await calls(4);
  await tab.evaluate(() => globalThis.mine.remove());
  await release();
  await tab.waitForFunction(() => document.querySelector("dagfill-plan").backfill.phase === "finished");
  await tab.evaluate(() => document.body.append(globalThis.mine));
  await tab.waitForFunction(() => globalThis.mine.backfill.phase === "finished");
  assert.deepEqual(await tab.evaluate(() => globalThis.calls), [
    ...["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"],
  ]);
});

/** Errors of a page of its own, where they are no problem of the test. */
async function openFaulty(t, path) {
  const context = await host.browser.newContext();
  t.after(() => context.close());
  const tab = await context.newPage();
  const told = [];
  tab.on("pageerror", (error) => told.push(error.message));
  tab.on("console", (message) => message.type() === "error" && told.push(message.text()));
  await tab.goto(`${host.server.origin}${path}`);
  return { tab, told };
}

for (const order of ["before", "after"])
  test(`a text of locale that throws is told once, and the page stays alive: set ${order} connecting`, {
    skip,
  }, async (t) => {
    const { tab, told } = await openFaulty(t, "/");
    await headline(tab, "31 runs will start");
    await tab.evaluate((when) => {
      const element = document.createElement("dagfill-plan");
      const locale = {
        run: () => {
          throw new Error("my locale");
        },
      };
      const settings = {
        dag: { dagId: "words", schedule: "@daily" },
        options: { startDate: "2026-01-01", endDate: "2026-01-03" },
        executeRun: async () => {},
      };
      Object.assign(element, settings, when === "before" ? { locale } : {});
      document.body.prepend(element);
      if (when === "after") element.locale = locale;
    }, order);
    const mine = tab.locator("dagfill-plan").first();
    await mine.getByRole("button", { name: "Run 3 dates" }).click();
    await mine.locator(".dagfill-headline", { hasText: "3 of 3 done" }).waitFor();
    assert.equal(told.length, 1, told.join("\n"));
    assert.match(told[0], /locale\.run: expected a text, it threw Error: my locale/);
  });

test("an error of drawing is told once, and other settings are drawn anew", { skip }, async (t) => {
  const { tab, told } = await openFaulty(t, "/");
  await headline(tab, "31 runs will start");
  await tab.evaluate(() => {
    globalThis.own = Intl.NumberFormat;
    Intl.NumberFormat = function NumberFormat() {
      throw new Error("no numbers");
    };
    const element = document.createElement("dagfill-plan");
    document.body.prepend(element);
    element.locale = { language: "de-AT" };
    element.dag = { dagId: "numbers", schedule: "@daily" };
    element.options = { startDate: "2026-01-01", endDate: "2026-01-03" };
  });
  const mine = tab.locator("dagfill-plan").first();
  await mine.getByRole("alert").filter({ hasText: "no numbers" }).waitFor();
  assert.equal(told.length, 1, told.join("\n"));
  assert.match(told[0], /no numbers/);
  await tab.evaluate(() => {
    Intl.NumberFormat = globalThis.own;
    document.querySelector("dagfill-plan").options = { startDate: "2026-01-01", endDate: "2026-01-04" };
  });
  await mine.locator(".dagfill-headline", { hasText: "4 runs will start" }).waitFor();
});

test("many tasks scroll within their grid", { skip }, async (t) => {
  const tab = await open(t);
  await headline(tab, "31 runs will start");
  const height = () => tab.evaluate(() => document.documentElement.scrollHeight);
  await tab.evaluate(() => {
    const tasks = Array.from({ length: 2_000 }, (_, at) => ({ taskId: `task_${at}` }));
    document.querySelector("dagfill-plan").dag = { dagId: "many", schedule: "@daily", tasks };
  });
  await plan(tab)
    .getByRole("grid", { name: "Tasks by date" })
    .and(tab.locator('[aria-rowcount="2000"]'))
    .waitFor();
  const ground = await tab.evaluate(() => {
    const { shadowRoot } = document.querySelector("dagfill-plan");
    return [shadowRoot.childElementCount, getComputedStyle(shadowRoot.firstElementChild).backgroundColor];
  });
  assert.equal(ground[0], 1, "one ground below all parts");
  assert.notEqual(ground[1], "rgba(0, 0, 0, 0)");
  assert.ok((await height()) < 5_000, `${await height()} px`);
});

for (const [scheme, options] of Object.entries({
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 } },
}))
  test(`axe finds nothing, ${scheme}`, { skip }, async (t) => {
    const tab = await open(t, options);
    await headline(tab, "31 runs will start");
    await plan(tab).getByRole("row", { name: "2026-01-03" }).click();
    await plan(tab).getByText("extract 2026-01-03").waitFor();
    await assertLooks(tab, host.shop.tool("axe-core/axe.min.js"), scheme);
  });

test("a Vue app: properties, ranges and events", { skip }, async (t) => {
  const html =
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sales</title><link rel="icon" href="data:,">' +
    '<body><div id="root"></div><script type="module" src="./main.js"></script>';
  const folder = host.shop.write("element-vue", { "index.html": html, "main.js": vue });
  const built = await serve({ folder: await viteBuild(host.shop, folder) });
  t.after(() => built.close());
  const tab = await openTab(t, host.browser, `${built.origin}/index.html`);
  await headline(tab, "31 runs will start");
  await plan(tab).getByRole("gridcell", { name: "Thursday, 1 January 2026: 1 new" }).focus();
  await tab.keyboard.press("Shift+ArrowRight");
  await headline(tab, "8 runs will start");
  await startHeld(tab, button(tab, "Run 8 dates"), 2);
  await button(tab, "Cancel…").click();
  await button(tab, "Stop now, cancel 2 running").click();
  await tab.locator("output", { hasText: "finished" }).waitFor();
  await tab.evaluate(() => {
    globalThis.pace = 1;
  });
  await button(tab, "Retry what did not succeed").click();
  await tab.waitForFunction(() => document.querySelector("dagfill-plan").backfill.progress?.completed === 8);
});
