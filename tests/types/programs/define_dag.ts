// defineDag: ids, rules and params are typed by what is written.
import { BackfillService, type Dag, defineDag, type Task, TaskSkipped } from "dagfill";

const dag: Dag = defineDag({
  dagId: "sales",
  schedule: "@daily",
  taskDefaults: { retries: 2, retryDelay: "PT5M" },
  tasks: [
    {
      taskId: "extract",
      params: { table: "orders_{{ ds_nodash }}", limit: 100, columns: ["id", "amount"], dry: false },
      run: async ({ params }) => {
        const table: string = params.table;
        const limit: number = params.limit;
        const first: string = params.columns[0];
        const dry: boolean = params.dry;
        // @ts-expect-error there is no such param
        params.tabel;
        if (limit === 0 && !dry) throw new TaskSkipped("nothing to do");
        return table + first;
      },
    },
    { taskId: "load", dependsOn: ["extract"], command: "load {{ ds }}", triggerRule: "all_done" },
    { taskId: "report", dependsOn: ["extract", "load"], run: ({ xcomPull }) => xcomPull("extract") },
  ],
});

defineDag({
  dagId: "wrong",
  schedule: null,
  tasks: [
    { taskId: "a" },
    // @ts-expect-error there is no task of that id
    { taskId: "b", dependsOn: ["x"] },
    // @ts-expect-error no rule
    { taskId: "c", triggerRule: "all_sucess" },
  ],
});

const tasks: Task[] = [{ taskId: "a", run: (task) => task.xcomPush("rows", 1) }];
const service = new BackfillService({ dags: [dag, defineDag({ dagId: "empty", schedule: null })] });

export { service, tasks };
