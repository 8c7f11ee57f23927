// A connection as Airflow has it: read from a URI such as `postgres://login:password@host:5432/schema?sslmode=require`, with its name, and
// written as a URI again. Airflow's rule is Python's `urlsplit` and `unquote`, which the URL of JavaScript is not: that drops
// ports, rewrites hosts and collapses paths.
import type { JsonInput } from "../json.js";

type Attributes = Record<string, JsonInput>;

const SCHEME = /^[a-z][a-z\d+.-]*$/i;

/** A connection by Airflow's names, with its name and its URI; of a text that is no URI, the text. `given`: JSON text. */
export function connectionOf(name: string, given: string): string {
  const value = JSON.parse(given) as JsonInput;
  const text = typeof value === "string" ? value.trim() : undefined;
  const connection = text === undefined ? value : text.startsWith("{") ? parsed(text) : fromUri(text);
  if (typeof connection !== "object" || connection === null || Array.isArray(connection)) return given;
  const attributes = connection as Attributes;
  const uri = uriOf(attributes);
  return JSON.stringify({ conn_id: name, ...(uri !== undefined && { get_uri: uri }), ...attributes });
}

/** The query is `extra`, as JSON text, and `extra_dejson`, as an object. */
function fromUri(text: string): Attributes | undefined {
  const [scheme = "", ...rest] = text.split("://");
  // The host may have a protocol of its own: `http://https://host`.
  const protocol = rest.length === 2 ? rest.shift() : undefined;
  const [body, more] = rest;
  const type = scheme.toLowerCase();
  if (body === undefined || more !== undefined || !SCHEME.test(type) || !SCHEME.test(protocol ?? type))
    return undefined;
  // Airflow itself misreads these.
  if (protocol !== undefined && (type !== scheme || type === protocol)) return undefined;
  const [, place = "", path = "", query = ""] = /^([^/?#]*)\/?([^?#]*)(?:\?([^#]*))?/.exec(body) ?? [];
  const at = place.lastIndexOf("@");
  const [login, password] = at < 0 ? [] : cut(place.slice(0, at));
  const own = place.slice(at + 1);
  const [, brackets, word, port] = /^(?:[^[]*\[([^\]]*)\][^:]*|([^[\]:]*))(?::(.*))?$/.exec(own) ?? [];
  const hostname = brackets ?? word;
  if (hostname === undefined || !/^\d*$/.test(port ?? "") || Number(port) > 65_535) return undefined;
  let host = unquoted(hostname.replace(/^[^%]+/, (letters) => letters.toLowerCase()));
  if (host.includes("/")) host = unquoted(cut(own)[0]);
  const pairs = Object.fromEntries(new URLSearchParams(query));
  const { __extra__: whole = query === "" ? null : pythonJson(pairs) } = pairs;
  return {
    conn_type: type === "postgresql" ? "postgres" : type.replaceAll("-", "_"),
    host: host !== "" && protocol !== undefined ? `${protocol.toLowerCase()}://${host}` : host,
    login: login === undefined ? null : unquoted(login),
    password: password === undefined ? null : unquoted(password),
    port: port ? Number(port) : null,
    schema: unquoted(path),
    extra: whole,
    extra_dejson: whole === null ? {} : (parsed(whole) ?? {}),
  };
}

/** Airflow's `get_uri()`; `undefined` where its extra is no text. */
function uriOf(connection: Attributes): string | undefined {
  const { conn_type: type, host, login, password, port, schema, extra } = connection;
  if (typeof (extra ?? "") !== "string") return undefined;
  const [name = "", protocol] = String(host ?? "")
    .split(/:\/\/(.*)/s, 2)
    .reverse();
  const user = `${login == null ? "" : quoted(login)}${password == null ? "" : `:${quoted(password)}`}`;
  const place = `${user && `${user}@`}${quoted(name)}`;
  const kind = type ? `${String(type).toLowerCase().replaceAll("_", "-")}:` : "";
  const start = `${kind}//${protocol ? `${protocol}://` : ""}${place}${port ? `${place ? ":" : "@:"}${port}` : ""}`;
  const uri = schema ? `${start}/${quoted(schema)}` : start;
  if (!extra) return uri;
  const fields = Object.entries(parsed(extra as string) ?? {});
  const isFlat = fields.length > 0 && fields.every(([, value]) => typeof value === "string");
  const pairs = isFlat ? fields : [["__extra__", extra]];
  const query = pairs.map((pair) => pair.map((part) => quoted(part).replaceAll("%20", "+")).join("="));
  return `${uri}${schema ? "?" : "/?"}${query.join("&")}`;
}

/** The text before the first colon, and the one behind it. */
function cut(text: string): [string, string?] {
  const at = text.indexOf(":");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Python's `unquote`: a percent sign without the two digits of a byte stays. */
function unquoted(text: string): string {
  const value = text.replaceAll("+", "%2B").replaceAll("&", "%26");
  return new URLSearchParams(`=${value}`).get("") ?? "";
}

/** Python's `quote`, of which no other letters are safe. */
function quoted(value: unknown): string {
  const code = (letter: string) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(String(value).toWellFormed()).replace(/[!'()*]/g, code);
}

/** An object of texts as Python's `json.dumps` writes it. */
function pythonJson(texts: Record<string, string>): string {
  const code = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const spaced = JSON.stringify(texts, null, 1).replaceAll("\n", "").replace("{ ", "{");
  return spaced.replace(/[^ -~]/g, code);
}

function parsed(text: string): JsonInput | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
