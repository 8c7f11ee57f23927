// What a server answered, held against what its API answers: a login page or a foreign service answers 200, too.
import { engineFailed } from "./outcome.js";

/** What an answer must have to be one of the API. */
export interface Shape {
  /** As in "JSON without ...". */
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

/** A call that was answered: `url` is the whole one, `base` the one that the engine was given. */
export interface Answered {
  name: string;
  method: string;
  url: string;
  base: string;
  ok: boolean;
  text: string;
}

/** The body of an answer. ENGINE_FAILED where it is no answer of the API: a page, or, of a success, JSON of another shape. */
export function bodyOf(answered: Answered, shape: Shape | undefined): unknown {
  const { name, method, url, base, ok, text } = answered;
  const [isJson, body] = parsed(text);
  const refuse = (what: string) =>
    engineFailed(name, `${method} ${url} answered ${what}, not the API: is the URL ${base} right?`);
  const isPage = !isJson && text.trimStart().startsWith("<");
  // A page that says 404 is told of where an answer is read; to cancel what is not there may be answered by any.
  if (isPage && (ok || shape !== undefined)) throw refuse("HTML");
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
