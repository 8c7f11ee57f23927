// Exports of the page: the address, code to paste, files.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ask, root } from "../../scripts/process.mjs";
import { hash, planned, starting, usePage, withoutBrowser } from "./www-page.mjs";
import { button, paste } from "./www-steps.mjs";

const page = usePage();
const skip = withoutBrowser;
const fields = {
  id: "share_test",
  s: "15 4 * * 1-5",
  tz: "America/St_Johns",
  from: "2026-02-01",
  to: "2026-04-30",
  which: "completed",
  par: "3",
  back: "1",
  ex: "2026-03-09",
};

test("the address holds the plan, changed tasks too, and conf only when it is asked for", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(fields));
  const count = await starting(tab);
  await tab.getByRole("button", { name: "List", exact: true }).click();
  await tab.getByLabel("Command", { exact: true }).first().fill("extract 'ümlaut' {{ ds }}");
  await tab.getByText("Conf (JSON)").first().click();
  await tab.getByLabel("Conf (JSON)").fill('{"token": "secret"}');
  await tab.waitForFunction(() => location.hash.includes("dag="));
  await tab.getByRole("button", { name: "Copy link" }).click();
  const link = await tab.getByTestId("link").textContent();
  await tab.waitForFunction(() => document.querySelector("[data-testid=link]").textContent.length > 20);
  const plain = await tab.getByTestId("link").textContent();
  assert.ok(!decodeURIComponent(plain).includes("secret"), link);
  await tab.getByLabel("put conf into the link").check();
  await tab.waitForFunction(() =>
    document.querySelector("[data-testid=link]").textContent.includes("secret"),
  );

  const again = await tab.context().newPage();
  await again.goto(plain);
  await planned(again);
  assert.equal(await starting(again), count);
  assert.equal(await again.getByLabel("Schedule", { exact: true }).inputValue(), fields.s);
  await again.getByRole("button", { name: "List", exact: true }).click();
  assert.equal(
    await again.getByLabel("Command", { exact: true }).first().inputValue(),
    "extract 'ümlaut' {{ ds }}",
  );
});

test("an address that the user changes is followed", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  await tab.evaluate(
    (next) => {
      location.hash = next;
    },
    hash({ ...fields, from: "2026-04-01", ex: "" }),
  );
  await tab.getByRole("button", { name: "Run 22 runs" }).waitFor();
  assert.equal(await tab.getByLabel("From", { exact: true }).inputValue(), "2026-04-01");
});

test("an address that is wrong everywhere still opens", { skip }, async (t) => {
  const tab = await page.open(
    t,
    "#v=9&par=minus&which=all&dst=%00&dag=%%%&sel=x&sec=1e99&from=2026-01-01&to=2026-01-03",
  );
  assert.equal(await starting(tab), 3);
});

async function code(tab, label) {
  await tab.getByRole("button", { name: "Copy as code" }).click();
  await tab.getByRole("button", { name: label }).click();
  const text = await tab.getByTestId("code").textContent();
  await tab.keyboard.press("Escape");
  return text;
}

test("copy as code: every flavour says the plan, and the clipboard gets it", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields), { permissions: ["clipboard-read", "clipboard-write"] });
  const request = JSON.parse(await code(tab, "JSON request"));
  assert.deepEqual(request.options, {
    dagId: "share_test",
    startDate: "2026-02-01",
    endDate: "2026-04-30",
    maxParallelRuns: 3,
    reprocess: "completed",
    runBackwards: true,
    excludeDates: ["2026-03-09"],
  });
  assert.equal(request.dag.schedule, "15 4 * * 1-5");
  const three = await code(tab, "Airflow 3 CLI");
  // Newfoundland is 3 h 30 min behind UTC, from 8 March 2 h 30 min.
  for (const part of [
    "airflow backfill create",
    "--dag-id share_test",
    "--from-date 2026-02-01T03:30:00+00:00",
    "--to-date 2026-05-01T02:29:59+00:00",
    "--max-active-runs 3",
    "--reprocess-behavior completed",
    "--run-backwards",
    "# Without 2026-03-09: one command",
    "--from-date 2026-03-10T06:45:00+00:00",
    "--to-date 2026-03-06T07:45:00+00:00",
  ])
    assert.ok(three.includes(part), `${part} in ${three}`);
  const two = await code(tab, "Airflow 2 CLI");
  for (const part of ["airflow dags backfill share_test", "--reset-dagruns", "max_active_runs=3"])
    assert.ok(two.includes(part), `${part} in ${two}`);
  assert.match(await code(tab, "JavaScript"), /new BackfillService\(\{/);

  await tab.getByRole("button", { name: "Copy as code" }).click();
  await tab.getByRole("button", { name: "dagfill CLI" }).click();
  const cli = await tab.getByTestId("code").textContent();
  await tab.getByRole("button", { name: "Copy", exact: true }).click();
  await tab.getByText("Copied.").waitFor();
  assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), cli);
});

