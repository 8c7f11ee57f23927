// What must hold of a journal, whatever was done to the processes that wrote it.
import { leftBy } from "./callbacks.mjs";
import { unitOf } from "./journal.mjs";

/** The lines of each life from the moment on when it was killed or had lost its lease are marked: they are late. */
export function withLate(journal) {
  const gone = new Set();
  return journal.map((line) => {
    if (line.word === "gone") gone.add(line.life);
    if (line.word === "back") gone.delete(line.life);
    return gone.has(line.life) ? { ...line, isLate: true } : line;
  });
}

/** (run, task, attempt) never twice; keys tell attempts apart. With attach the same attempt may be called again under its key. */
export function checkAttempts(lines, scene, problem) {
  const keys = new Map();
  for (const { word, dag, attempt, key, ...line } of lines) {
    if (word !== "start") continue;
    const name = `${dag} ${unitOf(line)} ${attempt}`;
    const isAttached = scene.inFlight === "attach" && keys.get(name) === key;
    if (keys.has(name) && !isAttached) problem("twice", `${name} was started twice`);
    keys.set(name, key);
  }
  if (new Set(keys.values()).size !== keys.size) problem("twice", "two attempts have the same key");
}

/** Starts that neither a failure nor an attach explains. */
export function countExtraStarts(lines, scene) {
  const last = new Map();
  const keys = new Map();
  let extra = 0;
  for (const line of lines) {
    const { word, dag, attempt, key, isLate } = line;
    const unit = `${dag} ${unitOf(line)}`;
    if (word === "start") {
      const isAttached = scene.inFlight === "attach" && keys.get(`${unit} ${attempt}`) === key;
      if (!isAttached && last.has(unit) && last.get(unit) !== "failed") extra += 1;
      keys.set(`${unit} ${attempt}`, key);
      if (isAttached && isLate) continue;
    }
    if (word === "start" || ((word === "ok" || word === "failed") && !isLate)) last.set(unit, word);
  }
  return extra;
}

/** What was acknowledged is not started again, and what was told was acknowledged. */
export function checkAcknowledged(lines, observations, from, problem) {
  const told = new Set();
  for (const line of lines) {
    const unit = unitOf(line);
    if (line.word === "start" && !line.isLate && told.has(unit))
      problem("repeated", `${unit} was told and started again`);
    if (line.word === "told" && !line.isLate) told.add(unit);
  }
  for (const { length, succeeded } of observations) {
    for (const [at, line] of lines.entries()) {
      const unit = unitOf(line);
      const isLater = at + from >= length;
      if (isLater && line.word === "start" && !line.isLate && succeeded.has(unit))
        problem("repeated", `${unit} was acknowledged and started again`);
      if (!isLater && line.word === "told" && !line.isLate && !succeeded.has(unit))
        problem("lost", `${unit} was told to have succeeded and is not in the store`);
    }
  }
}

export function checkCap(lines, most, problem) {
  const found = Math.max(
    0,
    ...lines.filter((line) => line.word === "start" && !line.isLate).map(({ atOnce }) => atOnce),
  );
  if (found > most) problem("overCap", `${found} runs at once, at most ${most} are allowed`);
}

/** By the clock that the service was told: what a process was held up after it does not count. */
export function checkRate(lines, rate, problem) {
  if (rate === undefined) return;
  const clocks = lines
    .filter(({ word, isLate }) => word === "begun" && !isLate)
    .map(({ clock }) => clock)
    .sort((a, b) => a - b);
  for (const [at, clock] of clocks.entries()) {
    const next = clocks[at + rate.count];
    if (next !== undefined && next - clock < rate.per)
      problem("overRate", `${rate.count + 1} starts in ${next - clock} ms`);
  }
}

/** Each task was handed what the last successful attempt of the one before it left, or what a process left that was frozen. */
export function checkXcom(lines, problem) {
  const left = new Map();
  for (const line of lines) {
    const { word, task, attempt, isLate, pulled = {} } = line;
    if (word === "ok" && task !== undefined) {
      const before = left.get(unitOf(line)) ?? [];
      left.set(unitOf(line), isLate ? [...before, leftBy(task, attempt)] : [leftBy(task, attempt)]);
    }
    if (word !== "start" || isLate) continue;
    for (const [from, values] of Object.entries(pulled)) {
      const allowed = left.get(unitOf({ ...line, task: from })) ?? [];
      for (const got of values) {
        if (!allowed.includes(got))
          problem("lost", `${unitOf(line)} was handed "${got}" by ${from}: "${allowed}" was left`);
      }
    }
  }
}

/** While a pause is told and not taken back, nothing begins: also not in the lives after. */
export function checkPauses(lines, problem) {
  let isPaused = false;
  for (const line of lines) {
    if (line.isLate) continue;
    if (line.word === "paused") isPaused = true;
    if (line.word === "unpausing") isPaused = false;
    if (line.word === "begun" && isPaused) problem("afterPause", `${line.date} began in a pause`);
  }
}

/** Behind a cancel that was told, no run begins that had not; and in a later life none at all. */
export function checkCancels(lines, problem) {
  const begun = new Set();
  let by;
  for (const line of lines) {
    if (line.isLate) continue;
    if (line.word === "canceling") by ??= line.life;
    if (line.word !== "start") continue;
    if (by !== undefined && (line.life !== by || !begun.has(line.date)))
      problem("afterCancel", `${unitOf(line)} was started after the cancel was told`);
    begun.add(line.date);
  }
  return by !== undefined;
}

/** Nothing of a run that has ended is open. */
export function checkEnded(runs, problem) {
  for (const [date, { state, instances }] of runs) {
    if (state === "queued" || state === "running") problem("open", `${date} is still ${state}`);
    for (const { taskId, state } of instances) {
      if (["queued", "running", "up_for_retry"].includes(state) && !isReset(runs, date))
        problem("open", `${date}/${taskId} is still ${state}`);
    }
  }
}

/** A run that was reset, and whose tasks did not come to run again, keeps their attempts as queued ones. */
function isReset(runs, date) {
  return runs.get(date).instances.every(({ state }) => state === "queued");
}
