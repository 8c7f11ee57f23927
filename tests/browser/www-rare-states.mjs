// States of the page that are met less often: questions, troubles, what is empty or odd.
import { storageFull, storageRefused } from "./storage-faults.mjs";
import { hash } from "./www-page.mjs";
import {
  button,
  cards,
  dialog,
  ended,
  failures,
  pack,
  paste,
  press,
  quarter,
  running,
} from "./www-steps.mjs";

const day = { ...quarter, from: "2026-01-01", to: "2026-01-01" };
const fast = { sec: "0", fail: "0" };
const field = (tab, name) => tab.getByLabel(name, { exact: true });
const banner = (tab, text) => tab.locator(".banner", { hasText: text }).first().waitFor();
const note = (tab) => tab.locator(".note.bad", { hasText: /./ }).first().waitFor();

async function samples(tab) {
  await tab.getByText(/^Simulation:/).click();
  await button(tab, "Add sample history").click();
  await tab.locator("[data-code=samples]").waitFor();
}

async function done(tab) {
  await press(tab);
  await ended(tab, /all succeeded/);
}

/** Part of the runs have ended, the others take long. */
async function half(tab) {
  await press(tab);
  await tab.locator(".dagfill-finish .dagfill-left").waitFor();
  await tab.locator(".legend button", { hasText: "succeeded" }).waitFor();
}

