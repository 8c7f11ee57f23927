// Links that somebody else wrote: odd names, sizes that no page can draw, values that would leave the copied code.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { hash, planned, usePage, withoutBrowser } from "./www-page.mjs";
import { pack } from "./www-steps.mjs";

const page = usePage();
const skip = withoutBrowser;
const range = { from: "2026-01-01", to: "2026-01-05" };
const refused = (tab) => tab.getByTestId("link-refused");

async function open(tab, flavour) {
  await tab.getByRole("button", { name: "Copy as code" }).click();
  await tab.getByRole("button", { name: flavour }).click();
}

const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"];

test("tasks with the names of what every object has: graph, list, export and run", { skip }, async (t) => {
  // The first has an unknown macro, which is kept by task.
  const rows = names.map((name, at) => [
    name,
    at === 0 ? "{{ bogus }}" : "echo {{ ds }}",
    ...names.slice(0, at),
  ]);
  const tab = await page.open(t, hash({ id: "__proto__", ...range, dag: pack(rows), sec: "0.2" }));
  for (const name of names) await tab.locator(`.react-flow__node[data-id="${name}"]`).waitFor();
  await tab.getByRole("button", { name: "List", exact: true }).click();
  for (const name of names) await tab.getByText(`Delete ${name}`, { exact: true }).waitFor();
  await tab.getByText("bogus", { exact: false }).first().waitFor();
  await tab.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([
    tab.waitForEvent("download"),
    tab.getByRole("button", { name: "JSON with reasons" }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "dag__proto__.json");
  await tab.getByRole("button", { name: "Run 5 runs" }).click();
  await tab.getByText("5 of 5", { exact: false }).first().waitFor();
  await tab.getByRole("button", { name: "Graph", exact: true }).click();
  for (const name of names)
    await tab.locator(`.react-flow__node[data-id="${name}"] [data-state="success"]`).waitFor();
});

test("a link with 2,000 tasks is drawn and listed, one with more says so, and 50 tasks fit", {
  skip,
}, async (t) => {
  const chain = (count) =>
    Array.from({ length: count }, (_, at) => [`t${at}`, "echo {{ ds }}", ...(at > 0 ? [`t${at - 1}`] : [])]);
  const tab = await page.open(t, hash({ id: "large", ...range, dag: pack(chain(2000)) }));
  await tab.locator(".react-flow__node").first().waitFor();
  assert.equal(await refused(tab).count(), 0);
  const drawn = await tab.locator(".react-flow__node").count();
  assert.ok(drawn < 100, `${drawn} nodes are drawn: those in sight`);
  await tab.getByLabel("Find a task").fill("t1999");
  await tab.getByLabel("Find a task").press("Enter");
  await tab.locator('.react-flow__node[data-id="t1999"] .rendered').waitFor();
  // The map is two shapes, however many tasks there are, and leads to where it is pressed.
  const map = tab.getByRole("img", { name: "Map of all tasks" });
  assert.equal(await map.locator("*").count(), 2);
  await map.click({ position: { x: 66, y: 2 } });
  await tab.locator('.react-flow__node[data-id="t1999"]').waitFor({ state: "detached" });
  // The list draws a part, and each task has one field for what it runs after.
  await tab.getByRole("button", { name: "List", exact: true }).click();
  await tab.getByText("2,000 of 2,000").waitFor();
  assert.equal(await tab.locator(".task-list li").count(), 50);
  const elements = await tab.locator(".task-list *:not(option)").count();
  assert.ok(elements < 50 * 60, `${elements} elements for 50 tasks of 2,000`);
  await tab.getByLabel("Find tasks").fill("t1999");
  const after = tab.getByRole("group", { name: "t1999 runs after" });
  await after.getByRole("button", { name: "Remove t1998" }).waitFor();
  await after.getByLabel("Runs after").fill("nothing");
  await after.getByLabel("Runs after").press("Enter");
  await after.getByText("No task is called nothing.").waitFor();
  await after.getByLabel("Runs after").fill("t0, t1");
  await after.getByLabel("Runs after").press("Enter");
  await after.getByRole("button", { name: "Remove t1", exact: true }).waitFor();
  await planned(tab);
  await tab.getByRole("button", { name: "Graph", exact: true }).click();
  await tab.evaluate(
    (next) => {
      location.hash = next;
    },
    hash({ id: "larger", ...range, dag: pack(chain(2400)) }),
  );
  await refused(tab).getByText("It has 2400 tasks, at most 2000 are read.", { exact: false }).waitFor();
  await planned(tab);
  await refused(tab).getByRole("button", { name: "Close" }).click();
  assert.equal(await refused(tab).count(), 0);
  const fan = ["first", ...Array.from({ length: 48 }, (_, at) => `part_${at}`), "last"].map((id, at, ids) => [
    id,
    "echo {{ ds }}",
    ...(at === 0 ? [] : at === 49 ? ids.slice(1, 49) : ["first"]),
  ]);
  await tab.evaluate(
    (next) => {
      location.hash = next;
    },
    hash({ id: "fan", ...range, dag: pack(fan) }),
  );
  // All of them are on the canvas, and none leaves it.
  await tab.waitForFunction(() => {
    const { top, right, bottom, left } = document.querySelector(".dag-canvas").getBoundingClientRect();
    const cards = [...document.querySelectorAll(".react-flow__node")].map((card) =>
      card.getBoundingClientRect(),
    );
    const fits = (card) =>
      card.top >= top && card.left >= left && card.right <= right && card.bottom <= bottom;
    return cards.length === 50 && cards.every(fits);
  });
});

const bombs = {
  "tasks that inflate to 100 MB": { dag: bomb(), says: "Its DAG has more than 500000 bytes." },
  "tasks that are no base64": { dag: "%%%", says: "Its tasks cannot be read." },
  "tasks that are no list": { dag: pack({ length: 3 }), says: "Its tasks cannot be read." },
  "too many dates to take out": {
    ex: "2026-01-01,".repeat(5000),
    says: "It takes out 5000 dates, at most 4000 are read.",
  },
  "a link of 300,000 characters": { conf: "x".repeat(300_000), says: "at most 200000 are read." },
};

for (const [name, { says, ...fields }] of Object.entries(bombs)) {
  test(`a link is bounded: ${name}`, { skip }, async (t) => {
    const tab = await page.open(t, hash({ ...range, ...fields }));
    await refused(tab).getByText(says, { exact: false }).waitFor();
  });
}

/** The most that a link has room for: 130,000 characters that inflate to 100 MB. */
function bomb() {
  return deflateRawSync(Buffer.alloc(100_000_000, " "), { level: 9 }).toString("base64url");
}

test("an invalid plan has no code, and a plan that is mended has", { skip }, async (t) => {
  const tab = await page.open(t, hash({ id: "invalid", ...range, ex: "2026-01-02\ntouch pwned" }), {
    planned: false,
  });
  await tab.locator("[data-code]").waitFor();
  for (const flavour of ["JavaScript", "dagfill CLI", "Airflow 3 CLI", "Airflow 2 CLI", "JSON request"]) {
    await open(tab, flavour);
    await tab.getByTestId("no-code").waitFor();
    assert.equal(await tab.getByTestId("code").count(), 0);
    await tab.keyboard.press("Escape");
  }
  await tab.evaluate(
    (next) => {
      location.hash = next;
    },
    hash({ id: "valid", ...range, ex: "2026-01-02" }),
  );
  await planned(tab);
  await open(tab, "Airflow 3 CLI");
  await tab.getByText("--dag-id valid", { exact: false }).waitFor();
});

test("a conf that is not JSON has no code: it would be left out of it", { skip }, async (t) => {
  const tab = await page.open(t, hash({ id: "conf", ...range, conf: '{"region": ' }));
  await open(tab, "dagfill CLI");
  await tab.getByTestId("no-code").getByText("Conf: line 1", { exact: false }).waitFor();
});

test("a value with hidden characters is refused by the command lines and escaped by the others", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash({ id: "a\u001b[201~b", ...range }));
  await open(tab, "Airflow 2 CLI");
  await tab.getByTestId("no-code").getByText("hidden character U+001B", { exact: false }).waitFor();
  await tab.keyboard.press("Escape");
  await open(tab, "JSON request");
  assert.ok((await tab.getByTestId("code").textContent()).includes('"a\\u001b[201~b"'));
});

