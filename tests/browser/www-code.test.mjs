// "Copy as code" of a plan that somebody else wrote into a link: in every flavour the values stay values. The shell
// flavours are run by sh with programs that only write down their arguments.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { root } from "../../scripts/process.mjs";
import { pageModule } from "./www-module.mjs";

const page = await pageModule(`export { toCode } from "./code"; export { fileName, printable } from "./quote";
export { DEFAULT_DRAFT } from "./examples"; export { dagOf, optionsOf } from "./request"; export { draftOfDag } from "./bring";
export { importDag } from "dagfill/import";
export { BackfillService, MemoryStore, SKIP_REASONS } from "dagfill";`);

const now = Date.UTC(2026, 0, 15);
const flavours = ["js", "cli", "airflow3", "airflow2", "json"];
const plain = { ...page.DEFAULT_DRAFT, from: "2026-01-01", to: "2026-01-03", conf: "" };
const none = { ...plain, exclude: [] };

/** The plan of a draft as the page shows it. */
async function planOf(draft) {
  const options = page.optionsOf(draft, now);
  const service = new page.BackfillService({
    dags: [page.dagOf(draft)],
    store: new page.MemoryStore(),
    executeRun: () => {},
    now: () => now,
  });
  const preview = await service.preview(options);
  const { executionDate: dates, offsetSeconds: offsets, reason: reasons } = preview.columns();
  const { start, end } = preview;
  return { start, end, dates, offsets, reasons, reasonNames: page.SKIP_REASONS };
}
const read = await planOf(none);
const gap = await planOf({ ...none, exclude: ["2026-01-02"] });

/** Texts that end a string, a comment, a line or a here-document of some flavour. */
const hostile = [
  "x; touch pwned",
  "$(touch pwned)",
  "`touch pwned`",
  "'; touch pwned; '",
  '"; touch pwned; "',
  "x\ntouch pwned\n",
  "x\rtouch pwned\r",
  "\nDAG\ntouch pwned\n",
  "\u001b[201~touch pwned\r",
  "\u009b201~touch pwned",
  "x\u2028touch pwned",
  "\u202etouch pwned",
  "--yes",
  "=touch",
  "../../.bashrc",
  "~/x",
  "\u0024{process.exit(1)}",
  "*/ process.exit(1) /*",
  "</script><script>",
  "__proto__",
];

/** Every text of a plan that a link can bring. */
function drafts(text) {
  const task = { taskId: text, command: text, dependsOn: [text] };
  return {
    dagId: { ...plain, dagId: text },
    exclude: { ...plain, exclude: [text] },
    conf: { ...plain, conf: JSON.stringify({ [text]: { [text]: text } }) },
    tasks: { ...plain, tasks: [task] },
    schedule: { ...plain, schedule: text },
    dst: { ...plain, dst: text },
    bounds: { ...plain, from: text, to: text },
  };
}

/** Runs a copied text with sh; gives the argument lists of the programs that it called, and what files it made. */
function runShell(t, text) {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-code-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const bin = join(folder, "bin");
  const work = join(folder, "a/b/c");
  for (const path of [bin, work]) mkdirSync(path, { recursive: true });
  for (const name of ["airflow", "dagfill"]) {
    // NUL ends an argument, and a line of its own a call.
    const program = `#!/bin/sh\n{ printf '%s\\0' "$@"; printf '\\n--end--\\n'; } >> "${folder}/calls"\n`;
    writeFileSync(join(bin, name), program);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: folder };
  execFileSync("sh", ["-c", text], { cwd: work, env, stdio: "pipe" });
  const calls = readFileSync(join(folder, "calls"), "utf8")
    .split("\n--end--\n")
    .slice(0, -1)
    .map((call) => call.split("\0").slice(0, -1));
  const made = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => !["a", "a/b", "a/b/c", "bin", "calls"].includes(name) && !name.startsWith("bin/"));
  return { calls, made };
}

