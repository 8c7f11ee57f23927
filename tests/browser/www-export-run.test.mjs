// Files of a backfill that is shown: the state of each date at the moment that the page shows, of a run of this tab, of another one, and of the past.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hash, planned, usePage, withoutBrowser } from "./www-page.mjs";
import { button, paste, run } from "./www-steps.mjs";

const page = usePage();
const skip = withoutBrowser;

/** Daily dates from 1 January, `to` the last; `sec` and `fail` shape the simulation. */
const daily = (fields) =>
  hash({ id: "states", s: "@daily", tz: "UTC", from: "2026-01-01", which: "none", par: "6", ...fields });

const headline = (tab, text) => tab.locator("#run-title").getByText(text).waitFor();

async function download(tab, label) {
  await tab.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([
    tab.waitForEvent("download"),
    tab.getByRole("button", { name: label }).click(),
  ]);
  return readFileSync(await file.path(), "utf8");
}

/** One line of RFC 4180; no cell of these files has a line break. */
const readCsv = (line) =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
  );

/** The three files: JSON as it is, the rows of CSV by column, and the report as a page. */
async function filesOf(t, tab) {
  const json = JSON.parse(await download(tab, "JSON with reasons"));
  const [names, ...rows] = (await download(tab, "CSV with commands")).trimEnd().split("\r\n").map(readCsv);
  const csv = rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
  const report = await page.browser.newPage();
  t.after(() => report.close());
  await report.setContent(await download(tab, "HTML report"));
  const title = await report.getByRole("heading").first().textContent();
  const heads = await report.locator("thead th").allTextContents();
  const html = await report
    .locator("tbody tr")
    .evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  const facts = await report.locator("dl").innerText();
  return {
    json,
    csv,
    title,
    facts,
    html: html.map((row) => Object.fromEntries(heads.map((name, at) => [name, row[at]]))),
  };
}

