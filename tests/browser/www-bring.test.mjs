// DAGs and runs of other systems, and plans of other people.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hash, starting, usePage, withoutBrowser } from "./www-page.mjs";
import { paste } from "./www-steps.mjs";

const page = usePage();
const skip = withoutBrowser;
const fields = { id: "bring", from: "2026-01-01", to: "2026-01-31", which: "none", tz: "UTC", s: "@daily" };
const field = (tab, name) => tab.getByLabel(name, { exact: true }).inputValue();

test("an Airflow DAG file becomes the plan, and the edit can be taken back", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  await paste(
    tab,
    `from airflow import DAG
from airflow.operators.bash import BashOperator
with DAG("sales", schedule="30 2 * * *", start_date=None) as dag:
    a = BashOperator(task_id="extract", bash_command="extract {{ ds }}", retries=2)
    b = BashOperator(task_id="load", bash_command="load {{ ds }}")
    a >> b
`,
  );
  await tab.getByRole("button", { name: "Use sales (2 tasks)" }).click();
  await tab.locator('.react-flow__edge[data-id="extract>load"]').waitFor({ state: "attached" });
  assert.equal(await field(tab, "Schedule"), "30 2 * * *");
  await tab.locator(".task-card").getByText("load 2026-01-01").waitFor();
  await tab.getByRole("button", { name: "Undo" }).click();
  await tab.getByRole("button", { name: "Run 31 runs" }).waitFor();
  assert.equal(await field(tab, "Schedule"), "@daily");
});

test("runs of another scheduler are records of the plan, and what is no text of a DAG is refused", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(fields));
  const runs = ["01", "02", "03"].map((day) => ({
    dag_id: "bring",
    run_id: `scheduled__${day}`,
    state: "success",
    logical_date: `2026-01-${day}T00:00:00+00:00`,
  }));
  await paste(tab, JSON.stringify(runs));
  await tab.getByTestId("brought").getByText("3 runs of bring taken over.").waitFor();
  await tab.getByLabel("Text of a DAG or of runs").fill("{ nothing");
  await tab.getByRole("button", { name: "Read it" }).click();
  await tab.getByTestId("bring-refused").waitFor();
  await tab.keyboard.press("Escape");
  await tab.getByRole("button", { name: "Run 28 runs" }).waitFor();
});

const manifest = {
  metadata: { dbt_schema_version: "https://schemas.getdbt.com/dbt/manifest/v12.json" },
  nodes: {
    "model.shop.orders": {
      ...{ resource_type: "model", unique_id: "model.shop.orders", name: "orders", package_name: "shop" },
      config: {
        incremental_strategy: "microbatch",
        event_time: "at",
        batch_size: "day",
        begin: "2026-01-01",
      },
      depends_on: { nodes: [] },
    },
  },
};