/** The value of an option of a call, however it is written. */
const optionOf = (call, name) =>
  call.includes(name)
    ? call[call.indexOf(name) + 1]
    : call.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);

/** The DAGs of copied JavaScript, as JSON. */
function dagsIn(js) {
  const dags = js.slice(js.indexOf("  dags: ") + 8, js.indexOf(",\n  store:"));
  return runInNewContext(`JSON.stringify(${dags})`);
}

/** The plan beside each of the drafts: the excluded date is a gap, and bounds that cannot be read have no plan. */
const planBeside = (field) => (field === "bounds" ? null : field === "exclude" ? gap : read);

for (const text of hostile) {
  test(`copied code keeps ${JSON.stringify(text)} a value, or is refused`, (t) => {
    for (const [field, draft] of Object.entries(drafts(text))) {
      for (const flavour of flavours) {
        const code = page.toCode(draft, flavour, now, planBeside(field));
        const where = `${field} as ${flavour}`;
        if (code.refused !== undefined) {
          assert.match(code.refused, /hidden character U\+/, where);
          assert.equal(page.printable(code.refused), code.refused, "a message shows every character");
          continue;
        }
        assert.deepEqual(
          code.text.split("\n").filter((line) => page.printable(line) !== line),
          [],
          `${where}: nothing hidden`,
        );
        const options = page.optionsOf(draft, now);
        if (flavour === "json") {
          assert.deepEqual(
            JSON.parse(code.text),
            JSON.parse(JSON.stringify({ dag: page.dagOf(draft), options })),
          );
        } else if (flavour === "js") {
          const literal = code.text.slice(
            code.text.indexOf("const options = "),
            code.text.indexOf("\n\nconst preview"),
          );
          // As JSON, since objects of another context have other prototypes.
          const value = runInNewContext(`${literal}\nJSON.stringify(options)`);
          assert.equal(value, JSON.stringify(options), where);
          assert.equal(dagsIn(code.text), JSON.stringify([page.dagOf(draft)]), where);
        } else {
          const { calls, made } = runShell(t, code.text);
          assert.equal(calls.length, flavour === "cli" || field === "exclude" ? 2 : 1, where);
          if (flavour === "cli") {
            const file = page.fileName(draft.dagId, "dag.json");
            assert.deepEqual(made, [`a/b/c/${file}`], where);
            assert.equal(calls[0][1], file);
          } else {
            assert.deepEqual(made, [], where);
            const dagId =
              flavour === "airflow3"
                ? optionOf(calls[0], "--dag-id")
                : calls[0].filter((argument) => argument === draft.dagId)[0];
            assert.equal(dagId, draft.dagId, where);
          }
          const conf = optionOf(calls[0], flavour === "airflow3" ? "--dag-run-conf" : "--conf");
          if (options.conf)
            assert.deepEqual(JSON.parse(conf), JSON.parse(JSON.stringify(options.conf)), where);
        }
      }
    }
  });
}

test("a file of the copied command stays in the folder, and overwrites no file of another kind", () => {
  const names = ["../../.bashrc", ".hidden", "-x", "", "päckage", "package", "a/b", "x".repeat(300)];
  assert.deepEqual(
    names.map((name) => page.fileName(name, "dag.json")),
    [
      "dag.._.._.bashrc.dag.json",
      "dag.hidden.dag.json",
      "dag-x.dag.json",
      "dag.dag.json",
      "p_ckage.dag.json",
      "package.dag.json",
      "a_b.dag.json",
      `${"x".repeat(80)}.dag.json`,
    ],
  );
});

/** The ranges that a copied Airflow text runs when it is pasted, in its order. */
function rangesOf(t, text, flavour) {
  const [from, to] = flavour === "airflow3" ? ["--from-date", "--to-date"] : ["--start-date", "--end-date"];
  return runShell(t, text).calls.map((call) => `${optionOf(call, from)} ${optionOf(call, to)}`);
}

