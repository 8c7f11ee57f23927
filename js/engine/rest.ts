// Calls of an engine that is reached over HTTP with JSON.
import { DagfillError } from "../error.js";
import { nearest } from "../nearest.js";
import { name as nonEmpty, type Reader } from "../options.js";
import { shown } from "../shown.js";
import { bodyOf, type Shape } from "./answer_shape.js";
import { spread } from "./outage.js";
import { engineFailed, engineRefuses, isRefusal } from "./outcome.js";
import { unanswered } from "./unanswered.js";

export interface RestOptions {
  /** The engine's name, for errors. */
  name: string;
  url: string;
  /** Headers of every call; asked again after a refusal. */
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
  shape?: Shape,
) => Promise<RestAnswer>;

/** The URL of a service over HTTP. Anything else is refused here: a call of it would be taken for an outage, and be repeated. */
export const serviceUrl: Reader<string> = (value, path) => {
  const text = nonEmpty(value, path);
  const [, scheme, rest = text] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  if (/^https?$/i.test(scheme ?? "") && URL.canParse(text)) return insistOnNoUser(text, path);
  const meant = `${nearest(scheme ?? "", ["http", "https"]) ?? "https"}://${withoutUser(rest)}`;
  const message = `${path}: expected a URL that begins with http:// or https://, got ${shown(withoutUser(text))}`;
  const hint = /\s/.test(rest) || !URL.canParse(meant) ? {} : { hint: `did you mean ${meant}?` };
  throw new DagfillError("INVALID_OPTION", message, { field: path, ...hint });
};

/** `fetch` takes no URL with a user or a password, and says so in an error that shows both. */
function insistOnNoUser(text: string, path: string): string {
  const { username, password } = new URL(text);
  if (username === "" && password === "") return text;
  const message = `${path}: expected a URL without a user and a password, got one with them for ${shown(withoutUser(text))}`;
  const hint = "they belong into a header: see the options token, apiKey and headers of the engines";
  throw new DagfillError("INVALID_OPTION", message, { field: path, hint });
}

/** The text without the user in front of the host, which comes with a password. */
function withoutUser(text: string): string {
  return text.replace(/(^|\/\/)[^/?#]*@/, "$1");
}

/** A server that is busy for a moment says so with these. */
const BUSY = new Set([429, 502, 503]);
const BUSY_TRIES = 5;
const LONGEST_PAUSE_MS = 5_000;

/** A call fulfils with 2xx and the statuses that are `expected`. Other statuses 4xx are ENGINE_FAILED, and so is a success whose body is not of
 *  `shape`; 401, 403 and a page in HTML refuse whoever asks; 408, 429, 5xx and a connection that fails are outages. A call that meets a busy
 *  server is made again a few times: of many calls that go together one such answer would else refuse all. */
export function restOf({ name, url, headers = () => ({}), fetch: own }: RestOptions): Rest {
  const base = url.replace(/\/+$/, "");
  let known: Record<string, string> | undefined;
  const ask = async (method: string, path: string, body: unknown) => {
    known ??= await headers();
    // The deadline of the call is the session's; this one ends what it has left behind.
    const signal = AbortSignal.timeout(60_000);
    const asked = (own ?? fetch)(base + path, {
      method,
      signal,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...known,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return asked.catch(fails(method, path));
  };
  const fails = (method: string, path: string) => (error: unknown) => {
    throw unanswered(method, base + path, error);
  };
  const call: Rest = async (method, path, body, expected = [], shape) => {
    let response = await ask(method, path, body);
    for (let tries = 1; tries < BUSY_TRIES && isRetried(response.status, tries, expected); tries += 1) {
      await response.body?.cancel();
      if (response.status === 401) known = undefined;
      else await pause(response, tries);
      response = await ask(method, path, body);
    }
    const { status } = response;
    const text = await response.text().catch(fails(method, path));
    const { ok } = response;
    if (ok || expected.includes(status)) {
      return { status, body: bodyOf({ name, method, url: base + path, base, ok, text }, shape) };
    }
    const why = `${method} ${path} answered ${status}: ${text.slice(0, 300)}`;
    if (status >= 500 || status === 408 || status === 429) throw new Error(why);
    if (status !== 401 && status !== 403) throw engineFailed(name, why);
    throw engineRefuses(name, why);
  };
  return (...given) =>
    call(...given).catch((error: unknown) => {
      // The next call asks for its headers again: a token may have been renewed.
      if (isRefusal(error)) known = undefined;
      throw error;
    });
}

/** Whether a call with this answer is made again. After a 401 it is made once more, with a new token. */
function isRetried(status: number, tries: number, expected: readonly number[]): boolean {
  return status === 401 ? tries === 1 : BUSY.has(status) && !expected.includes(status);
}

function pause(response: Response, tries: number): Promise<void> {
  const asked = Number(response.headers.get("retry-after")) * 1_000;
  const ms = asked > 0 ? Math.min(asked, LONGEST_PAUSE_MS) : spread(50 * 2 ** tries);
  return new Promise((resolve) => setTimeout(resolve, ms));
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
