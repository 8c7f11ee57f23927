import type { Draft, DraftTask } from "./model";

/** The gallery behind the DAG's name: each shows one thing that goes wrong elsewhere. */
export interface Example {
  name: string;
  note: string;
  draft: Draft;
  /** Write made-up records of earlier runs when this example is opened for the first time. */
  history: boolean;
}

const task = (taskId: string, command: string, ...dependsOn: string[]): DraftTask => ({
  taskId,
  command,
  dependsOn,
});

const orders: Draft = {
  dagId: "orders_daily",
  tasks: [
    task("extract", "extract --date {{ ds }} --out s3://raw/orders/{{ ds_nodash }}.json"),
    task("load", "load s3://raw/orders/{{ ds_nodash }}.json --table orders", "extract"),
    task("check", "check --from {{ data_interval_start }} --to {{ data_interval_end }}", "load"),
    task(
      "report",
      "report --day {{ ds }} --region {{ dag_run.conf.region | default('eu') | quote }}",
      "load",
    ),
  ],
  schedule: "30 2 * * *",
  timeZone: "Europe/Berlin",
  kind: "interval",
  dst: "airflow",
  from: "2026-01-01",
  to: "yesterday",
  which: "failed",
  parallel: 4,
  backwards: false,
  notDue: false,
  conf: "",
  exclude: [],
  simulation: { seconds: 2, failureRate: 0.02, seed: 1 },
  compare: null,
};

export const DEFAULT_DRAFT: Draft = orders;

export const EXAMPLES: readonly Example[] = [
  {
    name: "orders_daily",
    note: "Daily at 02:30 in Berlin, over both clock changes",
    draft: orders,
    history: true,
  },
  {
    name: "clicks_hourly",
    note: "Every hour in New York: days of 23 and 25 runs",
    history: true,
    draft: {
      ...orders,
      dagId: "clicks_hourly",
      schedule: "0 * * * *",
      timeZone: "America/New_York",
      from: "2026-03-01",
      to: "2026-11-15",
      parallel: 16,
      simulation: { seconds: 0.5, failureRate: 0.01, seed: 7 },
      tasks: [
        task("count", "count-clicks --hour {{ ts }}"),
        task("publish", "publish clicks/{{ ts_nodash }}.parquet", "count"),
      ],
    },
  },
  {
    name: "sensors_5min",
    note: "Every 5 minutes for ten years: a million dates",
    history: false,
    draft: {
      ...orders,
      dagId: "sensors_5min",
      schedule: "*/5 * * * *",
      timeZone: "UTC",
      from: "2016-01-01",
      to: "2025-12-31",
      which: "none",
      parallel: 64,
      tasks: [task("ingest", "ingest --window {{ data_interval_start }}/{{ data_interval_end }}")],
    },
  },
  {
    name: "invoices_monthly",
    note: "The last day of each month, with conf",
    history: true,
    draft: {
      ...orders,
      dagId: "invoices_monthly",
      schedule: "0 6 L * *",
      from: "2022-01-01",
      to: "2026-10-31",
      which: "completed",
      parallel: 2,
      backwards: true,
      conf: '{\n  "region": "eu"\n}',
      tasks: [
        task("collect", "collect --month {{ ds[:7] }} --region {{ dag_run.conf.region }}"),
        task("send", "send-invoices {{ ds[:7] }}", "collect"),
      ],
    },
  },
  {
    name: "broken_cycle",
    note: "Two tasks wait for each other, and a macro is misspelt",
    history: false,
    draft: {
      ...orders,
      dagId: "broken_cycle",
      from: "2026-10-01",
      to: "2026-10-31",
      tasks: [
        task("extract", "extract --date {{ dss }}"),
        task("load", "load {{ ds }}", "extract", "check"),
        task("check", "check {{ ds }}", "load"),
      ],
    },
  },
];