export const rareStates = {
  "no records": {
    address: hash({ ...quarter, which: "failed" }),
    bring: cards,
  },
  "all records are there": {
    address: hash({ ...quarter, to: "2026-01-31", ...fast }),
    bring: async (tab) => {
      await done(tab);
      await button(tab, "Edit a copy").click();
      await banner(tab, "Nothing to run: all 31 are left alone.");
    },
  },
  "one date": { address: hash(day), bring: cards },
  "days taken out": {
    address: hash({ ...quarter, ex: "2026-01-05,2026-01-06,2026-02-10", sel: "2026-01-05" }),
    bring: (tab) => tab.getByTestId("why").getByText("You took this date out.").waitFor(),
  },
  "a day without dates": {
    // On a phone, the key goes down by a week.
    isDesktop: true,
    address: hash({ ...quarter, s: "0 6 * * 1" }),
    bring: async (tab) => {
      await tab.locator('[role=gridcell][data-day="2026-01-05"]').focus();
      await tab.keyboard.press("ArrowDown");
      await tab.getByTestId("why").getByText("6 January 2026").waitFor();
    },
  },
  "a state hidden": {
    address: hash(quarter),
    bring: async (tab) => {
      await tab.locator(".legend button", { hasText: "new" }).click();
      await tab.getByText("No date matches.").waitFor();
    },
  },
  "the clock goes back": {
    address: hash({
      ...quarter,
      s: "30 2 * * *",
      from: "2026-10-01",
      to: "2026-10-31",
      dst: "both",
      sel: "2026-10-25",
    }),
    bring: (tab) => tab.locator(".dagfill-clock[data-kind=fold]").waitFor(),
  },
  "ten years": {
    address: hash({ ...quarter, s: "0 6 * * *", from: "2016-01-01", to: "2025-12-31" }),
    bring: cards,
  },
  "hourly, ten years": {
    address: hash({ ...quarter, s: "0 * * * *", from: "2016-01-01", to: "2025-12-31", sel: "2025-12-31" }),
    bring: (tab) => tab.locator(".hours").waitFor(),
  },
  "never fires": {
    address: hash({ ...quarter, s: "0 0 30 2 *" }),
    bring: (tab) => banner(tab, "This never happens."),
  },
  "From after To": {
    address: hash({ ...quarter, from: "2026-03-31", to: "2026-01-01" }),
    bring: (tab) => banner(tab, "From is after To."),
  },
  "too many dates": {
    address: hash({ ...quarter, s: "* * * * *", from: "2000-01-01", to: "2025-12-31" }),
    isPlanned: false,
    bring: (tab) => banner(tab, "Too many dates."),
  },
  "unknown zone": {
    address: hash({ ...quarter, tz: "Europe/Berln" }),
    isPlanned: false,
    bring: (tab) => banner(tab, /Time zone|zone/),
  },
  "conf that is no JSON": {
    address: hash({ ...quarter, conf: '{ "region": eu }' }),
    bring: (tab) =>
      tab
        .getByText(/line 1, column/i)
        .first()
        .waitFor(),
  },
  "a link that is too large": {
    address: hash({ ...quarter, dag: "nonsense" }),
    bring: (tab) => tab.getByTestId("link-refused").waitFor(),
  },
  "a link of another plan": {
    address: hash({ ...quarter, n: "12" }),
    bring: (tab) => tab.getByTestId("link-differs").waitFor(),
  },
  "storage refused": {
    address: hash(quarter),
    prepare: storageRefused,
    bring: (tab) => banner(tab, "Progress will be lost on reload"),
  },
  "storage full": {
    address: hash({ ...quarter, sec: "0.1", fail: "0" }),
    prepare: storageFull,
    bring: async (tab) => {
      await press(tab);
      await tab
        .getByRole("alert")
        .getByText(/no space is left/)
        .first()
        .waitFor();
    },
  },
  "page that cannot be drawn": {
    address: hash(quarter),
    prepare: () => {
      HTMLDialogElement.prototype.showModal = () => {
        throw new Error("showModal is broken");
      };
    },
    trouble: "showModal is broken",
    bring: async (tab) => {
      await button(tab, "Copy link").click();
      await tab.getByTestId("page-failed").waitFor();
    },
  },
  "no tasks": {
    address: hash({ ...quarter, dag: pack([]) }),
    bring: (tab) => tab.locator(".dag").waitFor(),
  },
  "a task chosen": {
    isDesktop: true,
    bring: async (tab) => {
      await tab.locator(".task-card .rendered").first().waitFor();
      await tab.locator('.react-flow__node[data-id="load"]').click();
      await tab.getByLabel("Command of load").waitFor();
    },
  },
  "a very long name": {
    address: hash({
      ...quarter,
      id: "a_dag_with_a_name_that_somebody_has_generated_from_a_path_of_a_file_and_a_table",
      dag: pack([
        [
          "a_task_with_a_name_that_somebody_has_generated_from_a_path_of_a_file",
          `load ${"--flag value ".repeat(12)}`,
        ],
        ["second", "x {{ ds }}", "a_task_with_a_name_that_somebody_has_generated_from_a_path_of_a_file"],
      ]),
    }),
    bring: cards,
  },
  "filter without a match": {
    bring: async (tab) => {
      await tab.getByLabel("Filter by date or state").fill("failed");
      await tab.getByText("No date matches.").waitFor();
    },
  },
  "forget dialog": {
    isDesktop: true,
    bring: async (tab) => {
      await tab.getByText(/^Simulation:/).click();
      await button(tab, "Forget all records").click();
      await dialog(tab);
    },
  },
  "discard dialog": {
    address: hash({ ...quarter, sec: "30" }),
    bring: async (tab) => {
      await running(tab);
      await tab.reload();
      await button(tab, "Discard").click();
      await dialog(tab);
    },
  },
  "replace dialog": {
    address: hash({ ...quarter, to: "2026-01-31", which: "completed", ...fast }),
    bring: async (tab) => {
      await done(tab);
      await button(tab, "Edit a copy").click();
      await press(tab);
      await dialog(tab);
    },
  },
  "cancel dialog, nothing runs": {
    address: hash({ ...quarter, sec: "0.3", fail: "0" }),
    bring: async (tab) => {
      await press(tab);
      await button(tab, "Pause").click();
      await tab.getByText(/running 0, queued/).waitFor();
      await button(tab, "Cancel…").click();
      await dialog(tab);
    },
  },
  "no code": {
    address: hash({ ...quarter, s: "0 24 * * *" }),
    isPlanned: false,
    bring: async (tab) => {
      await button(tab, "Copy as code").click();
      await button(tab, "JSON request").click();
      await tab.getByTestId("no-code").waitFor();
    },
  },
  "no file": {
    address: hash({ ...quarter, s: "0 24 * * *" }),
    isPlanned: false,
    bring: async (tab) => {
      await button(tab, "Export").and(tab.locator(":enabled")).click();
      await tab.getByRole("button", { name: "HTML report" }).click();
      await tab.getByTestId("no-file").waitFor();
    },
  },
  "export menu": {
    bring: async (tab) => {
      await button(tab, "Export").click();
      await tab.locator(".menu-list:popover-open").waitFor();
    },
  },
  "pasted runs": {
    bring: async (tab) => {
      await paste(tab, failures);
      await tab.getByTestId("brought").waitFor();
    },
  },
  "past runs": {
    address: hash({ ...quarter, to: "2026-01-31", ...fast }),
    bring: async (tab) => {
      await done(tab);
      await button(tab, "Edit a copy").click();
      await button(tab, "Past runs").click();
      await tab.locator(".menu-list:popover-open").waitFor();
    },
  },
  "planned lanes with their band": {
    isDesktop: true,
    address: hash({ ...quarter, which: "failed", sec: "118" }),
    bring: async (tab) => {
      await samples(tab);
      await tab.getByText("What would run when").click();
      await tab.locator("[data-key=finish]").waitFor();
    },
  },
  "running, with the band of its end": {
    address: hash({ ...quarter, sec: "1", fail: "0.1" }),
    bring: half,
  },
  canceling: {
    address: hash({ ...quarter, sec: "30" }),
    bring: async (tab) => {
      await running(tab);
      await button(tab, "Cancel…").click();
      await button(tab, "Stop after the 4 running").click();
      await tab.getByText("Stopping after 4 running ones…").waitFor();
    },
  },
  canceled: {
    address: hash({ ...quarter, sec: "30" }),
    bring: async (tab) => {
      await running(tab);
      await button(tab, "Cancel…").click();
      await button(tab, "Stop now, mark 4 canceled").click();
      await ended(tab, /canceled/);
    },
  },
  "an instant of the past": {
    address: hash({ ...quarter, sec: "0.2", fail: "0.1" }),
    bring: async (tab) => {
      await press(tab);
      await ended(tab, /90 of 90 done/);
      const slider = tab.getByRole("slider");
      const [low, high] = [await slider.getAttribute("min"), await slider.getAttribute("max")].map(Number);
      await slider.fill(String(low + Math.round((high - low) / 2)));
      await tab.locator(".legend button", { hasText: "queued" }).waitFor();
    },
  },
  "an interrupted one in review": {
    address: hash({ ...quarter, sec: "30" }),
    bring: async (tab) => {
      await running(tab);
      await tab.reload();
      await button(tab, "Review").click();
      await tab.getByText("nobody runs it now").waitFor();
    },
  },
  "the second schedule has an error": {
    address: hash({ ...quarter, cs: "30 2 * * 9", ctz: "UTC" }),
    bring: note,
  },
  "compare, nothing differs": {
    address: hash({ ...quarter, cs: "30 2 * * *", ctz: "Europe/Berlin" }),
    bring: (tab) => tab.getByText("no date changes in this range").waitFor(),
  },
  "folded fields open": {
    isDesktop: true,
    bring: async (tab) => {
      for (const text of ["Conf (JSON)", "Clock changes and interval", /^Simulation:/])
        await tab.locator(".plan-form summary").filter({ hasText: text }).click();
      await field(tab, "Seed").waitFor();
    },
  },
};