test("the copied JavaScript has the page's plan hash", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  const text = await code(tab, "JavaScript");
  const { planHash } = await exported(tab, "JSON with reasons");
  const folder = mkdtempSync(join(tmpdir(), "dagfill-page-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  // Its own statements, up to the preview.
  const program = text
    .slice(0, text.indexOf("console.log(preview.counts)"))
    .replaceAll(
      /from "dagfill(\/[\w/]+)?"/g,
      (_, entry = "/index") => `from ${JSON.stringify(join(root, "dist", `${entry.slice(1)}.js`))}`,
    );
  writeFileSync(join(folder, "copied.mjs"), `${program}\nconsole.log(preview.planHash);\nprocess.exit(0);\n`);
  assert.equal(ask(process.execPath, ["copied.mjs"], { cwd: folder })?.split("\n").at(-1), planHash);
});

const command = join(root, "dist", "cli.js");
const noCli = skip || (existsSync(command) ? false : "dist/cli.js is not built");
test("the copied command line has the page's plan hash", { skip: noCli }, async (t) => {
  const tab = await page.open(t, hash(fields));
  const text = await code(tab, "dagfill CLI");
  const { planHash } = await exported(tab, "JSON with reasons");
  const folder = mkdtempSync(join(tmpdir(), "dagfill-page-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const lines = text
    .slice(0, text.indexOf("dagfill run"))
    .replace("dagfill preview", `"$NODE" "$DAGFILL" preview --json`);
  const printed = ask("sh", ["-c", lines], {
    cwd: folder,
    env: { ...process.env, NODE: process.execPath, DAGFILL: command },
  });
  assert.equal(JSON.parse(printed ?? "{}").planHash, planHash);
});

async function download(tab, label) {
  await tab.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([
    tab.waitForEvent("download"),
    tab.getByRole("button", { name: label }).click(),
  ]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}
const exported = async (tab, label) => JSON.parse((await download(tab, label)).text);

test("export: JSON and CSV hold every date with its reason and commands", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  const count = await starting(tab);
  await tab.getByRole("button", { name: "List", exact: true }).click();
  await tab.getByLabel("Command", { exact: true }).nth(1).fill("=1+1 {{ ds }}");
  // The panel of the chosen date says the same.
  await tab.locator(".rendered", { hasText: "=1+1 2026-04-30" }).waitFor();
  const json = await exported(tab, "JSON with reasons");
  assert.equal(json.counts.total, count + 1);
  assert.equal(json.runs.length, count + 1);
  assert.equal(json.runs.filter((run) => run.action !== "skip").length, count);
  assert.equal(json.runs.find((run) => run.action === "skip").reason, "excluded");
  assert.match(json.runs[0].commands.extract, /^extract --date 2026-04-30/);
  const csv = await download(tab, "CSV with commands");
  assert.equal(csv.name, "share_test.csv");
  const rows = csv.text.trimEnd().split("\r\n").map(readCsv);
  assert.equal(rows.length, count + 2);
  assert.ok(rows.every((row) => row.length === rows[0].length));
  assert.deepEqual(rows[1].slice(0, 4), ["1", "2026-04-30 04:15", "2026-04-30T06:45:00Z", "-02:30"]);
  // A spreadsheet would take it for a formula.
  assert.equal(rows[1][11], "'=1+1 2026-04-30");
  assert.equal(json.runs[0].commands.load, "=1+1 2026-04-30");
  assert.deepEqual(
    rows.slice(1).map((row) => row[2]),
    json.runs.map((run) => run.executionDate),
  );
});

test("export: one HTML file is the whole report, and opens without a network", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  const count = await starting(tab);
  const { name, text } = await download(tab, "HTML report");
  assert.equal(name, "share_test.html");
  // A context of its own: the page may still be fetching what comes later.
  const apart = await page.browser.newContext({ offline: true, locale: "en-US" });
  t.after(() => apart.close());
  const reader = await apart.newPage();
  await reader.setContent(text);
  await reader.getByRole("heading", { name: `share_test: ${count} runs would start` }).waitFor();
  assert.equal(await reader.locator("tbody tr").count(), count + 1);
  const first = await reader.locator("tbody tr").first().innerText();
  assert.match(first, /2026-04-30 04:15 -02:30.*new.*No run yet: will start\..*extract --date 2026-04-30/s);
  assert.match(await reader.locator("tbody tr.skip").innerText(), /You took this date out\./);
});

/** The commands of the dates from 1 to 3 January, in the page and in each of its three files. */
async function fourTexts(t, tab) {
  const days = ["2026-01-01", "2026-01-02", "2026-01-03"];
  const shown = [];
  for (const day of days) {
    await tab.getByRole("row", { name: day }).click();
    const panel = tab.getByTestId("why");
    await panel.locator("dd", { hasText: `backfill__${day}` }).waitFor();
    shown.push(await panel.locator(".dagfill-commands code").allTextContents());
  }
  const json = await exported(tab, "JSON with reasons");
  const [names, ...rows] = (await download(tab, "CSV with commands")).text
    .trimEnd()
    .split("\r\n")
    .map(readCsv);
  const first = names.findIndex((name) => name.startsWith("command:"));
  const html = (await download(tab, "HTML report")).text;
  const reader = await page.browser.newPage();
  t.after(() => reader.close());
  await reader.setContent(html);
  const report = await reader
    .locator("tbody tr")
    .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td code")].map((c) => c.textContent)));
  return {
    shown,
    json: json.runs.map(({ commands }) => Object.values(commands)),
    csv: rows.map((row) => row.slice(first)),
    report,
  };
}

const january = { id: "before", s: "@daily", tz: "UTC", from: "2026-01-01", to: "2026-01-03", which: "none" };

test("export: commands of an imported Airflow file are those of the page in every format", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(january));
  await paste(
    tab,
    `import pendulum
from airflow import DAG
from airflow.operators.bash import BashOperator
with DAG("mini", schedule_interval="15 3 * * *", start_date=pendulum.datetime(2026,1,1,tz="America/New_York"), params={"region":"eu"}) as dag:
    BashOperator(task_id="a", bash_command="echo {{ ts }} {{ data_interval_start }} {{ params.region }}")
`,
  );
  await button(tab, "Use mini (1 task)").click();
  // The file's own start came with it, and no end.
  await tab.getByLabel("To", { exact: true }).fill("2026-01-03");
  await tab.getByRole("button", { name: "Run 3 runs" }).waitFor();
  await tab.getByTestId("why").getByText("T08:15:00+00:00 eu").first().waitFor();
  const { shown, ...files } = await fourTexts(t, tab);
  assert.deepEqual(
    shown,
    ["01", "02", "03"].map((day) => {
      const at = `2026-01-${day}T08:15:00+00:00`;
      return [`echo ${at} ${at} eu`];
    }),
  );
  for (const [format, commands] of Object.entries(files)) assert.deepEqual(commands, shown, format);
});