test("a page that cannot be drawn says so and offers a way out", { skip }, async (t) => {
  const context = await page.context(t);
  context.expect("showModal is broken");
  await context.addInitScript(() => {
    HTMLDialogElement.prototype.showModal = () => {
      throw new Error("showModal is broken");
    };
  });
  const tab = await context.newPage();
  await tab.goto(page.url + hash({ id: "broken", ...range }));
  await planned(tab);
  await tab.getByRole("button", { name: "Copy link" }).click();
  const notice = tab.getByTestId("page-failed");
  await notice.getByText("showModal is broken").waitFor();
  await notice.getByRole("link", { name: "Start with the example" }).click();
  await planned(tab);
});

test("the policy of the built page allows no other base and no form", { skip }, async (t) => {
  const context = await page.context(t);
  for (const directive of ["base-uri", "form-action"]) context.expect(directive);
  const tab = await context.newPage();
  await tab.goto(page.url);
  await planned(tab);
  // The host sends a policy, too; what counts here is that the page carries its own.
  const own = await tab.locator("meta[http-equiv]").getAttribute("content");
  for (const directive of ["base-uri 'none'", "form-action 'none'"])
    assert.ok(own.includes(directive), directive);
  const blocked = await tab.evaluate(async () => {
    const seen = [];
    document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
    const base = document.createElement("base");
    base.href = "https://example.org/";
    document.head.append(base);
    const form = document.createElement("form");
    form.action = "https://example.org/";
    document.body.append(form);
    form.submit();
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { seen: [...new Set(seen)].sort(), base: new URL(document.baseURI).origin === location.origin };
  });
  assert.deepEqual(blocked, { seen: ["base-uri", "form-action"], base: true });
});