for (const flavour of ["airflow3", "airflow2"]) {
  const code = async (draft) => page.toCode(draft, flavour, now, await planOf(draft)).text;
  const ten = { ...none, schedule: "0 6 * * *", timeZone: "America/New_York", to: "2026-01-10" };

  test(`${flavour}: a date that is taken out is in no command, also backwards`, async (t) => {
    const draft = { ...ten, exclude: ["2026-01-01", "2026-01-04", "2026-01-05", "2026-01-07", "2026-02-01"] };
    const expected = [
      "2026-01-02T11:00:00+00:00 2026-01-03T11:00:00+00:00",
      "2026-01-06T11:00:00+00:00 2026-01-06T11:00:00+00:00",
      "2026-01-08T11:00:00+00:00 2026-01-11T04:59:59+00:00",
    ];
    assert.deepEqual(rangesOf(t, await code(draft), flavour), expected);
    const backwards = await code({ ...draft, backwards: true });
    assert.deepEqual(rangesOf(t, backwards, flavour), expected.toReversed());
    assert.match(backwards, /^# Without 2026-01-01, 2026-01-04, 2026-01-05, 2026-01-07: one command/m);
  });

  test(`${flavour}: a day without a date leaves the range whole`, async (t) => {
    const text = await code({ ...ten, schedule: "0 6 * * 1-5", exclude: ["2026-01-03"] });
    assert.deepEqual(rangesOf(t, text, flavour), ["2026-01-01T05:00:00+00:00 2026-01-11T04:59:59+00:00"]);
    assert.doesNotMatch(text, /Without/);
  });

  test(`${flavour}: more than ten ranges are a comment, and so is a range without a date`, async () => {
    const odd = (count) =>
      Array.from({ length: count }, (_, at) => `2026-03-${String(2 * at + 2).padStart(2, "0")}`);
    const march = { ...ten, from: "2026-03-01", to: "2026-03-31" };
    const commands = (text) => text.split("\n").filter((line) => line.startsWith("airflow ")).length;
    assert.equal(commands(await code({ ...march, exclude: odd(9) })), 10);
    for (const exclude of [odd(10), odd(15)]) {
      const text = await code({ ...march, exclude });
      assert.deepEqual(
        text.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
        [],
      );
      assert.match(text, new RegExp(`${exclude.length + 1} ranges`));
      assert.match(text, /^# airflow /m);
    }
    const all = await code({ ...ten, to: "2026-01-02", exclude: ["2026-01-01", "2026-01-02"] });
    assert.match(all, /^# Every date of this plan is taken out/m);
    assert.doesNotMatch(all, /^[^#\n]/m);
  });
}

test("airflow3: a range wholly in the future says that Airflow refuses it", async () => {
  const refusal = /^# Airflow 3 refuses .*InvalidBackfillDate/gm;
  const count = async (draft, flavour = "airflow3") =>
    [...page.toCode(draft, flavour, now, await planOf(draft)).text.matchAll(refusal)].length;
  const future = { ...none, from: "2026-02-01", to: "2026-02-03" };
  assert.equal(await count(future), 1);
  assert.equal(await count(future, "airflow2"), 0);
  // 15 January at midnight is now.
  assert.equal(await count({ ...none, from: "2026-01-14", to: "2026-01-20" }), 0);
  assert.equal(await count({ ...none, timeZone: "UTC", from: "2026-01-15", to: "2026-01-20" }), 1);
  // Of the two ranges around a date only the later one.
  const around = { ...none, from: "2026-01-10", to: "2026-01-20", exclude: ["2026-01-17"] };
  assert.equal(await count(around), 1);
});

test("dagfill CLI keeps unknown macros only where the plan has none: its own policy would give another plan hash", () => {
  const code = (warnings, rest) =>
    page.toCode({ ...plain, rest }, "cli", now, { ...read, warnings }).text.split("--on-unknown").length - 1;
  assert.equal(code([]), 2);
  assert.equal(code([{ code: "not_due" }]), 2);
  assert.equal(code([{ code: "unknown_macro" }]), 0);
  assert.equal(code([], { onUnknown: "error" }), 0);
  assert.equal(page.toCode(plain, "cli", now, null).text.includes("--on-unknown"), false);
});

test("JavaScript, dagfill CLI and JSON have the same DAG, with an onUnknown only where the DAG has one", () => {
  for (const [rest, expected] of [
    [undefined, undefined],
    [{ onUnknown: "error" }, "error"],
    [{ onUnknown: "empty", macroTimeZone: "UTC" }, "empty"],
  ]) {
    const draft = rest === undefined ? plain : { ...plain, rest };
    const text = (flavour) => page.toCode(draft, flavour, now, read).text;
    const [dag] = JSON.parse(dagsIn(text("js")));
    const cli = text("cli");
    const shell = JSON.parse(cli.slice(cli.indexOf("{"), cli.indexOf("\nDAG\n")));
    const request = JSON.parse(text("json")).dag;
    assert.equal(request.onUnknown, expected);
    assert.deepEqual(dag, request);
    assert.deepEqual(shell, request);
  }
});

test("a macro that nothing resolves fails in the copied command, as it does in the imported DAG", (t) => {
  const source = `from airflow import DAG
from airflow.operators.bash import BashOperator
from datetime import datetime
with DAG("lake", schedule="@daily", start_date=datetime(2024, 1, 1), user_defined_macros={"bucket": "s3://lake"}):
    BashOperator(task_id="clean", bash_command="echo rm -rf {{ bucket }}/{{ ds }}")
`;
  const [imported] = page.importDag(source, { fileName: "lake.py" }).dags;
  const draft = {
    ...none,
    ...page.draftOfDag(imported),
    from: "2024-01-01",
    to: "2024-01-01",
    which: "none",
  };
  assert.deepEqual(JSON.parse(page.toCode(draft, "json", now, null).text).dag, {
    timeZone: "UTC",
    ...imported,
  });

  const folder = mkdtempSync(join(tmpdir(), "dagfill-code-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const command = join(folder, "dagfill");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, "dist/cli.js")}" "$@"\n`);
  chmodSync(command, 0o755);
  const { text } = page.toCode(draft, "cli", now, null);
  const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder };
  const { status, stdout, stderr } = spawnSync("sh", ["-c", text], { cwd: folder, env, encoding: "utf8" });
  assert.notEqual(status, 0, stdout + stderr);
  assert.match(stdout + stderr, /no macro is named bucket/);
  assert.doesNotMatch(stdout + stderr, /rm -rf \{\{ bucket \}\}\/2024/);
});

test("the timetable that Airflow needs is named for each kind and schedule, and only where it is not its default", async () => {
  const every = '{"every":"PT6H","anchor":"2026-01-01"}';
  const named = (schedule, kind, flavour) => {
    const draft = { ...none, schedule, kind };
    return page
      .toCode(draft, flavour, now, read)
      .text.split("\n")
      .filter((line) => line.includes("imetable"));
  };
  const assertNamed = (schedules, interval3, trigger2) => {
    for (const schedule of schedules) {
      assert.deepEqual(named(schedule, "trigger", "airflow3"), []);
      assert.deepEqual(named(schedule, "interval", "airflow3"), [interval3]);
      assert.deepEqual(named(schedule, "interval", "airflow2"), []);
      assert.deepEqual(named(schedule, "trigger", "airflow2"), [trigger2]);
    }
  };
  assertNamed(
    ["PT6H", " P1D", every],
    "# The DAG must use a DeltaDataIntervalTimetable (Airflow 3 plans by trigger time).",
    "# Airflow 2 has no timetable of a period by trigger time: it plans other data intervals.",
  );
  assertNamed(
    ["15 3 * * *", "@daily", '{"cron":"0 3 * * *"}'],
    "# The DAG must use a CronDataIntervalTimetable (Airflow 3 plans by trigger time).",
    "# The DAG must use a CronTriggerTimetable (Airflow 2 plans by data interval).",
  );
});