test("export: zone of dates, params, defaults of tasks, conf and facts of the DAG are in every format", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash({ ...january, conf: '{"shard": 7}' }));
  const dag = {
    dagId: "whole",
    schedule: "0 12 * * *",
    timeZone: "America/New_York",
    macroTimeZone: "Asia/Tokyo",
    params: { region: "eu", deep: { list: [1, 2] } },
    tags: ["nightly"],
    taskDefaults: { retries: 4, params: { table: "t_{{ ds_nodash }}" } },
    tasks: [
      { taskId: "b", command: "b {{ ts }} {{ params.region }} {{ task.retries }} {{ conf.shard }}" },
      {
        taskId: "__proto__",
        command: "{{ dag_run.conf.shard }} {{ run_id }} {{ dag.dag_id }}",
        dependsOn: ["b"],
      },
      { taskId: "c", command: "{{ task.task_id }} {{ prev_ds }} {{ params.deep.list[1] }} {{ unknown }}" },
    ],
  };
  await paste(tab, JSON.stringify(dag));
  await button(tab, "Use whole (3 tasks)").click();
  await tab.getByTestId("why").getByText("+09:00 eu").first().waitFor();
  const { shown: all, ...files } = await fourTexts(t, tab);
  // The panel shows the texts of params, too, which are in no file.
  const shown = all.map((texts) => texts.filter((text) => !text.startsWith("t_")));
  assert.match(shown[0][0], /^b 2026-01-02T02:00:00\+09:00 eu 4 7$/);
  for (const [format, commands] of Object.entries(files)) assert.deepEqual(commands, shown, format);
});

