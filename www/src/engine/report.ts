import { AGAIN, CREATE, clock, dayOf, dayText, englishStates, offsetText, TOKENS } from "dagfill/planning";
import { number, plural, shortLocal } from "../days";
import type { RowDetail } from "../model";
import { copiedDag } from "../request";
import { chunkOf, commandsOf, type Exported } from "./export";

/** A browser lays out so many rows without delay. */
const MOST_ROWS = 20_000;

const STYLE = `:root{color-scheme:light dark}body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:90rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #8885;padding:.25rem .5rem;text-align:left;vertical-align:top}
code{font:12px ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}tr.skip{opacity:.65}dt{font-weight:600}dd{margin:0 0 .4rem}`;

/** The plan with its words, records and commands as one HTML file that needs no script, no network and no page: it opens anywhere. */
export async function reportOf(exported: Exported): Promise<Blob> {
  const { draft, plan } = exported;
  const parts: string[] = [head(exported)];
  const shown = Math.min(plan.total, MOST_ROWS);
  const chunk = chunkOf(exported);
  for (let from = 0; from < shown; from += chunk) {
    const to = Math.min(shown, from + chunk);
    const details = await exported.details(from, to);
    parts.push(...details.map((detail, at) => row(exported, from + at, detail)));
  }
  const rest = plan.total - shown;
  parts.push("</tbody></table>");
  if (rest > 0) parts.push(`<p>And ${number(rest)} more: the CSV and JSON exports have all of them.</p>`);
  parts.push(
    `<details><summary>The DAG</summary><pre><code>${html(JSON.stringify(copiedDag(draft), null, 2))}</code></pre></details>`,
  );
  return new Blob(parts, { type: "text/html;charset=utf-8" });
}

function head({ draft, now, plan }: Exported): string {
  const starting = plan.tokens.reduce((sum, token) => sum + (token === CREATE || token === AGAIN ? 1 : 0), 0);
  const counts = TOKENS.flatMap((token, at) => {
    const count = plan.tokens.reduce((sum, each) => sum + (each === at ? 1 : 0), 0);
    return count > 0 ? [`${number(count)} ${englishStates.token[token]}`] : [];
  });
  const facts = [
    ["Schedule", draft.schedule],
    ["Time zone", plan.timeZone],
    ["Range", `${dayText(plan.firstDay)} to ${dayText(plan.lastDay)}`],
    ["Dates", `${number(plan.total)}: ${counts.join(", ")}`],
    ["Parallel runs", String(draft.parallel)],
    ["Plan", plan.planHash],
    ["Made", new Date(now).toISOString()],
  ].map(([name, value]) => `<dt>${name}</dt><dd>${html(value ?? "")}</dd>`);
  const warnings = plan.warnings.map(({ message }) => `<li>${html(message)}</li>`);
  const changes = plan.clockChanges.map(({ at, offsetBefore, offsetAfter }) => {
    const local = new Date(Date.parse(at) + offsetBefore * 1000).toISOString();
    return `<li>${shortLocal(local)}: the clock goes from ${offsetText(offsetBefore)} to ${offsetText(offsetAfter)}</li>`;
  });
  const names = [
    "Date",
    "State",
    "Why",
    "Data interval (UTC)",
    "Run",
    ...draft.tasks.map(({ taskId }) => taskId),
  ];
  const title = `${draft.dagId}: ${plural(starting, "run")} would start`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${html(title)}</title><style>${STYLE}</style><h1>${html(title)}</h1>
<p>A plan made by dagfill. Nothing in this file runs anything.</p><dl>${facts.join("")}</dl>
${warnings.length + changes.length > 0 ? `<ul>${warnings.join("")}${changes.join("")}</ul>` : ""}
<table><thead><tr>${names.map((name) => `<th scope="col">${html(name)}</th>`).join("")}</tr></thead><tbody>\n`;
}

function row({ draft, plan }: Exported, at: number, detail: RowDetail): string {
  const offset = plan.offsets[at] ?? 0;
  const instant = plan.dates[at] ?? 0;
  const local = `${dayText(dayOf(instant, offset))} ${clock(instant, offset)} ${offsetText(offset)}`;
  const state = englishStates.token[TOKENS[plan.tokens[at] ?? 0] ?? "keep"];
  const { start, end } = detail.dataInterval;
  const cells = [local, state, detail.why, `${start} – ${end}`, detail.runId].map(
    (text) => `<td>${html(text)}</td>`,
  );
  const code = commandsOf(draft, detail).map((text) => `<td><code>${html(text)}</code></td>`);
  return `<tr class="${detail.action}">${cells.join("")}${code.join("")}</tr>\n`;
}

const html = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