test("CSV, the page's own export, a DAG of dagfill, a dbt manifest and a crontab line are read; unknown fields stay", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(fields));
  await paste(
    tab,
    "dag_id,run_id,state,execution_date\nbring,scheduled__1,success,2026-01-01T00:00:00+00:00\n",
  );
  await tab.getByTestId("brought").getByText("1 run of bring taken over.").waitFor();
  await tab.keyboard.press("Escape");
  await tab.getByRole("button", { name: "Run 30 runs" }).waitFor();

  await tab.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([
    tab.waitForEvent("download"),
    tab.getByRole("button", { name: "JSON with reasons" }).click(),
  ]);
  const exported = await file.path();
  await tab.getByLabel("To", { exact: true }).fill("2026-01-10");
  await tab.getByRole("button", { name: "Run 9 runs" }).waitFor();
  await tab.getByRole("button", { name: "Paste your DAG" }).click();
  // By the dialog of the system: "Open a file".
  await tab.getByLabel("Open a file").setInputFiles(exported);
  await tab.getByRole("button", { name: /^Use bring/ }).click();
  await tab.getByRole("button", { name: "Run 30 runs" }).waitFor();

  const own = {
    dagId: "own",
    schedule: "0 4 * * *",
    "x-team": "core",
    tasks: [{ taskId: "load", command: "load {{ ds }}", position: { x: 1, y: 2 }, "x-cost": 3 }],
  };
  await paste(tab, JSON.stringify(own));
  await tab.getByRole("button", { name: "Use own (1 task)" }).click();
  await tab.locator(".task-card").getByText("load 2026-01-01").waitFor();
  // An edit of the form keeps what the form does not know.
  await tab.getByLabel("Schedule", { exact: true }).fill("0 5 * * *");
  await tab.getByTestId("schedule-words").getByText("05:00").waitFor();
  await tab.getByRole("button", { name: "Copy as code" }).click();
  await tab.getByRole("button", { name: "JSON request" }).click();
  const { dag } = JSON.parse(await tab.getByTestId("code").textContent());
  assert.deepEqual([dag["x-team"], dag.schedule], ["core", "0 5 * * *"]);
  assert.deepEqual([dag.tasks[0].position, dag.tasks[0]["x-cost"]], [{ x: 1, y: 2 }, 3]);
  await tab.keyboard.press("Escape");

  await paste(tab, JSON.stringify(manifest));
  await tab.getByRole("button", { name: "Use orders (1 task)" }).click();
  await tab.locator(".task-card").getByText('--event-time-start "2026-01-01 00:00:00"').waitFor();
  await paste(tab, "15 4 * * 1-5 /opt/load.sh");
  await tab.getByRole("button", { name: /^Use / }).click();
  await tab.locator(".task-card").getByText("/opt/load.sh").first().waitFor();
  assert.equal(await field(tab, "Schedule"), "15 4 * * 1-5");
});

test("one failure among hundreds of dates of a day is seen", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, s: "*/5 * * * *", to: "2026-03-31" }));
  const failed = { dag_id: "bring", run_id: "a", state: "failed", logical_date: "2026-01-10T07:05:00+00:00" };
  await paste(tab, JSON.stringify([failed]));
  await tab.getByTestId("brought").getByText("1 run of bring taken over.").waitFor();
  await tab.keyboard.press("Escape");
  await tab.getByRole("button", { name: "Run 25,919 runs" }).waitFor();
  tab.context().expect("getImageData");
  const red = () =>
    tab.evaluate(() => {
      const canvas = document.querySelector(".dagfill-calendar canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let pixels = 0;
      // --keep-failed of the light scheme.
      for (let at = 0; at < data.length; at += 4)
        if (data[at] === 0x8c && data[at + 1] === 0x0b && data[at + 2] === 0x1c) pixels++;
      return pixels;
    });
  // Three pixels over the width of a day, and of an hour.
  assert.equal(await red(), 3 * 24);
  await tab.getByLabel("To", { exact: true }).fill("2026-01-31");
  await tab.getByRole("button", { name: "Run 8,927 runs" }).waitFor();
  assert.ok((await red()) >= 3 * 8);
});

test("a file that is dropped is read", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  await tab.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["15 4 * * 1-5 /opt/load.sh\n"], "jobs.cron"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  await tab.getByRole("button", { name: /^Use / }).first().click();
  await tab.waitForFunction(() => document.querySelector("input[name=schedule]").value === "15 4 * * 1-5");
});

test("a link fixes its dates and says when it is another plan where it is opened", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, from: "-9d", to: "yesterday" }));
  const count = await starting(tab);
  await tab.getByRole("button", { name: "Copy link" }).click();
  const link = tab.getByTestId("link");
  await link.getByText(/from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d/).waitFor();
  const address = await link.textContent();
  await tab.getByLabel(/^fix the dates of today/).uncheck();
  await link.getByText(/from=-9d/).waitFor();
  const same = await tab.context().newPage();
  await same.goto(address);
  assert.equal(await starting(same), count);
  assert.equal(await same.getByTestId("link-differs").count(), 0);
  const other = await tab.context().newPage();
  await other.goto(address.replace(`&n=${count}`, "&n=3"));
  await other
    .getByTestId("link-differs")
    .getByText(`At its sender 3 runs would have started, here ${count} runs`)
    .waitFor();
});

