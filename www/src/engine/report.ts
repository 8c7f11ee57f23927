import {
  CANCELED,
  clock,
  dayOf,
  dayText,
  englishStates,
  FAILED,
  INTERRUPTED,
  offsetText,
  QUEUED,
  RUNNING,
  SUCCESS,
  TOKENS,
} from "dagfill/planning";
import { number, plural, shortLocal } from "../days";
import type { PlanView } from "../model";
import { dagOf } from "../request";
import { chunksOf, commandsOf, type Exported, type ExportedRow, plannedOf } from "./export";
import type { DateState } from "./moment";

/** A browser lays out so many rows without delay. */
const MOST_ROWS = 20_000;

const STYLE = `:root{color-scheme:light dark}body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:90rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #8885;padding:.25rem .5rem;text-align:left;vertical-align:top}
code{font:12px ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}tr.skip,tr.left_alone{opacity:.65}dt{font-weight:600}dd{margin:0 0 .4rem}`;

/** The plan, or the backfill, with its words, records and commands as one HTML file that needs no script, no network and no page: it opens
 *  anywhere. */
export async function reportOf(exported: Exported): Promise<Blob> {
  const { draft, plan } = exported;
  const parts: string[] = [head(exported)];
  const shown = Math.min(plan.total, MOST_ROWS);
  for await (const rows of chunksOf(exported, shown)) parts.push(...rows.map((each) => row(exported, each)));
  const rest = plan.total - shown;
  parts.push("</tbody></table>");
  if (rest > 0) parts.push(`<p>And ${number(rest)} more: the CSV and JSON exports have all of them.</p>`);
  parts.push(
    `<details><summary>The DAG</summary><pre><code>${html(JSON.stringify(dagOf(draft), null, 2))}</code></pre></details>`,
  );
  return new Blob(parts, { type: "text/html;charset=utf-8" });
}

/** How many dates have each of some tokens, in words. */
function countWords({ tokens }: PlanView, asked: readonly number[]): string[] {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return asked.flatMap((token) => {
    const count = counts.get(token) ?? 0;
    return count > 0 ? [`${number(count)} ${englishStates.token[TOKENS[token] ?? "keep"]}`] : [];
  });
}

/** The states of runs, in the order in which a title tells them. */
const OF_RUNS = [SUCCESS, FAILED, CANCELED, INTERRUPTED, RUNNING, QUEUED];

function titleOf({ draft, plan, run }: Exported): string {
  if (run === null) return `${draft.dagId}: ${plural(plan.total - plan.counts.skip, "run")} would start`;
  const { total, skipped } = run.progress;
  return `${draft.dagId}: ${[plural(total - skipped, "run"), ...countWords(plan, OF_RUNS)].join(", ")}`;
}

function head(exported: Exported): string {
  const { draft, now, plan, run } = exported;
  const counts = countWords(plan, [...TOKENS.keys()]);
  const facts = [
    ["Schedule", draft.schedule],
    ["Time zone", plan.timeZone],
    ["Range", `${dayText(plan.firstDay)} to ${dayText(plan.lastDay)}`],
    ["Dates", `${number(plan.total)}: ${counts.join(", ")}`],
    ["Parallel runs", String(draft.parallel)],
    ...(run
      ? [
          ["Backfill", run.backfillId],
          ["State", run.state],
          ["State at", new Date(run.at).toISOString()],
        ]
      : [["Plan", plan.planHash]]),
    ["Made", new Date(run ? Date.now() : now).toISOString()],
  ].map(([name, value]) => `<dt>${name}</dt><dd>${html(value ?? "")}</dd>`);
  const warnings = plan.warnings.map(({ message }) => `<li>${html(message)}</li>`);
  const changes = plan.clockChanges.map(({ at, offsetBefore, offsetAfter }) => {
    const local = new Date(Date.parse(at) + offsetBefore * 1000).toISOString();
    return `<li>${shortLocal(local)}: the clock goes from ${offsetText(offsetBefore)} to ${offsetText(offsetAfter)}</li>`;
  });
  const names = [
    ...["Date", "State", ...(run ? ["Started (UTC)", "Finished (UTC)", "Attempt", "Error"] : [])],
    ...[
      run ? "The plan said" : "Why",
      "Data interval (UTC)",
      "Run",
      ...draft.tasks.map(({ taskId }) => taskId),
    ],
  ];
  const title = titleOf(exported);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${html(title)}</title><style>${STYLE}</style><h1>${html(title)}</h1>
<p>${run ? "A backfill that the page of dagfill has simulated: no command was run." : "A plan made by dagfill. Nothing in this file runs anything."}</p><dl>${facts.join("")}</dl>
${warnings.length + changes.length > 0 ? `<ul>${warnings.join("")}${changes.join("")}</ul>` : ""}
<table><thead><tr>${names.map((name) => `<th scope="col">${html(name)}</th>`).join("")}</tr></thead><tbody>\n`;
}

function row({ draft, plan }: Exported, exported: ExportedRow): string {
  const { row: at, detail, state: known } = exported;
  const offset = plan.offsets[at] ?? 0;
  const instant = plan.dates[at] ?? 0;
  const local = `${dayText(dayOf(instant, offset))} ${clock(instant, offset)} ${offsetText(offset)}`;
  const state = englishStates.token[TOKENS[plan.tokens[at] ?? 0] ?? "keep"];
  const { start, end } = detail.dataInterval;
  const { why = "" } = plannedOf(exported);
  const cells = [local, state, ...(known ? factsOf(known) : []), why, `${start} – ${end}`, detail.runId].map(
    (text) => `<td>${html(text)}</td>`,
  );
  const code = commandsOf(draft, detail).map((text) => `<td><code>${html(text)}</code></td>`);
  return `<tr class="${known?.state ?? detail.action}">${cells.join("")}${code.join("")}</tr>\n`;
}

const factsOf = ({ startedAt, finishedAt, attempt, error }: DateState) => [
  ...[startedAt ?? "", finishedAt ?? "", String(attempt ?? ""), error?.message ?? ""],
];

const html = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
