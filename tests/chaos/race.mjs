// Several processes start the same backfill at the same moment: exactly one drives it, the others get a typed error.
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSqliteStore } from "dagfill/store/sqlite";

const worker = join(dirname(fileURLToPath(import.meta.url)), "race_worker.mjs");
const typed = new Set(["BACKFILL_ACTIVE", "BACKFILL_EXISTS"]);
const runs = 10;

/** Resolves to figures; `problems` is empty when all held. */
export async function race({ processes, rounds, say = () => {} }) {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-race-"));
  const racers = Array.from({ length: processes }, () => racer());
  const figures = { processes, rounds, refused: {}, problems: [] };
  try {
    await Promise.all(racers.map((one) => one.next("ready")));
    for (let number = 0; number < rounds; number += 1) {
      await round(racers, join(folder, `${number}.sqlite`), number, figures);
      if ((number + 1) % 10 === 0) say(`${number + 1}/${rounds} rounds, ${figures.problems.length} problems`);
    }
  } finally {
    for (const one of racers) one.child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}

async function round(racers, path, number, figures) {
  const problem = (text) => figures.problems.push(`round ${number}: ${text}`);
  const dag = { dagId: "race", schedule: "@daily" };
  const options = { dagId: "race", startDate: "2024-01-01", endDate: `2024-01-${runs}`, maxParallelRuns: 4 };
  // In every second round they also agree on the name.
  if (number % 2 === 1) options.backfillId = `round-${number}`;
  // The tables are there before the race: it is for the lease, not for the schema.
  if (number % 4 < 2) await (await openSqliteStore(path)).close();
  const everybody = (message, answer) =>
    Promise.all(
      racers.map((one) => {
        one.child.send(message);
        return one.next(answer);
      }),
    );
  await everybody({ type: "round", path, dag, options }, "opened");
  const outcomes = await everybody({ type: "go", at: Date.now() + 10 }, "outcome");
  const winners = racers.filter((_, index) => outcomes[index].drives);
  if (winners.length !== 1) problem(`${winners.length} processes drive it`);
  for (const { drives, name, code, message, started } of outcomes) {
    if (drives) continue;
    figures.refused[code] = (figures.refused[code] ?? 0) + 1;
    if (name !== "DagfillError" || !typed.has(code)) problem(`refused with ${name} ${code}: ${message}`);
    if (started.length > 0) problem(`a process that was refused started ${started.length} runs`);
  }
  const ended = winners.map((one) => {
    one.child.send({ type: "release" });
    return one.next("ended");
  });
  const started = (await Promise.all(ended)).flatMap((end) => {
    if (end.state !== "success") problem(`ended as ${end.state}`);
    return end.started;
  });
  if (started.length !== runs || new Set(started).size !== runs)
    problem(`${started.length} starts of ${runs} runs`);
}

function racer() {
  const child = fork(worker);
  const messages = [];
  let wake = () => {};
  child.on("message", (message) => {
    messages.push(message);
    wake();
  });
  child.on("exit", () => {
    messages.push({ type: "gone" });
    wake();
  });
  return {
    child,
    /** The next message of a type; whatever else comes first is an error. */
    async next(type) {
      while (messages.length === 0) await new Promise((resolve) => (wake = resolve));
      const message = messages.shift();
      if (message.type !== type) throw new Error(`expected ${type}, got ${JSON.stringify(message)}`);
      return message;
    },
  };
}
