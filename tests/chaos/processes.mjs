// The processes of a scene: born, killed, frozen and thawed.
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { hideRuns, markGone } from "./journal.mjs";

const folder = dirname(fileURLToPath(import.meta.url));

/** How a worker ends that has lost its lease, and one that was refused because another drives. */
export const STALE = 3;
export const REFUSED = 4;

/** Starts a worker of the scene. `driving` settles when it drives, or has ended; `ended` to how it ended. */
export function born(scene, worker, life) {
  const child = fork(join(folder, worker), [scene.file, String(life)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors = (errors + chunk).slice(-2_000)));
  const one = { child, life, pid: child.pid, isDriving: false, hasEnded: false };
  one.ended = new Promise((resolve) =>
    child.on("close", (code, signal) => {
      one.hasEnded = true;
      resolve({ code, killed: signal === "SIGKILL", errors });
    }),
  );
  one.driving = Promise.race([
    one.ended,
    new Promise((resolve) =>
      child.on("message", () => {
        one.isDriving = true;
        resolve();
      }),
    ),
  ]);
  return one;
}

/** Resolves to whether it was alive until now. */
export async function kill(scene, one) {
  if (!one.hasEnded) hideRuns(scene, one.life);
  one.child.kill("SIGKILL");
  const { killed } = await one.ended;
  markGone(scene, one.life);
  return killed;
}

/** Stops it where it holds no lock of the file, so that others can write, and takes its leases from it. false: it has ended. */
export async function freeze(scene, one) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (one.hasEnded) return false;
    one.child.kill("SIGSTOP");
    await sleep(2);
    if (isWritable(scene)) {
      if (one.hasEnded) return false;
      markGone(scene, one.life);
      expire(scene, one.pid);
      return true;
    }
    one.child.kill("SIGCONT");
    await sleep(3);
  }
  return false;
}

export function thaw(one) {
  one.child.kill("SIGCONT");
}

function isWritable({ store }) {
  if (!existsSync(store)) return false;
  const database = new DatabaseSync(store, { timeout: 0 });
  try {
    database.exec("BEGIN IMMEDIATE");
    database.exec("ROLLBACK");
    return true;
  } catch {
    return false;
  } finally {
    database.close();
  }
}

/** Instead of waiting: the leases of that process are as if their time were over and somebody else had taken them. Without a
 *  new epoch the last living process would keep a lease that nobody else asks for, and rightly go on under it. */
export function expire({ store }, pid) {
  const database = new DatabaseSync(store, { timeout: 5_000 });
  const hasLeases = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'leases'").get();
  if (hasLeases !== undefined) {
    const taken = "UPDATE leases SET expiresAt = 0, epoch = epoch + 1 WHERE owner LIKE ?";
    database.prepare(taken).run(`pid-${pid}-%`);
  }
  database.close();
}
