// Every state of the page, and how a tab is brought into it: for the rules of accessibility and for the pictures that people look at.
import { hash } from "./www-page.mjs";
import { rareStates } from "./www-rare-states.mjs";
import {
  airflow,
  button,
  cards,
  dialog,
  ended,
  failures,
  layered,
  pack,
  paste,
  press,
  quarter,
  running,
} from "./www-steps.mjs";

/** The light scheme is the first: a tab is opened in it. */
export const schemes = {
  light: { colorScheme: "light", forcedColors: "none" },
  dark: { colorScheme: "dark", forcedColors: "none" },
  "forced colours": { colorScheme: "light", forcedColors: "active" },
};
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };

/** `address`: what the tab is opened with. `bring`: what is done then, up to the state. `isPlanned: false`: there is no plan to wait for.
 *  `isPhone`, `isDesktop`: only there. `prepare`: called in the page before its scripts; `trouble`: what that puts on the console. */
const commonStates = {
  plan: { bring: cards },
  "plan on a phone": { isPhone: true, bring: (tab) => tab.locator(".task-list").waitFor() },
  "form on a phone": {
    isPhone: true,
    bring: async (tab) => {
      await button(tab, "Edit plan").click();
      await dialog(tab);
    },
  },
  "sample history": {
    address: "",
    bring: (tab) =>
      tab
        .locator(".verdict")
        .getByText(/[1-9]\d* again/)
        .first()
        .waitFor(),
  },
  warnings: {
    address: hash({ ...quarter, s: "0 0 13 * 5", dag: pack([["load", "load {{ dss }} --to {{ ds }}"]]) }),
    bring: (tab) => tab.locator(".warn, .dag .bad").first().waitFor(),
  },
  "no date": {
    address: hash({ ...quarter, s: "0 6 15 5 *" }),
    bring: (tab) => tab.getByText("Nothing between").waitFor(),
  },
  "future range": {
    address: hash({ ...quarter, from: "tomorrow", to: "+30d" }),
    bring: (tab) => tab.getByText("Nothing to run: all").waitFor(),
  },
  error: {
    address: hash({ ...quarter, s: "0 24 * * *" }),
    isPlanned: false,
    bring: (tab) => tab.locator(".verdict-panel .banner").waitFor(),
  },
  "error after a plan": {
    isDesktop: true,
    bring: async (tab) => {
      await tab.getByLabel("Schedule", { exact: true }).fill("30 2 * * * 9 9 9");
      await tab.getByText("Showing the last valid plan.").waitFor();
    },
  },
  cycle: {
    address: hash({
      ...quarter,
      dag: pack([
        ["a", "a", "b"],
        ["b", "b", "a"],
      ]),
    }),
    isPlanned: false,
    bring: (tab) => tab.getByText("These tasks wait for each other:").waitFor(),
  },
  "hourly plan": {
    address: hash({ ...quarter, s: "0 * * * *" }),
    bring: (tab) => tab.locator(".hours").waitFor(),
  },
  "hours of a short range": {
    address: hash({ ...quarter, s: "0 * * * *", from: "2026-03-20", to: "2026-04-05" }),
    bring: (tab) => tab.locator(".hours").waitFor(),
  },
  "day of a clock change": {
    address: hash({ ...quarter, s: "*/30 * * * *", sel: "2026-03-29" }),
    bring: (tab) => tab.locator(".clock-notes").waitFor(),
  },
  "failures in dense days": {
    address: hash({ ...quarter, s: "*/5 * * * *", tz: "UTC" }),
    bring: async (tab) => {
      await paste(tab, failures);
      await tab.getByTestId("brought").getByText("30 runs of looks").waitFor();
      await tab.keyboard.press("Escape");
      await tab.locator(".legend", { hasText: "30" }).waitFor();
    },
  },
  "planned lanes": {
    bring: async (tab) => {
      await tab.getByText("What would run when").click();
      await tab.locator(".planned canvas").first().waitFor();
    },
  },
  "confirm dialog": {
    address: hash({ ...quarter, s: "0 * * * *" }),
    bring: async (tab) => {
      await press(tab);
      await dialog(tab);
    },
  },
  "code dialog": {
    bring: async (tab) => {
      await button(tab, "Copy as code").click();
      await button(tab, "Airflow 3 CLI").click();
      await dialog(tab);
    },
  },
  "link dialog": {
    address: hash({ ...quarter, from: "-90d", to: "yesterday" }),
    bring: async (tab) => {
      await button(tab, "Copy link").click();
      await tab.getByTestId("link").getByText(/from=/).waitFor();
    },
  },
  "paste dialog": {
    bring: async (tab) => {
      await paste(tab, airflow);
      await tab.getByRole("button", { name: /^Use sales/ }).waitFor();
    },
  },
  "paste refused": {
    bring: async (tab) => {
      await paste(tab, "{ nothing");
      await tab.getByTestId("bring-refused").waitFor();
    },
  },
  menu: {
    bring: async (tab) => {
      await tab.getByRole("button", { name: /^looks/ }).click();
      await tab.locator(".menu-list:popover-open").waitFor();
    },
  },
  running: { address: hash({ ...quarter, sec: "30" }), bring: running },
  "running on a phone": { address: hash({ ...quarter, sec: "30" }), isPhone: true, bring: running },
  paused: {
    address: hash({ ...quarter, sec: "30" }),
    bring: async (tab) => {
      await running(tab);
      await button(tab, "Pause").click();
      await button(tab, "Continue").waitFor();
    },
  },
  "cancel dialog": {
    address: hash({ ...quarter, sec: "30" }),
    bring: async (tab) => {
      await running(tab);
      await button(tab, "Cancel…").click();
      await dialog(tab);
    },
  },
  interrupted: {
    address: hash({ ...quarter, sec: "30" }),
    bring: async (tab) => {
      await running(tab);
      await tab.reload();
      await tab.getByTestId("interrupted").waitFor();
    },
  },
  "another tab": {
    address: hash({ ...quarter, sec: "30" }),
    bring: async (tab) => {
      const other = await tab.context().newPage();
      await other.goto(tab.url());
      await running(other);
      await button(tab, "Watch").click();
      await tab.getByText("Another tab runs this backfill: view only.").waitFor();
    },
  },
  done: {
    address: hash({ ...quarter, sec: "0.2", fail: "0" }),
    bring: async (tab) => {
      await press(tab);
      await ended(tab, "90 of 90 done, all succeeded");
    },
  },
  failed: {
    address: hash({ ...quarter, sec: "0", fail: "0.2" }),
    bring: async (tab) => {
      await press(tab);
      await ended(tab, /90 of 90 done, \d+ failed/);
      await tab.getByText(/failed attempts$/).click();
      await tab.locator(".task-state").first().waitFor();
    },
  },
  "failed tasks": {
    address: hash({ ...quarter, to: "2026-01-02", sec: "0", fail: "1" }),
    bring: async (tab) => {
      await press(tab);
      await tab.getByText("failed", { exact: true }).and(tab.locator(".task-state")).waitFor();
    },
  },
  compare: {
    address: hash({ ...quarter, cs: "30 2 * * 1-5", ctz: "UTC" }),
    bring: (tab) => tab.getByTestId("shifts").waitFor(),
  },
  "list of tasks": {
    bring: async (tab) => {
      await button(tab, "List").click();
      await tab.getByText("Trigger rule, retries, timeout").first().click();
      await tab.getByText("Other fields of the DAG (JSON)").first().click();
    },
  },
  "50 tasks": { address: hash({ ...quarter, dag: pack(layered(50)) }), bring: cards },
  "2,000 tasks": { address: hash({ ...quarter, dag: pack(layered(2000)) }), bring: cards },
  "list of 2,000 tasks": {
    address: hash({ ...quarter, dag: pack(layered(2000)) }),
    bring: async (tab) => {
      await button(tab, "List").click();
      await tab.getByLabel("Find tasks").fill("task_199");
      await tab.getByText("11 of 2,000").waitFor();
    },
  },
};

export const states = { ...commonStates, ...rareStates };

export const addressOf = ({ address }) => address ?? hash(quarter);