test("compare tells the first differences in words, also where the browser lacks the zone", {
  skip,
}, async (t) => {
  const address = hash({ ...fields, s: "30 2 * * *", tz: "Asia/Kolkata", cs: "0 4 * * 1-5", ctz: "UTC" });
  /** Refuses the zone to what writes times; the core reads its zones by another format. */
  const prepare = () => {
    const { DateTimeFormat } = Intl;
    Intl.DateTimeFormat = new Proxy(DateTimeFormat, {
      construct(target, [language, options]) {
        if (options?.timeZone === "Asia/Kolkata" && options.timeStyle) throw new RangeError("unknown zone");
        return new target(language, options);
      },
    });
  };
  for (const options of [{}, { prepare }]) {
    const tab = await page.open(t, address, options);
    const lines = tab.getByTestId("differences").locator("li");
    await lines.first().waitFor();
    assert.deepEqual((await lines.allTextContents()).slice(0, 3), [
      "Thu 2026-01-01: 02:30 becomes 09:30",
      "Fri 2026-01-02: 02:30 becomes 09:30",
      "Sat 2026-01-03: no longer 02:30",
    ]);
  }
});

const airflow = (head, body = `BashOperator(task_id="load", bash_command="load {{ ds }}")`) => `
from datetime import datetime, timedelta
from airflow import DAG, Dataset
from airflow.operators.bash import BashOperator
with DAG(${head}) as dag:
    ${body}
`;

test("a DAG without a schedule shows no plan of another DAG, and says what is missing", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(fields));
  for (const [id, schedule] of [
    ["nosched", "None"],
    ["of_data", `[Dataset("s3://x")]`],
  ]) {
    await paste(tab, airflow(`"${id}", schedule=${schedule}`));
    const words = `${id} has no schedule (schedule=None): there is nothing to backfill; write one to plan.`;
    await tab.getByTestId("brought").getByText(words).waitFor();
    await tab.getByRole("button", { name: `Use ${id} (1 task)` }).click();
    await tab.locator(".verdict-panel .banner").getByText(words).waitFor();
    assert.equal(await tab.locator(".verdict").count(), 0);
    assert.equal(await tab.getByTestId("timing").count(), 0);
    // The way out is the field; an undo brings the other DAG's plan back.
    await tab.getByRole("button", { name: "Go to Schedule" }).click();
    await tab.keyboard.type("@daily");
    await tab.getByRole("button", { name: "Run 31 runs" }).waitFor();
    await tab.getByLabel("Schedule", { exact: true }).fill("0 24 * * *");
    await tab.getByText("Showing the last valid plan.").waitFor();
  }
});

test("a DAG brings its own dates, and dates outside of them are told in the verdict", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  const range = async () => [await field(tab, "From"), await field(tab, "To")];
  const dated = `schedule="15 3 * * *", start_date=datetime(2026, 3, 1), end_date=datetime(2026, 3, 31)`;
  await paste(tab, airflow(`"dated", ${dated}`));
  await tab.getByRole("button", { name: "Use dated (1 task)" }).click();
  await tab.getByRole("button", { name: "Run 30 runs" }).waitFor();
  assert.deepEqual(await range(), ["2026-03-01", "2026-03-31 00:00"]);
  assert.equal(await tab.getByTestId("outside").count(), 0);
  await tab.getByLabel("From", { exact: true }).fill("2026-02-01");
  await tab.getByLabel("To", { exact: true }).fill("2026-03-31");
  await tab.getByRole("button", { name: "Run 59 runs" }).waitFor();
  await tab.getByTestId("outside").getByText("29 dates are outside the DAG's own dates.").waitFor();
  await tab.getByRole("button", { name: "Keep to the DAG's dates" }).click();
  await tab.getByRole("button", { name: "Run 30 runs" }).waitFor();
  assert.equal(await tab.getByTestId("outside").count(), 0);
  // A range within the DAG's own dates stays as it is.
  await tab.getByLabel("From", { exact: true }).fill("2026-03-10");
  await tab.getByLabel("To", { exact: true }).fill("2026-04-02");
  await tab.getByTestId("outside").getByText("3 dates are").waitFor();
  await tab.getByRole("button", { name: "Keep to the DAG's dates" }).click();
  await tab.getByRole("button", { name: "Run 21 runs" }).waitFor();
  assert.deepEqual(await range(), ["2026-03-10", "2026-03-31 00:00"]);
  // Without an end the page's own default is it.
  await paste(tab, airflow(`"open", schedule="@daily", start_date=datetime(2026, 10, 1)`));
  await tab.getByRole("button", { name: "Use open (1 task)" }).click();
  // The DAG is drawn in a transition: until then the form is that of the DAG before.
  await tab.waitForFunction(() => document.querySelector("[name=from]").value === "2026-10-01");
  assert.deepEqual(await range(), ["2026-10-01", "yesterday"]);
});