const counted = (values) => {
  const counts = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

/** The numbers of the page by state, from the line "succeeded 5, failed 2, …". */
const shown = async (tab) =>
  Object.fromEntries(
    [...(await tab.locator(".counts").textContent()).matchAll(/(\w+) (\d+)/g)]
      .map(([, name, count]) => [name === "succeeded" ? "success" : name, Number(count)])
      .filter(([, count]) => count > 0),
  );

/** Whether CSV and report say of each date what JSON says. */
function agree({ json, csv, html }) {
  const words = { success: "succeeded", left_alone: "left alone" };
  for (const [
    at,
    { state, startedAt = "", finishedAt = "", attempt = "", error, ...date },
  ] of json.runs.entries()) {
    const facts = [startedAt, finishedAt, String(attempt), error?.message ?? ""];
    const { state: cell, started_at, finished_at, attempt: tries, error: message, state_at } = csv[at];
    assert.deepEqual([cell, started_at, finished_at, tries, message], [state, ...facts]);
    // Each file has a moment of its own, one for all of its rows.
    assert.equal(state_at, csv[0].state_at);
    assert.ok(state_at >= json.stateAt, `${state_at}, ${json.stateAt}`);
    assert.deepEqual([csv[at].action, csv[at].why], [date.action ?? "", date.why ?? ""]);
    const row = html[at];
    assert.ok([words[state] ?? state, "failed, left alone"].includes(row.State), row.State);
    assert.deepEqual(
      [row["Started (UTC)"], row["Finished (UTC)"], row.Attempt, row.Error, row["The plan said"]],
      [...facts, date.why ?? ""],
    );
  }
}

/** The same dates without what a plan says of them. */
const statesOf = ({ runs }) =>
  runs.map(({ action: _, reason: __, existingState: ___, why: ____, ...date }) => date);

test("a backfill that has ended: states, times, attempts and errors are those of the page, also after a reload", {
  skip,
}, async (t) => {
  const tab = await page.open(t, daily({ to: "2026-01-10", sec: "0.05", fail: "0.4", seed: "5" }));
  await run(tab);
  await headline(tab, /10 of 10 done, \d+ failed/);
  await button(tab, "Edit a copy").click();
  await tab.getByLabel("To", { exact: true }).fill("2026-01-30");
  await tab.getByRole("button", { name: "Run 20 runs" }).click();
  await headline(tab, /20 of 20 done, \d+ failed/);
  const counts = await shown(tab);
  assert.ok(counts.failed > 0 && counts.success > 0, JSON.stringify(counts));
  const own = await filesOf(t, tab);
  const { json, title, facts } = own;
  agree(own);
  assert.equal(title, `states: 20 runs, ${counts.success} succeeded, ${counts.failed} failed`);
  assert.deepEqual(counted(json.runs.map(({ state }) => state)), { left_alone: 10, ...counts });
  assert.deepEqual(
    [json.state, json.simulated, "planHash" in json, "counts" in json],
    ["failed", true, false, false],
  );
  assert.deepEqual(json.progress, {
    ...{ total: 30, completed: counts.success, failed: counts.failed },
    ...{ remaining: 0, running: 0, skipped: 10, canceled: 0 },
  });
  assert.ok(facts.includes(json.backfillId) && facts.includes(json.stateAt.slice(0, 10)), facts);
  for (const { state, startedAt, finishedAt, attempt, error, action, why } of json.runs) {
    if (state === "left_alone") {
      assert.deepEqual(
        [startedAt, finishedAt, attempt, error, action],
        [undefined, undefined, undefined, undefined, "skip"],
      );
      continue;
    }
    assert.ok(Date.parse(startedAt) <= Date.parse(finishedAt), `${startedAt} to ${finishedAt}`);
    assert.ok(Date.parse(finishedAt) <= Date.parse(json.stateAt));
    assert.deepEqual([attempt, action, why], [1, "create", "No run yet: will start."]);
    if (state === "failed") assert.match(error.message, /exited with code 1 \(simulated\)/);
    else assert.equal(error, undefined);
  }

  await tab.reload();
  await planned(tab);
  await tab.getByRole("button", { name: "Past runs" }).click();
  await tab
    .getByRole("button", { name: `states ${counts.success} succeeded, ${counts.failed} failed` })
    .last()
    .click();
  await headline(tab, /20 of 20 done, \d+ failed/);
  const again = await filesOf(t, tab);
  agree(again);
  assert.equal(again.title, title);
  assert.equal(again.json.backfillId, json.backfillId);
  assert.deepEqual(statesOf(again.json), statesOf(json));
  assert.deepEqual([again.json.state, again.json.progress], [json.state, json.progress]);
  // The plan that it began with is not known any more: one that was made since would say of its runs that they are left alone.
  for (const { state, action, why } of again.json.runs)
    assert.equal(action === undefined && why === undefined, state !== "left_alone");

  await button(tab, "Edit a copy").click();
  await planned(tab);
  const plan = JSON.parse(await download(tab, "JSON with reasons"));
  // The file can be imported again.
  await paste(tab, JSON.stringify(again.json));
  await button(tab, `Use states (${again.json.dag.tasks.length} tasks)`).waitFor();
  assert.ok(!("backfillId" in plan) && "planHash" in plan && plan.runs.every((date) => !("state" in date)));
});

test("a backfill at a moment of the past: the file has that moment, and says which", { skip }, async (t) => {
  const tab = await page.open(t, daily({ to: "2026-02-09", sec: "0.4", fail: "0.3", seed: "3" }));
  await run(tab);
  await headline(tab, /40 of 40 done/);
  const slider = tab.getByRole("slider");
  const [first, last] = [Number(await slider.getAttribute("min")), Number(await slider.getAttribute("max"))];
  for (const share of [0, 0.5]) {
    await slider.fill(String(Math.round(first + share * (last - first))));
    await tab.getByText("At that moment:").waitFor();
    const at = Number(await slider.inputValue());
    const files = await filesOf(t, tab);
    const { json, facts, title } = files;
    agree(files);
    assert.equal(Date.parse(json.stateAt), at);
    assert.equal(files.csv[0].state_at, json.stateAt);
    assert.ok(facts.includes(json.stateAt), facts);
    assert.equal(json.state, "running");
    const counts = await shown(tab);
    assert.ok(counts.queued > 0, JSON.stringify(counts));
    assert.deepEqual(counted(json.runs.map(({ state }) => state)), counts);
    assert.ok(title.includes(`${counts.queued} queued`), title);
    for (const { state, startedAt, finishedAt, attempt, error } of json.runs) {
      const known = [startedAt, finishedAt, attempt, error].map((value) => value !== undefined);
      const began = state !== "queued";
      const ended = state === "success" || state === "failed";
      assert.deepEqual(known, [began, ended, began, state === "failed"], state);
      if (began) assert.ok(Date.parse(startedAt) <= at);
      if (ended) assert.ok(Date.parse(finishedAt) <= at);
    }
  }
});

test("a backfill that runs, here and in another tab, and one that was interrupted", { skip }, async (t) => {
  const context = await page.context(t);
  const first = await context.newPage();
  await first.goto(page.url + daily({ to: "2026-02-09", which: "failed", sec: "60", fail: "0" }));
  await planned(first);
  await run(first);
  await first.getByText("running 6, queued 34").waitFor();
  const second = await context.newPage();
  await second.goto(page.url);
  await second.getByTestId("elsewhere").getByRole("button", { name: "Watch" }).click();
  await second.getByText("Another tab runs this backfill: view only.").waitFor();
  for (const tab of [first, second]) {
    const files = await filesOf(t, tab);
    agree(files);
    assert.equal(files.title, "states: 40 runs, 6 running, 34 queued");
    assert.equal(files.json.state, "running");
    assert.deepEqual(counted(files.json.runs.map(({ state }) => state)), { running: 6, queued: 34 });
    for (const { state, startedAt, finishedAt, attempt } of files.json.runs)
      assert.deepEqual(
        [startedAt !== undefined, finishedAt, attempt],
        state === "running" ? [true, undefined, 1] : [false, undefined, undefined],
      );
  }
  await first.close();
  await second.getByTestId("interrupted").waitFor();
  await second.getByText("It was interrupted, and nobody runs it now").waitFor();
  const left = await filesOf(t, second);
  agree(left);
  assert.equal(left.title, "states: 40 runs, 6 interrupted, 34 queued");
  assert.equal(left.json.state, "interrupted");
  assert.ok(
    left.json.runs.every(({ state, startedAt }) => (state === "interrupted") === (startedAt !== undefined)),
  );
});

test("a backfill that was canceled: what ran was stopped, and the others have no times", {
  skip,
}, async (t) => {
  const tab = await page.open(t, daily({ to: "2026-02-09", sec: "60", fail: "0" }));
  await run(tab);
  await tab.getByText("running 6, queued 34").waitFor();
  await button(tab, "Cancel…").click();
  await button(tab, "Stop now, mark 6 canceled").click();
  await headline(tab, "0 of 40 done, 40 canceled");
  const files = await filesOf(t, tab);
  agree(files);
  assert.equal(files.title, "states: 40 runs, 40 canceled");
  assert.deepEqual([files.json.state, files.json.progress.canceled], ["canceled", 40]);
  assert.ok(files.json.runs.every(({ state }) => state === "canceled"));
  const begun = files.json.runs.filter(({ startedAt }) => startedAt !== undefined);
  assert.equal(begun.length, 6);
  assert.ok(begun.every(({ finishedAt, attempt }) => finishedAt !== undefined && attempt === 1));
});
