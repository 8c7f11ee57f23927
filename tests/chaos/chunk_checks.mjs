// What must hold of a backfill in chunks: what its callbacks wrote down, against its plan without chunks and against the store.
import { readJournal } from "./journal.mjs";
import { withStore } from "./observed.mjs";

const DAY_MS = 86_400_000;
const isOpen = ({ state }) => state === "running" || state === "queued";

/** What is known before a backfill starts: its plan without chunks, the chunks that make it up, and the records there are. */
export async function newPhase(scene, planned, problem) {
  const { chunk } = scene.phase.options;
  const chunks = new Map(cut(planned, chunk).map((dates) => [dates[0], dates]));
  const before = new Map((await recordsOf(scene)).map((run) => [run.executionDate, run]));
  return { scene, planned, chunks, before, problem, kills: 0, seen: [] };
}

/** Consecutive days, at most so many, or of one month. */
function cut(planned, { dates: most = Number.POSITIVE_INFINITY, period }) {
  const chunks = [];
  for (const date of planned.toSorted()) {
    const chunk = chunks.at(-1);
    const last = chunk?.at(-1);
    const follows = last !== undefined && Date.parse(date) - Date.parse(last) === DAY_MS;
    const isSameMonth = period === undefined || last?.slice(0, 7) === date.slice(0, 7);
    if (follows && isSameMonth && chunk.length < most) chunk.push(date);
    else chunks.push([date]);
  }
  return chunks;
}

async function recordsOf({ dag: { dagId }, ...scene }) {
  return (await withStore(scene, (store) => store.listRuns({ dagId }))) ?? [];
}

/** The dates of a chunk are open, or have ended, together; and no more chunks are open than may run at once. */
export async function checkBetweenLives({ scene, chunks, problem, seen }) {
  const { backfillId, maxParallelRuns } = scene.phase.options;
  const records = (await recordsOf(scene)).filter((run) => run.backfillId === backfillId);
  const byDate = new Map(records.map((run) => [run.executionDate, run]));
  const ended = [];
  let running = 0;
  for (const [first, dates] of chunks) {
    const runs = dates.flatMap((date) => byDate.get(date) ?? []);
    if (runs.length === 0) continue;
    if (runs.length < dates.length) problem(`${first}: ${runs.length} of ${dates.length} dates are recorded`);
    const open = runs.filter(isOpen).length;
    if (open > 0 && open < runs.length) problem(`${first}: some of its dates are open, others have ended`);
    if (runs.some(({ state }) => state === "running")) running += 1;
    if (open === 0) ended.push(first);
  }
  if (running > maxParallelRuns)
    problem(`${running} chunks are stored as running, at most ${maxParallelRuns} may`);
  seen.push({ lines: readJournal(scene).length, ended });
}

/** All that must hold when the backfill has ended. */
export async function checkPhase(phase, figures) {
  const { scene, chunks, before, problem } = phase;
  const { number, options } = scene.phase;
  const journal = readJournal(scene);
  const lines = journal.filter((line) => line.phase === number);
  const starts = lines.filter(({ word }) => word === "start");
  figures.backfills += 1;
  figures.chunks += chunks.size;
  figures.starts += starts.length;
  checkStarts(phase, starts);
  checkEnded(phase, journal);
  const records = await recordsOf(scene);
  checkRecords(phase, records);
  for (const [first, dates] of chunks) {
    const runs = records.filter(({ executionDate }) => dates.includes(executionDate));
    checkChunk(
      phase,
      dates,
      runs,
      lines.filter((line) => line.first === first),
      figures,
    );
  }
  checkAttempts(phase, starts, records);
  const smaller = [...chunks.values()].filter((dates) => failedAlone(dates, before));
  figures.smaller += smaller.length;
  const snapshot = await withStore(scene, (store) => store.loadBackfill(options.backfillId));
  const own = records.filter((run) => run.backfillId === options.backfillId);
  const count = (state) => own.filter((run) => run.state === state).length;
  const [completed, failed] = [count("success"), count("failed")];
  if (snapshot.state !== (failed > 0 ? "failed" : "success"))
    problem(`the backfill is stored as ${snapshot.state}`);
  if (snapshot.counts.completed !== completed || snapshot.counts.failed !== failed)
    problem(`${JSON.stringify(snapshot.counts)} are counted, ${completed} succeeded and ${failed} failed`);
}

/** Whether these dates are some of a chunk whose other dates have succeeded. */
function failedAlone(dates, before) {
  const runs = dates.map((date) => before.get(date));
  if (!runs.every((run) => run?.state === "failed" && /fails alone/.test(run.error.message))) return false;
  const [chunk] = runs.map((run) => run.chunk ?? run.runId);
  const others = [...before.values()].filter((run) => (run.chunk ?? run.runId) === chunk);
  return others.some((run) => run.state === "success");
}

