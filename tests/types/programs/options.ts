// Options in variables of their own types, and answers that may be either.
import {
  type BackfillOptions,
  type BackfillPreview,
  type BackfillResult,
  BackfillService,
  render,
  resolveDateMacros,
  type TriggerOptions,
} from "dagfill";

interface Conf {
  region: string;
  limit?: number;
}
const conf: Conf = { region: "eu" };
const service = new BackfillService({ dags: [] });

// An interface as conf: in place, in a variable of the options' type, and for each date.
const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-07" };
const inPlace: Promise<BackfillPreview> = service.preview({ ...range, conf });
const typed: BackfillOptions<Conf> = { ...range, conf, confFor: () => ({ limit: 3 }) };
const started = service.start(typed);
const byDate = service.start({ ...range, conf, confFor: (executionDate) => ({ executionDate }) });
const byHand: TriggerOptions<Conf> = { dagId: "sales", conf };
const run = service.trigger(byHand);
const texts: string[] = [
  resolveDateMacros("{{ conf.region }}", "2024-01-01", "@daily", { conf, params: conf }),
  render("{{ ds }}", { executionDate: 0, conf }),
];
// Without a type of its own conf can be read by key.
const loose: BackfillOptions = { ...range, conf: { region: "eu" } };
const region: unknown = loose.conf?.region;

// Where dryRun is not known, `state` tells a result from a preview.
async function counted(options: BackfillOptions): Promise<number> {
  const answer = await service.backfill(options);
  if (answer.state === undefined) {
    const preview: BackfillPreview = answer;
    return preview.counts.total;
  }
  const result: BackfillResult = answer;
  return result.completed;
}
async function result(options: BackfillOptions): Promise<BackfillResult> {
  const backfill = await service.start(options);
  return backfill.result;
}

export { byDate, counted, inPlace, region, result, run, started, texts };
