// Every job of the page by keys alone: each control is reached by Tab, and after each step the focus is where the work goes on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hash, usePage, withoutBrowser } from "./www-page.mjs";
import { cards, layered, pack } from "./www-steps.mjs";

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
  await headline(tab, "0 of 31 done, 31 canceled");
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

/** Presses Enter where `target` is. */
const enter = async (tab, target) => {
  await reach(tab, target);
  await tab.keyboard.press("Enter");
};
const starts = (tab, count) => tab.getByRole("button", { name: `Run ${count} runs`, exact: true }).waitFor();

test("range, legend, intervals, commands, clock changes and planned lanes go by keys", {
  skip,
}, async (t) => {
  const permissions = ["clipboard-read", "clipboard-write"];
  const spring = { ...fields, s: "30 2 * * *", tz: "Europe/Berlin", to: "2026-04-30" };
  const tab = await page.open(t, hash(spring), { permissions });
  // The way past the header and the form is one key.
  await tab.keyboard.press("Tab");
  await focusedText(tab, "Skip to the plan");
  await tab.keyboard.press("Enter");
  await focused(tab, "plan");
  // A range with Shift, a date taken out by the space bar, and both taken back: the focus stays in the calendar.
  await reach(tab, tab.getByRole("gridcell", { name: "Thursday, 1 January 2026: 1 new" }));
  for (const key of ["ArrowDown", "ArrowDown", "Shift+ArrowRight"]) await tab.keyboard.press(key);
  await starts(tab, 8);
  await tab.keyboard.press("Space");
  await starts(tab, 7);
  await tab.keyboard.press("Control+z");
  await starts(tab, 8);
  await tab.keyboard.press("Control+z");
  await starts(tab, 120);
  assert.equal(await tab.evaluate(() => document.activeElement.getAttribute("role")), "gridcell");
  // A state is hidden and shown.
  const state = tab.getByRole("group", { name: "Show" }).getByRole("button", { name: "new 120" });
  await reach(tab, state);
  await tab.keyboard.press("Space");
  await tab.getByText("No date matches.").waitFor();
  assert.equal(await state.getAttribute("aria-pressed"), "false");
  await tab.keyboard.press("Space");
  assert.equal(await state.getAttribute("aria-pressed"), "true");
  // Another date by its interval, and its command into the clipboard.
  const intervals = tab.getByRole("region", { name: "Data intervals and due times" });
  await enter(tab, intervals.getByRole("button").last());
  await enter(tab, tab.getByRole("button", { name: "Copy: extract command" }));
  await tab.getByText("Copied", { exact: true }).waitFor();
  assert.match(await tab.evaluate(() => navigator.clipboard.readText()), /^extract --date 2026-01-/);
  // The day of a clock change by its note.
  await enter(tab, tab.getByRole("button", { name: "Sun 2026-03-29 02:00" }));
  await tab.locator(".dagfill-clock[data-kind=gap]").waitFor();
  // Lanes of the plan: a list of runs.
  await enter(tab, tab.locator("summary", { hasText: "What would run when" }));
  await reach(tab, tab.getByRole("listbox", { name: "4 lanes of runs over time" }));
  await tab.keyboard.press("Home");
  await tab.getByRole("option", { name: /^lane 1, Thursday, 1 January 2026 02:30: / }).waitFor();
});

test("tasks are found, edited, connected, deleted and taken back by keys, in the list and in the graph", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash({ ...fields, dag: pack(layered(60)) }));
  await press(tab, "List");
  await reach(tab, tab.getByLabel("Find tasks"));
  await tab.keyboard.type("task_59");
  const task = tab.getByRole("group", { name: "task_59", exact: true });
  await tab.getByText("1 of 60").waitFor();
  await reach(tab, task.getByLabel("Command"));
  await tab.keyboard.press("Control+a");
  await tab.keyboard.type("finish {{ ds }}");
  await task.getByText("finish 2026-01-01").waitFor();
  await reach(
    tab,
    task.getByRole("textbox", { name: "Runs after" }).or(task.getByRole("combobox", { name: "Runs after" })),
  );
  await tab.keyboard.type("task_1");
  await tab.keyboard.press("Enter");
  // A connection that is removed leaves the focus in the field that adds one.
  await tab.keyboard.press("Shift+Tab");
  await focusedText(tab, "task_1");
  await tab.keyboard.press("Enter");
  await tab.getByRole("button", { name: "Remove task_1", exact: true }).waitFor({ state: "detached" });
  await tab.waitForFunction(() => document.activeElement?.placeholder === "id of a task");
  // A task that is deleted leaves the focus in the list.
  await enter(tab, task.getByRole("button", { name: "Delete task_59" }));
  await tab.getByText("0 of 59").waitFor();
  assert.ok(await tab.evaluate(() => document.activeElement.closest(".task-list") !== null));
  await press(tab, "Undo");
  await tab.getByText("1 of 60").waitFor();
  await press(tab, "Add a task");
  // The graph: a task is found, its command edited, and it is deleted.
  await press(tab, "Graph");
  await reach(tab, tab.getByLabel("Find a task"));
  await tab.keyboard.type("task_12");
  await tab.keyboard.press("Enter");
  await reach(tab, tab.locator('.react-flow__node[data-id="task_12"]'));
  await tab.keyboard.press("Enter");
  await reach(tab, tab.getByLabel("Command of task_12"));
  await tab.keyboard.type(" --more");
  await tab.locator('.react-flow__node[data-id="task_12"]').getByText("--more").first().waitFor();
  await reach(tab, tab.locator('.react-flow__node[data-id="task_12"]'));
  await tab.keyboard.press("Delete");
  await tab.locator('.react-flow__node[data-id="task_12"]').waitFor({ state: "detached" });
});

