// URLs of servers as messages and command lines show them: without their passwords.
import { shown } from "../shown.js";

/** Parameters of PostgreSQL's URLs that hold a secret. */
const SECRETS = /^(password|sslpassword)$/i;

interface ServerUrl {
  scheme: string;
  user: string;
  /** Host, port and path. */
  address: string;
  /** With the question mark; empty where there are none. */
  parameters: string;
  hasPassword: boolean;
}

/** The parts of a URL; undefined for other texts, such as the path of a file. The user ends at the last "@", so that a password that should have
 *  been encoded counts as one. */
function partsOf(text: string): ServerUrl | undefined {
  const [, scheme, rest] = /^([a-z][a-z\d+.-]*:\/\/)(.*)$/is.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) return undefined;
  const [, login, address = "", query] = /^(?:([^?]*)@)?([^?@]*)(?:\?(.*))?$/s.exec(rest) ?? [];
  const [user = "", password] = (login ?? "").split(/:(.*)/s, 2);
  const given = query === undefined ? [] : query.split("&");
  const kept = given.filter((each) => !SECRETS.test(each.split("=", 1)[0] ?? ""));
  return {
    scheme,
    user,
    address,
    parameters: kept.length === 0 ? "" : `?${kept.join("&")}`,
    hasPassword: password !== undefined || kept.length < given.length,
  };
}

/** Whether a text is a URL with a password. */
export function hasPassword(text: unknown): boolean {
  return typeof text === "string" && partsOf(text)?.hasPassword === true;
}

/** A URL without its password; any other text as it is. */
export function withoutPassword(text: string): string {
  const parts = partsOf(text);
  if (parts?.hasPassword !== true) return text;
  const { scheme, user, address, parameters } = parts;
  return `${scheme}${user}${user === "" ? "" : "@"}${address}${parameters}`;
}

/** A word of the command line in a message: it may be a URL in the wrong place. */
export function shownWord(text: string): string {
  return shown(withoutPassword(text));
}

/** The host, port and database of a server's URL. */
export function addressOf(text: string): string {
  const { address = "the given address" } = partsOf(text) ?? {};
  return /^(\/|$)/.test(address) ? `localhost${address}` : address;
}