test("the words of a period count from the DAG's startDate, as its plan does", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  await paste(tab, airflow(`"period", schedule=timedelta(hours=6), start_date=datetime(2026, 10, 1)`));
  await tab.getByRole("button", { name: "Use period (1 task)" }).click();
  const words = tab.locator(".plan-form").getByText("Every 6 hours, counted from 2026-10-01");
  await words.waitFor();
  const hint = await tab
    .locator(".plan-form")
    .getByText(/^Next: /)
    .textContent();
  const times = hint.match(/\d\d:\d\d/g);
  assert.equal(times.length, 3);
  for (const time of times) assert.ok(["00:00", "06:00", "12:00", "18:00"].includes(time), time);
  assert.equal(await tab.locator("[data-code=period_unanchored]").count(), 0);
});

test("what cannot be read, or holds no DAG, says what can be done", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  const read = async (text) => {
    if ((await tab.getByRole("dialog").count()) === 0)
      await tab.getByRole("button", { name: "Paste your DAG" }).click();
    await tab.getByLabel("Text of a DAG or of runs").fill(text);
    await tab.getByRole("button", { name: "Read it" }).click();
  };
  const refused = tab.getByTestId("bring-refused");
  for (const text of ["hello world foo", "{}", 'print("x")']) {
    await read(text);
    await refused.getByText("The page could not tell what this is.").waitFor();
    const words = await refused.textContent();
    assert.ok(!words.includes("format") && words.length < 330, words);
    assert.ok(words.includes("30 2 * * * /opt/load.sh"), words);
  }
  await read("{ nothing");
  await refused.getByText("expected JSON, got what cannot be read").waitFor();
  assert.ok(!(await refused.textContent()).startsWith("text:"));
  const plain = structuredClone(manifest);
  plain.nodes["model.shop.orders"].config = { materialized: "table" };
  await read(JSON.stringify(plain));
  await refused.getByText("There is no DAG in it.").waitFor();
  await tab
    .getByTestId("brought")
    .getByText("1 model that is not microbatch has no batches of its own: left out; to run dbt for each date")
    .waitFor();
});

test("tasks whose work is not imported are not said to do the same for each date", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  const python = "PythonOperator(task_id='load', python_callable=print)";
  const imports = "from airflow.operators.python import PythonOperator\n";
  await paste(tab, imports + airflow(`"left", schedule="@daily", start_date=datetime(2026, 1, 1)`, python));
  await tab.getByRole("button", { name: "Use left (1 task)" }).click();
  await tab.locator(".notes [data-code=work_not_imported]").waitFor();
  assert.equal(await tab.locator("[data-code=date_independent]").count(), 0);
});

test("the user of a system crontab is no program", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  await paste(tab, "*/15 9-17 * * MON-FRI root /opt/b.sh");
  await tab.getByTestId("brought").getByText("root is read as the user of a system crontab").waitFor();
  await tab.getByRole("button", { name: "Use b (1 task)" }).click();
  await tab.locator(".task-card").getByText("/opt/b.sh", { exact: true }).first().waitFor();
});

