// Whether the page that took a lease still lives. A page that is closed, crashes or navigates away loses its Web Locks at
// once, so each acquisition holds a lock of a name of its own for as long as it lasts: its presence. The lock excludes
// nobody, since no two have the same name; it only shows that somebody is there.

export interface Presence {
  /** The name of the lock. */
  readonly token: string;
  leave(): void;
}

/** The timers of a hidden page come at most once a minute after a while, so that a lease of seconds could not be renewed. */
const HIDDEN_PATIENCE = 150_000;

/** null where there are no Web Locks, as in pages that were not loaded securely: leases there end only by expiring. */
export async function enter(): Promise<Presence | null> {
  const locks = webLocks();
  if (locks === undefined) return null;
  const token = `dagfill:${crypto.randomUUID()}`;
  return new Promise((resolve) => {
    const held = locks.request(token, () => new Promise<void>((leave) => resolve({ token, leave })));
    // Denied to this page: as if there were none.
    held.catch(() => resolve(null));
  });
}

/** Whether the presence was shown once and is not any more. */
export async function isGone(token: string | null): Promise<boolean> {
  const locks = webLocks();
  if (token === null || locks === undefined) return false;
  const { held = [] } = await locks.query();
  return !held.some((lock) => lock.name === token);
}

/** How long a lease of `ttlMs` lasts from now. A hidden page that has a presence gets more, which delays nobody when it dies. */
export function patience(ttlMs: number, presence: Presence | null): number {
  const hidden = typeof document !== "undefined" && document.visibilityState === "hidden";
  return hidden && presence !== null ? Math.max(ttlMs, HIDDEN_PATIENCE) : ttlMs;
}

/** Test environments such as happy-dom have `null` in their place. */
function webLocks(): LockManager | undefined {
  return typeof navigator === "undefined" ? undefined : (navigator.locks ?? undefined);
}
