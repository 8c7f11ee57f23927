// "Did you mean": the nearest name, the same name in another style, and what other systems call our options.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BackfillService, DagfillError, nextDates, planCatchup, render, validateDag } from "dagfill";
import { nearest } from "../../js/nearest.ts";
import { root } from "../../scripts/process.mjs";

const { cases } = JSON.parse(readFileSync(join(root, "tests/cases/names/nearest.json"), "utf8"));
for (const { word, names, nearest: expected } of cases) {
  test(`nearest to ${JSON.stringify(word)} of ${names.join(", ") || "nothing"}`, () =>
    assert.equal(nearest(word, names) ?? null, expected));
}

const dag = { dagId: "etl", schedule: "@daily" };
const service = new BackfillService({ dags: [dag] });
const range = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-02" };

// By the object that takes the option: what was written, and what is meant.
const sets = {
  backfill: {
    refuse: (option) => service.preview({ ...range, [option]: 1 }),
    words: {
      id: "dagId",
      dag: "dagId",
      dag_id: "dagId",
      "dag-id": "dagId",
      maxActiveRuns: "maxParallelRuns",
      max_active_runs: "maxParallelRuns",
      concurrency: "maxParallelRuns",
      max_parallel_runs: "maxParallelRuns",
      start: "startDate",
      end: "endDate",
      from_date: "startDate",
      to_date: "endDate",
      start_date: "startDate",
      dag_run_conf: "conf",
      run_config: "conf",
      reprocess_behavior: "reprocess",
      rerun_failed_tasks: "rerunFailed",
      reset_dagruns: "resetDagRun",
      run_backwards: "runBackwards",
      dry_run: "dryRun",
      attempts: "retries",
      failFast: "maxFailures",
      holidays: "excludeDates",
      tasks: "taskIds",
      maxParalelRuns: "maxParallelRuns",
    },
  },
  dag: {
    refuse: (option) => validateDag({ ...dag, [option]: 1 }),
    words: {
      id: "dagId",
      name: "dagId",
      schedule_interval: "schedule",
      timetable: "schedule",
      cron: "schedule",
      timezone: "timeZone",
      tz: "timeZone",
      execution_timezone: "timeZone",
      start_date: "startDate",
      start: "startDate",
      max_active_runs: "maxActiveRuns",
      concurrency: "maxActiveRuns",
      max_active_tasks: "maxActiveTasks",
      depends_on_past: "dependsOnPast",
      steps: "tasks",
    },
  },
  task: {
    refuse: (option) => validateDag({ ...dag, tasks: [{ taskId: "a", [option]: 1 }] }),
    words: {
      id: "taskId",
      task_id: "taskId",
      bash_command: "command",
      depends_on: "dependsOn",
      upstream_task_ids: "dependsOn",
      needs: "dependsOn",
      execution_timeout: "timeout",
      python_callable: "run",
      retry_delay: "retryDelay",
      trigger_rule: "triggerRule",
    },
  },
  rule: { refuse: (rule) => validateDag({ ...dag, tasks: [{ taskId: "a", triggerRule: rule }] }), words: {} },
  trigger: {
    refuse: (option) => service.trigger({ dagId: "etl", [option]: 1 }),
    words: { logicalDate: "executionDate", logical_date: "executionDate", date: "executionDate" },
  },
  host: {
    refuse: (option) => new BackfillService({ dags: [], [option]: 1 }),
    words: { dag: "dags", db: "store", executor: "executeRun", clock: "now" },
  },
  catchup: { refuse: (option) => planCatchup(dag, { now: 0, [option]: 1 }), words: { last_run: "lastRun" } },
  schedule: {
    refuse: (option) => nextDates({ [option]: "@daily" }, 0),
    words: { expression: "cron", interval: "every", pattern: "cron" },
  },
};
for (const [set, { refuse, words }] of Object.entries(sets)) {
  for (const [word, meant] of Object.entries(words)) {
    test(`${set}: ${word} means ${meant}`, async () => {
      await assert.rejects(
        async () => refuse(word),
        (error) => {
          assert.ok(error instanceof DagfillError);
          assert.equal(error.hint, `Did you mean ${meant}?`);
          return true;
        },
      );
    });
  }
}

