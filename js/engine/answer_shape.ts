// The shape of an answer, compared with the one of the engine's API: a login page, or another service, answers 200, too.
import { engineFailed, engineRefuses } from "./outcome.js";

/** A shape that answers of the API have. */
export interface Shape {
  /** The part that other answers lack, for the message "JSON without ...". */
  what: string;
  // biome-ignore lint/suspicious/noExplicitAny: each path answers in a shape of its own
  fits(body: any): boolean;
}

export function withText(member: string): Shape {
  return { what: member, fits: (body) => typeof body?.[member] === "string" };
}

export function withList(member: string): Shape {
  return { what: `a list ${member}`, fits: (body) => Array.isArray(body?.[member]) };
}

/** A call and its answer. `url`: the whole URL; `base`: the one that the engine was given. */
export interface Answered {
  name: string;
  method: string;
  url: string;
  base: string;
  ok: boolean;
  text: string;
}

/** The body of an answer. ENGINE_FAILED where the API did not give it: a page in HTML, which is waited for as a refusal, or, with a status of
 *  success, JSON of another shape. */
export function bodyOf(answered: Answered, shape: Shape | undefined): unknown {
  const { name, method, url, base, ok, text } = answered;
  const [isJson, body] = parsed(text);
  // The cause comes first, since a line of progress is cut behind it.
  const message = (what: string) =>
    `answered ${what}, not the API (${method} ${url}): is the URL ${base} right?`;
  const refuse = (what: string) => engineFailed(name, message(what));
  const isPage = !isJson && text.trimStart().startsWith("<");
  // A page with the status 404 is refused only where the body is read: a call that cancels a missing job needs no body.
  // A page for a person, such as that of a login, is a refusal of whoever asks, and perhaps only for a while.
  if (isPage && (ok || shape !== undefined))
    throw engineRefuses(name, message("HTML"), "check the URL and the token");
  if (!ok || shape === undefined || (isJson && shape.fits(body))) return body;
  if (text.trim() === "") throw refuse("nothing");
  throw refuse(isJson ? `JSON without ${shape.what}` : "text that is no JSON");
}

function parsed(text: string): [isJson: boolean, body: unknown] {
  try {
    return [true, JSON.parse(text)];
  } catch {
    return [false, undefined];
  }
}