test("own DAGs are kept for the bare address, the newest first, and can be forgotten", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(fields));
  for (const name of ["a1", "a2", "a3", "a4", "a5", "a6", "a3"]) {
    await paste(tab, airflow(`"${name}", schedule="@daily", start_date=datetime(2026, 3, 1)`));
    await tab.getByRole("button", { name: `Use ${name} (1 task)` }).click();
    await tab.getByRole("button", { name, exact: false }).first().waitFor();
  }
  const own = await tab.context().newPage();
  await own.goto(page.url);
  await own.getByRole("button", { name: /^Run \d/ }).waitFor();
  const menu = own.getByRole("button", { name: "orders_daily" }).first();
  await menu.click();
  const yours = own.getByRole("group", { name: "Yours" });
  const names = () => yours.locator("b").allTextContents();
  // They are read behind the first plan.
  await yours.waitFor();
  assert.deepEqual(await names(), ["a3", "a6", "a5", "a4", "a2"]);
  const { width, height } = await own.getByRole("button", { name: "Forget a6" }).boundingBox();
  assert.ok(width >= 24 && height >= 24, `${width} x ${height}`);
  await own.getByRole("button", { name: "Forget a6" }).click();
  await yours.getByText("a6", { exact: true }).waitFor({ state: "detached" });
  assert.deepEqual(await names(), ["a3", "a5", "a4", "a2"]);
  await yours.getByRole("button", { name: "a3", exact: false }).first().click();
  await own.waitForFunction(() => document.querySelector("input[name=from]").value === "2026-03-01");
  assert.equal(await own.getByLabel("Schedule", { exact: true }).inputValue(), "@daily");
  // An entry that another program wrote there is no DAG.
  await own.evaluate(() => {
    const [dag] = JSON.parse(localStorage.getItem("dagfill.dags"));
    const broken = [{ dagId: 1 }, null, { dagId: "x" }, { ...dag, dagId: "y", tasks: [null] }];
    localStorage.setItem("dagfill.dags", JSON.stringify([...broken, dag]));
  });
  await own.goto("about:blank");
  await own.goto(page.url);
  await own.getByRole("button", { name: "orders_daily" }).first().click();
  await yours.waitFor();
  assert.deepEqual(await names(), ["a3"]);
});

test("an own DAG that is not kept is told, once", { skip }, async (t) => {
  const use = async (tab, dag) => {
    await paste(tab, JSON.stringify({ schedule: "@daily", ...dag }));
    await tab.getByRole("button", { name: `Use ${dag.dagId}` }).click();
    await tab.getByRole("button", { name: dag.dagId, exact: false }).first().waitFor();
  };
  const tab = await page.open(t, hash(fields));
  const told = tab.getByTestId("unkept");
  const large = { dagId: "large", "x-notes": "x".repeat(500_000) };
  await use(tab, large);
  const text = "large is not kept in the list of your DAGs: it has more than 500,000 characters.";
  await told.getByText(text).waitFor();
  await use(tab, { dagId: "small" });
  await told.waitFor({ state: "detached" });
  const kept = await tab.evaluate(() => JSON.parse(localStorage.getItem("dagfill.dags")));
  assert.deepEqual(
    kept.map(({ dagId }) => dagId),
    ["small"],
  );
  // It is about the DAG that is shown.
  await use(tab, large);
  await told.waitFor();
  await tab.keyboard.press("Control+z");
  await told.waitFor({ state: "detached" });
  await tab.keyboard.press("Control+y");
  await told.getByRole("button", { name: "Close" }).click();
  await told.waitFor({ state: "detached" });

  // A storage that is full has its own reason; one that refuses everything is told by the banner about it.
  const full = () => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  };
  const other = await page.open(t, hash(fields), { prepare: full });
  await use(other, { dagId: "small" });
  await other.getByTestId("unkept").getByText("this browser refuses to store it.").waitFor();
  const blocked = () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("blocked", "SecurityError");
    };
  };
  const third = await page.open(t, hash(fields), { prepare: blocked });
  await third.getByText("Progress will be lost on reload:").waitFor();
  await use(third, large);
  assert.equal(await third.getByTestId("unkept").count(), 0);
});
