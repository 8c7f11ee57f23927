// Calls of an engine that is reached over HTTP with JSON.
import { engineFailed } from "./outcome.js";

export interface RestOptions {
  /** The engine's name, for errors. */
  name: string;
  url: string;
  /** Headers of every call; asked again after a 401. */
  headers?: () => Promise<Record<string, string>> | Record<string, string>;
  fetch?: typeof fetch;
}

export interface RestAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: each path answers in a shape of its own
  body: any;
}

export type Rest = (
  method: string,
  path: string,
  body?: unknown,
  expected?: readonly number[],
) => Promise<RestAnswer>;

/** A call fulfils with 2xx and the statuses that are `expected`. What the server refuses (4xx) is ENGINE_FAILED; 408, 429, 5xx and a
 *  connection that fails are outages. */
export function restOf({ name, url, headers = () => ({}), fetch: own }: RestOptions): Rest {
  const base = url.replace(/\/+$/, "");
  let known: Record<string, string> | undefined;
  const ask = async (method: string, path: string, body: unknown) => {
    known ??= await headers();
    // The deadline of the call is the session's; this one ends what it has left behind.
    const signal = AbortSignal.timeout(60_000);
    return (own ?? fetch)(base + path, {
      method,
      signal,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...known,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  return async (method, path, body, expected = []) => {
    let response = await ask(method, path, body);
    if (response.status === 401) {
      await response.body?.cancel();
      known = undefined;
      response = await ask(method, path, body);
    }
    const { status } = response;
    const text = await response.text();
    if (response.ok || expected.includes(status)) return { status, body: parsed(text) };
    const why = `${method} ${path} answered ${status}: ${text.slice(0, 300)}`;
    if (status >= 500 || status === 408 || status === 429) throw new Error(why);
    throw engineFailed(name, why);
  };
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Does `work` for each, at most so many at once. Rejects with the first error when all have ended. */
export async function each<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  most = 16,
): Promise<void> {
  const open = [...items];
  const errors: unknown[] = [];
  const one = async () => {
    for (let item = open.shift(); item !== undefined; item = open.shift()) {
      await work(item).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, one));
  if (errors.length > 0) throw errors[0];
}
