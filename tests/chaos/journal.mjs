// What the callbacks of all lives of a scene did, one line each, in the order in which it happened; and how many runs were at
// work at once.
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

export const unitOf = ({ date, task }) => (task === undefined ? date : `${date}/${task}`);

export function readJournal({ journal }) {
  if (!existsSync(journal)) return [];
  return readFileSync(journal, "utf8").trimEnd().split("\n").filter(Boolean).map(JSON.parse);
}

/** A line is in the page cache when the call returns: killing the process does not take it back. */
export function note({ journal }, word, fields) {
  appendFileSync(journal, `${JSON.stringify({ word, ...fields })}\n`);
}

const goneMark = (scene, life) => join(scene.locks, `gone.${life}`);

/** From now on the runs of that life do not count as at work. */
export function hideRuns(scene, life) {
  writeFileSync(goneMark(scene, life), "");
}

/** It is dead, or frozen and has lost its leases: what it writes from now on is late. */
export function markGone(scene, life) {
  hideRuns(scene, life);
  note(scene, "gone", { life });
}

/** When that life was marked as gone, epoch milliseconds; `undefined` when it is not. */
export function goneSince(scene, life) {
  return statSync(goneMark(scene, life), { throwIfNoEntry: false })?.mtimeMs;
}

/** That life goes on under another lease, and what it had begun before is no longer its own. */
export function markBack(scene, life) {
  if (goneSince(scene, life) === undefined) return;
  for (const name of readdirSync(scene.locks)) {
    if (name.startsWith(`lock.${life}.`)) rmSync(join(scene.locks, name), { force: true });
  }
  note(scene, "back", { life });
  rmSync(goneMark(scene, life), { force: true });
}

/** How many runs of the DAG are at work, in lives that count. */
function atWork(scene, dag) {
  const names = readdirSync(scene.locks);
  const gone = new Set(names.filter((name) => name.startsWith("gone.")).map((name) => name.slice(5)));
  const runs = new Set();
  for (const name of names) {
    const [kind, life, lockDag, date] = name.split(".");
    if (kind === "lock" && lockDag === dag && !gone.has(life)) runs.add(date);
  }
  return runs.size;
}

/** The journal of one life. `clock` tells the time that the service was told last. */
export class Life {
  #scene;
  #clock;

  constructor(scene, life, clock) {
    this.#scene = scene;
    this.life = life;
    this.#clock = clock;
  }

  note(word, fields = {}) {
    note(this.#scene, word, { life: this.life, phase: this.#scene.phase?.number ?? 0, ...fields });
  }

  /** Writes down that a callback begins and how it ends, and keeps a lock file meanwhile. */
  async during({ dagId, executionDate, taskId, attempt, key }, more, work) {
    const clock = this.#clock();
    const unit = { dag: dagId, date: executionDate, task: taskId, attempt };
    const parts = [this.life, dagId, Date.parse(executionDate), taskId ?? "", attempt];
    const lock = join(this.#scene.locks, `lock.${parts.join(".")}`);
    writeFileSync(lock, "");
    this.note("start", { ...unit, key, clock, atOnce: atWork(this.#scene, dagId), ...more });
    try {
      const value = await work();
      this.note("ok", unit);
      return value;
    } catch (error) {
      this.note("failed", unit);
      throw error;
    } finally {
      rmSync(lock, { force: true });
    }
  }
}
