// The steps that bring a tab of the page into its states, and what the states share.
import { deflateRawSync } from "node:zlib";
import { runButton } from "./www-page.mjs";

export const quarter = {
  id: "looks",
  from: "2026-01-01",
  to: "2026-03-31",
  which: "none",
  tz: "Europe/Berlin",
};
export const pack = (rows) => deflateRawSync(JSON.stringify(rows)).toString("base64url");

export const run = (tab) => runButton(tab).click();
/** As \`run\`, also on a phone. */
export const press = (tab) => tab.locator(".bottom-bar .primary").or(runButton(tab)).first().click();
export const button = (tab, name) => tab.getByRole("button", { name, exact: true });
export const dialog = (tab) => tab.getByRole("dialog").waitFor();
export const ended = (tab, text) => tab.locator("#run-title").getByText(text).waitFor();
export const cards = (tab) => tab.locator(".dag .rendered").first().waitFor();

export async function paste(tab, text) {
  await button(tab, "Paste your DAG").click();
  await tab.getByLabel("Text of a DAG or of runs").fill(text);
  await button(tab, "Read it").click();
}

export async function running(tab) {
  await press(tab);
  await tab.getByText("running 4, queued 86").waitFor();
  await tab.getByText("running", { exact: true }).and(tab.locator(".task-state")).first().waitFor();
}

/** Tasks in layers of ten, each after some of the layer before. */
export const layered = (count) =>
  Array.from({ length: count }, (_, at) => {
    const before = at < 10 ? [] : [`task_${at - 10}`, `task_${Math.max(0, at - 9 - (at % 7))}`];
    return [`task_${at}`, `load --part ${at} --date {{ ds }}`, ...new Set(before)];
  });

export const failures = JSON.stringify(
  Array.from({ length: 30 }, (_, at) => ({
    dag_id: "looks",
    run_id: `backfill__${at}`,
    state: "failed",
    logical_date: new Date(Date.UTC(2026, 0, 3 + 2 * at, 7, 5)).toISOString(),
  })),
);
export const airflow = `from airflow import DAG
from airflow.operators.bash import BashOperator
with DAG("sales", schedule="30 2 * * *") as dag:
    a = BashOperator(task_id="extract", bash_command="extract {{ ds }}", retries=2)
    b = BashOperator(task_id="load", bash_command="load {{ ds }}")
    a >> b
`;
