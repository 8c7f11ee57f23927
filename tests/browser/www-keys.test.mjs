// Every job of the page by keys alone: each control is reached by Tab, and after each step the focus is where the work goes on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hash, usePage, withoutBrowser } from "./www-page.mjs";

const page = usePage();
const skip = withoutBrowser;
const fields = { id: "keys", from: "2026-01-01", to: "2026-01-31", which: "none", tz: "UTC", sec: "60" };

/** Presses Tab until `target` has the focus, which it must get within one round through the page. */
async function reach(tab, target) {
  await target.waitFor();
  for (let presses = 0; presses < 120; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await tab.keyboard.press("Tab");
  }
  assert.fail(`Tab does not lead to ${target}`);
}

const press = async (tab, name) => {
  await reach(tab, tab.getByRole("button", { name, exact: true }));
  await tab.keyboard.press("Enter");
};
const focused = (tab, id) =>
  tab.waitForFunction((wanted) => document.activeElement?.id === wanted, id, { timeout: 10_000 });
const focusedText = (tab, text) =>
  tab.waitForFunction((start) => document.activeElement?.textContent.startsWith(start), text, {
    timeout: 10_000,
  });
const headline = (tab, text) => tab.locator("#run-title").getByText(text).waitFor();

test("plan, filter, select, compare, copy and import go by keys", { skip }, async (t) => {
  const permissions = ["clipboard-read", "clipboard-write"];
  const tab = await page.open(t, hash(fields), { permissions });
  // Plan: a schedule is typed, and a choice made by arrows.
  await reach(tab, tab.getByRole("textbox", { name: "Schedule", exact: true }));
  await tab.keyboard.press("Control+a");
  await tab.keyboard.type("@weekly");
  await tab.getByRole("button", { name: "Run 4 runs" }).waitFor();
  await tab.keyboard.press("Control+a");
  await tab.keyboard.type("@daily");
  await tab.getByRole("button", { name: "Run 31 runs" }).waitFor();
  await reach(tab, tab.getByRole("radio", { name: "Missing only" }));
  await tab.keyboard.press("ArrowDown");
  assert.ok(await tab.getByRole("radio", { name: "Missing and failed" }).isChecked());
  // A day of the calendar, then a row of the table.
  await reach(tab, tab.getByRole("gridcell", { name: "Thursday, 1 January 2026: 1 new" }));
  await tab.keyboard.press("ArrowDown");
  await tab.getByTestId("why").getByText("2026-01-02").first().waitFor();
  await reach(tab, tab.getByRole("searchbox", { name: "Filter by date or state" }));
  await tab.keyboard.type("2026-01-2");
  await tab.locator(".dagfill-runs header").getByText("10 of 31").waitFor();
  await reach(tab, tab.getByRole("grid", { name: "Runs" }));
  await tab.keyboard.press("End");
  await tab.getByRole("row", { name: "2026-01-29", selected: true }).waitFor();
  await tab.getByRole("button", { name: "Copy: extract command" }).waitFor();
  // Compare is switched on and off where it stands.
  await press(tab, "Compare");
  await reach(tab, tab.getByRole("textbox", { name: "Schedule B" }));
  await tab.keyboard.press("Control+a");
  await tab.keyboard.type("@weekly");
  await tab.getByTestId("shifts").getByText("27 fewer").waitFor();
  await press(tab, "Compare");
  await tab.getByTestId("shifts").waitFor({ state: "detached" });
  // Copy: a menu, a dialog, and back to where the menu was opened.
  await press(tab, "Copy as code");
  await press(tab, "Airflow 3 CLI");
  await tab.getByRole("dialog", { name: "Airflow 3 CLI" }).waitFor();
  await press(tab, "Copy");
  await tab.getByText("Copied.").waitFor();
  assert.match(await tab.evaluate(() => navigator.clipboard.readText()), /--dag-id keys/);
  await tab.keyboard.press("Escape");
  await focusedText(tab, "Copy as code");
  // Import: the dialog begins in its field, and leads back.
  await press(tab, "Paste your DAG");
  await reach(tab, tab.getByRole("textbox", { name: "Text of a DAG or of runs" }));
  await tab.keyboard.type("15 4 * * 1-5 /opt/load.sh\n");
  await press(tab, "Read it");
  await reach(tab, tab.getByRole("button", { name: /^Use / }));
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => document.querySelector("input[name=schedule]").value === "15 4 * * 1-5");
  await focusedText(tab, "Paste your DAG");
});

test("run, pause, cancel, retry, resume and discard go by keys", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  await press(tab, "Run 31 runs");
  await focused(tab, "run-title");
  await press(tab, "Pause");
  await tab.getByRole("button", { name: "Continue" }).waitFor();
  await focused(tab, "run-title");
  await press(tab, "Continue");
  await tab.getByRole("button", { name: "Pause" }).waitFor();
  await focused(tab, "run-title");
  await press(tab, "Cancel…");
  // The safe answer has the focus.
  await focusedText(tab, "Go on running");
  await press(tab, "Stop now, mark 4 canceled");
  await headline(tab, "31 of 31 done, 31 stopped");
  await focused(tab, "run-title");
  await press(tab, "Retry failed and stopped");
  await headline(tab, "0 of 31 done");
  await focused(tab, "run-title");
  await tab.getByText("running 4, queued 27").waitFor();
  await tab.reload();
  await press(tab, "Resume");
  await headline(tab, "0 of 31 done");
  await focused(tab, "run-title");
  await tab.getByText("running 4, queued 27").waitFor();
  await tab.reload();
  await press(tab, "Discard");
  await focusedText(tab, "Keep");
  await press(tab, "Discard it");
  await tab.getByTestId("interrupted").waitFor({ state: "detached" });
  await focused(tab, "plan");
});