/** Each start is of a chunk that was to be cut, and no more are at work at once than may be. */
function checkStarts({ scene, chunks, problem }, starts) {
  const { maxParallelRuns } = scene.phase.options;
  for (const { first, dates, atOnce } of starts) {
    if (chunks.get(first)?.join() !== dates.join())
      problem(`a chunk of ${dates.join()}, expected ${chunks.get(first)?.join()}`);
    if (atOnce > maxParallelRuns) problem(`${first}: ${atOnce} chunks at once, at most ${maxParallelRuns}`);
  }
}

/** A chunk whose end was told, or seen in the store, is not started behind that. */
function checkEnded({ scene, problem, seen }, journal) {
  const ended = new Set();
  for (const [at, { word, phase, first }] of journal.entries()) {
    for (const look of seen) if (look.lines === at) for (const one of look.ended) ended.add(one);
    if (phase !== scene.phase.number) continue;
    if (word === "ended") ended.add(first);
    if (word === "start" && ended.has(first)) problem(`${first} was started behind its stored end`);
  }
}

/** Each date of the plan has one record of this backfill; all others are as they were. */
function checkRecords({ scene, planned, before, problem }, records) {
  const { backfillId } = scene.phase.options;
  const dates = records.map(({ executionDate }) => executionDate);
  if (new Set(dates).size !== dates.length) problem("a date has two records");
  const own = records.filter((run) => run.backfillId === backfillId).map((run) => run.executionDate);
  if (own.toSorted().join() !== planned.toSorted().join())
    problem(`${own.length} dates have a record, ${planned.length} are planned`);
  for (const run of records) {
    if (run.backfillId === backfillId) continue;
    if (JSON.stringify(run) !== JSON.stringify(before.get(run.executionDate)))
      problem(`${run.executionDate} was changed, and is not planned`);
  }
}

/** The dates of a chunk ended as its callback has it, and it was not started more often than failures and kills allow. */
function checkChunk({ scene, problem, kills }, dates, runs, lines, figures) {
  const { failing, breaking, options } = scene.phase;
  const breaks = dates.some((date) => breaking.includes(date));
  const alone = dates.filter((date) => failing.includes(date));
  if (breaks) figures.whole += 1;
  else if (alone.length > 0 && alone.length < dates.length) figures.partly += 1;
  for (const { executionDate: date, state, error, chunk } of runs) {
    const message = breaks
      ? "the chunk fails whole"
      : alone.includes(date)
        ? `${date} fails alone`
        : undefined;
    if (state !== (message ? "failed" : "success")) problem(`${date} ended as ${state}: ${message}`);
    if (error?.message !== message) problem(`${date} has the error ${error?.message}, expected ${message}`);
    const leader = date === dates[0] ? undefined : runs[0].runId;
    if (chunk !== leader) problem(`${date} is part of ${chunk}, expected ${leader}`);
  }
  const threw = lines.filter(({ word }) => word === "threw").length;
  // An attempt that fails in part is tried again as one that fails whole.
  const fails = breaks || alone.length > 0;
  if (breaks && threw < options.retries + 1) problem(`${dates[0]} was given up after ${threw} failures`);
  const starts = lines.filter(({ word }) => word === "start").length;
  const most = (fails ? options.retries + 1 : 1) + kills;
  if (fails && starts < options.retries + 1) problem(`${dates[0]} was given up after ${starts} starts`);
  if (starts < 1 || starts > most) problem(`${dates[0]} was started ${starts} times, at most ${most}`);
}

/** No attempt is used twice, save that `attach` calls the same one again in another life under its key; and records have the last one. */
function checkAttempts({ scene, chunks, before, problem }, starts, records) {
  const attemptOf = new Map(records.map(({ executionDate, attempt }) => [executionDate, attempt]));
  const attemptBefore = (date) => before.get(date)?.attempt ?? 0;
  const used = new Map();
  for (const { first, attempt, key, life } of starts) {
    const same = used.get(`${first} ${attempt}`);
    const isAttached = scene.inFlight === "attach" && same?.key === key && same.life < life;
    if (same !== undefined && !isAttached) problem(`${first} was started twice as attempt ${attempt}`);
    if (attempt <= attemptBefore(first))
      problem(`${first} was started as attempt ${attempt} of a backfill before`);
    used.set(`${first} ${attempt}`, { key, life });
  }
  const keys = new Map([...used].map(([name, { key }]) => [key, name]));
  if (keys.size !== used.size) problem(`${used.size} attempts have ${keys.size} keys`);
  for (const [first, dates] of chunks) {
    const last = Math.max(...starts.filter((start) => start.first === first).map(({ attempt }) => attempt));
    for (const date of dates) {
      const expected = last - attemptBefore(first) + attemptBefore(date);
      const stored = attemptOf.get(date);
      if (stored !== expected) problem(`${date} is stored as attempt ${stored}, expected ${expected}`);
    }
  }
}