test("export: a form that cannot be planned says why there is no file, also before there was a plan", {
  skip,
}, async (t) => {
  const refused = async (tab, label, reason) => {
    await tab.getByRole("button", { name: "Export" }).click();
    await tab.getByRole("button", { name: label }).click();
    assert.match(await tab.getByTestId("no-file").textContent(), reason);
    await tab.keyboard.press("Escape");
    await tab.getByTestId("no-file").waitFor({ state: "detached" });
  };
  const labels = ["JSON with reasons", "CSV with commands", "HTML report"];
  const tab = await page.open(t, hash(fields));
  await tab.getByLabel("Schedule", { exact: true }).fill("61 * * * *");
  await tab.locator(".stale").first().waitFor();
  for (const label of labels) await refused(tab, label, /^No file of this plan\. .*61/);
  await tab.getByLabel("Schedule", { exact: true }).fill(fields.s);
  await planned(tab);
  assert.equal((await exported(tab, "JSON with reasons")).dag.schedule, fields.s);
  await tab.getByText("Conf (JSON)").first().click();
  await tab.getByLabel("Conf (JSON)").fill("{ no");
  for (const label of labels) await refused(tab, label, /^No file of this plan\. Conf: line 1, column 3/);

  const bad = await page.open(t, hash({ ...fields, s: "61 * * * *" }), { planned: false });
  await bad.getByRole("button", { name: "Export" }).and(bad.locator(":enabled")).waitFor();
  await bad.getByText("61").first().waitFor();
  for (const label of labels) await refused(bad, label, /^No file of this plan\. .*61/);
});

test("export: a large file says how much of it is written", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash({ ...january, s: "* * * * *", to: "2026-01-31" }));
  await tab.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([
    tab.waitForEvent("download"),
    tab.getByRole("button", { name: "CSV with commands" }).click(),
    tab.getByRole("button", { name: /^Export: [1-9]\d? %/ }).waitFor(),
  ]);
  assert.equal(
    readFileSync(await file.path(), "utf8")
      .trimEnd()
      .split("\r\n").length,
    31 * 1440 + 1,
  );
  await tab.getByRole("button", { name: "Export", exact: true }).waitFor();
});

test("export: the worker is asked for many rows at once", { skip }, async (t) => {
  const prepare = () => {
    globalThis.asked = [];
    const own = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...args) {
      if (message.kind === "ask") globalThis.asked.push(message.question);
      return own.call(this, message, ...args);
    };
  };
  const tab = await page.open(t, hash({ ...january, s: "*/5 * * * *", to: "2026-01-31" }), { prepare });
  await tab.getByTestId("why").locator("dd", { hasText: "backfill__" }).first().waitFor();
  await tab.evaluate(() => {
    globalThis.asked = [];
  });
  const { runs } = await exported(tab, "JSON with reasons");
  assert.equal(runs.length, 31 * 288);
  assert.deepEqual(await tab.evaluate(() => globalThis.asked), Array(18).fill("details"));
});

test("export: a plan that changes while it is written makes no file, and says so", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...january, s: "* * * * *", to: "2026-01-31" }));
  await tab.getByRole("button", { name: "Export" }).click();
  await tab.getByRole("button", { name: "CSV with commands" }).click();
  await tab.getByRole("button", { name: /^Export: \d+ %/ }).waitFor();
  await tab.getByLabel("From", { exact: true }).fill("2026-01-02");
  await tab.getByTestId("no-file").getByText("The plan has changed while it was written.").waitFor();
});

/** One line of RFC 4180; no cell of this plan has a line break. */
function readCsv(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
  );
}

test("compare: a second zone shifts dates, and the legend counts what becomes of them", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash({ id: "beside", from: "2026-01-01", to: "2026-12-31", which: "none" }));
  await tab.getByRole("button", { name: "Compare" }).click();
  // 02:30 in Berlin is 01:30 UTC, and 00:30 from 30 March to 24 October: on the day of the gap it is 03:30 there.
  await tab.getByTestId("shifts").getByText("With UTC: 209 dates 2 h later, 156 dates 1 h later.").waitFor();
  await tab.getByLabel("Time zone B").fill("Europe/Paris");
  await tab.getByTestId("shifts").getByText("no date changes in this range").waitFor();
  await tab.getByLabel("Schedule B").fill("30 2 * * 1-5");
  await tab.locator("[data-shift=removed]", { hasText: "104" }).waitFor();
  await tab.locator("[data-shift=same]", { hasText: "261" }).waitFor();
  await tab.getByTestId("shifts").getByText('With "30 2 * * 1-5" in Europe/Paris: 104 fewer.').waitFor();
  await tab.waitForFunction(() => location.hash.includes("ctz="));
});