// Words for which there is no option: the hint says what to write instead.
for (const [set, word, hint] of [
  ["backfill", "logicalDate", /startDate and endDate; one date is run by trigger, with executionDate/],
  ["backfill", "execution_date", /executionDate/],
  ["backfill", "mark_success", /importRuns/],
  ["dag", "default_args", /taskDefaults; startDate and endDate are the DAG's own/],
  ["dag", "defaultArgs", /taskDefaults/],
  ["dag", "logical_date", /one date is run by trigger/],
  ["dag", "user_defined_macros", /Did you mean macros/],
  ["dag", "on_failure_callback", /onEvent/],
  ["backfill", "ignore_first_depends_on_past", /strictPast does not/],
  ["dag", "ignore_first_depends_on_past", /strictPast/],
  ["task", "pool", /no pools or queues/],
  ["task", "queue", /no pools or queues/],
  ["task", "env", /the option env of shellTasks/],
  ["rule", "none_failed_min_one_success", /Write none_failed/],
  ["rule", "none_failed_or_skipped", /Write none_failed/],
  ["rule", "all_skipped", /Write all_done/],
  ["rule", "none_skipped", /Write all_done/],
  ["rule", "one_done", /Write all_done/],
  ["rule", "all_done_setup_success", /Write all_done/],
  ["rule", "dummy", /Did you mean always/],
  ["rule", "ALL_SUCCESS", /Did you mean all_success/],
  ["rule", "allSuccess", /Did you mean all_success/],
  ["trigger", "run_id", /made of its type and its date/],
  ["host", "maxParallelRuns", /an option of each backfill/],
]) {
  test(`${set}: ${word} has no option, and a hint`, async () => {
    await assert.rejects(
      async () => sets[set].refuse(word),
      (error) => {
        assert.equal(error.code, "INVALID_OPTION");
        assert.match(error.hint, hint);
        return true;
      },
    );
  });
}

test("a word that means nothing here has no suggestion", async () => {
  for (const word of ["banana", "__proto__x", "constructor", "toString"]) {
    await assert.rejects(
      async () => service.preview({ ...range, [word]: 1 }),
      (error) => error.code === "INVALID_OPTION" && error.hint === undefined,
    );
  }
});

test("a value in another style is known", () => {
  assert.throws(() => nextDates("@daily", 0, 1, { kind: "Interval" }), { hint: "Did you mean interval?" });
  assert.throws(() => validateDag({ ...dag, tasks: [{ taskId: "a", triggerRule: "ALL_DONE" }] }), {
    hint: "Did you mean all_done?",
  });
});

// tests/names.rs holds the ids that the core writes against the same table.
const runIds = JSON.parse(readFileSync(join(root, "tests/cases/names/run_ids.json"), "utf8"));
for (const { date, id } of runIds.cases) {
  test(`the run of ${date} has one id, whoever starts it and wherever it is written`, async () => {
    const once = { dagId: "d", schedule: { dates: [date] }, startDate: date, catchup: true };
    const host = new BackfillService({ dags: [once], executeRun: () => {} });
    const bounds = { dagId: "d", startDate: date, endDate: date, includeNotDue: true };
    const [planned] = (await host.preview(bounds)).runs;
    const [due] = planCatchup(once, { now: "9999-01-01" }).due;
    const manual = await host.trigger({ dagId: "d", executionDate: date });
    assert.deepEqual(
      [planned.runId, due.runId, manual.runId],
      ["backfill", "scheduled", "manual"].map((runType) => `${runType}__${id}`),
    );
    for (const runType of ["backfill", "scheduled", "manual"]) {
      assert.equal(render("{{ run_id }}", { executionDate: date, runType }), `${runType}__${id}`);
    }
  });
}