test("link, export, samples, past runs and review go by keys", { skip }, async (t) => {
  const permissions = ["clipboard-read", "clipboard-write"];
  const quick = { ...fields, sec: "0", fail: "0", which: "failed" };
  const tab = await page.open(t, hash(quick), { permissions });
  await press(tab, "Copy link");
  await enter(tab, tab.getByRole("dialog").getByRole("button", { name: "Copy link" }));
  await tab.getByText("Copied.").waitFor();
  assert.match(await tab.evaluate(() => navigator.clipboard.readText()), /#v=1&id=keys/);
  await tab.keyboard.press("Escape");
  await focusedText(tab, "Copy link");
  await press(tab, "Export");
  const download = tab.waitForEvent("download");
  await press(tab, "CSV with commands");
  assert.match((await download).suggestedFilename(), /keys.*\.csv$/);
  await focusedText(tab, "Export");
  await enter(tab, tab.locator("summary", { hasText: "Simulation" }));
  await press(tab, "Add sample history");
  await tab.locator("[data-code=samples]").waitFor();
  await press(tab, "Forget all records");
  await focusedText(tab, "Keep");
  await press(tab, "Forget them");
  await tab.locator("[data-code=samples]").waitFor({ state: "detached" });
  await focusedText(tab, "Forget all records");
  // Ctrl+Enter runs from anywhere.
  await tab.keyboard.press("Control+Enter");
  await headline(tab, "31 of 31 done, all succeeded");
  await focused(tab, "run-title");
  await reach(tab, tab.getByRole("slider", { name: "Review" }));
  await tab.keyboard.press("Home");
  await tab.getByRole("button", { name: /^queued/ }).waitFor();
  await tab.keyboard.press("End");
  await press(tab, "Edit a copy");
  await focused(tab, "plan");
  await press(tab, "Past runs");
  await enter(tab, tab.getByRole("button", { name: "keys 31 succeeded, 0 failed" }));
  await headline(tab, "31 of 31 done, all succeeded");
  await focused(tab, "run-title");
});

test("on a phone the form is a dialog that gives the focus back", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields), { viewport: { width: 390, height: 844 } });
  await press(tab, "Edit plan");
  const form = tab.getByRole("dialog", { name: "Edit plan" });
  await reach(tab, form.getByRole("textbox", { name: "To", exact: true }));
  await tab.keyboard.press("Control+a");
  await tab.keyboard.type("2026-01-10");
  await tab.keyboard.press("Escape");
  await focusedText(tab, "Edit plan");
  await tab.locator(".bottom-bar").getByText("10 runs").waitFor();
  await press(tab, "Run");
  await focused(tab, "run-title");
});

test("controls that stand together have names of their own", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, s: "30 2 * * *", tz: "Europe/Berlin", to: "2026-04-30" }));
  const check = async (state) =>
    assert.deepEqual(equalNames(await tab.locator("body").ariaSnapshot()), [], state);
  await cards(tab);
  await check("plan");
  for (const summary of await tab.locator("summary").all()) await summary.click();
  await check("all folded parts open");
  await press(tab, "List");
  await check("list of tasks");
  await press(tab, "Run 120 runs");
  await tab.getByText("running 4, queued 116").waitFor();
  await check("running");
});

const CONTROLS = [
  "button",
  "textbox",
  "searchbox",
  "combobox",
  "spinbutton",
  "checkbox",
  "radio",
  "slider",
  "link",
  "listbox",
  "grid",
];

/** Controls of one group that a screen reader calls the same, and those without a name. The snapshot is one line an element, indented. */
function equalNames(snapshot) {
  const found = [];
  const groups = [];
  for (const line of snapshot.split("\n")) {
    const indent = line.search(/\S/);
    const [, role, name] = /^- '?(\w+)(?: "((?:[^"\\]|\\.)*)")?/.exec(line.trim()) ?? [];
    if (role === undefined) continue;
    while (groups.length > 0 && groups.at(-1).indent >= indent) groups.pop();
    if (groups.length === 0) groups.push({ indent: -1, isNamed: true, names: new Set() });
    if (CONTROLS.includes(role)) {
      const key = `${role} ${name}`;
      // A list item, or a paragraph, is no group of its own.
      const own = groups.findLast(({ isNamed }) => isNamed).names;
      if (name === undefined || name === "" || own.has(key)) found.push(line.trim());
      own.add(key);
    }
    groups.push({
      indent,
      isNamed: name !== undefined && ["group", "region", "form", "grid"].includes(role),
      names: new Set(),
    });
  }
  return found;
}
