// A connection URI as Airflow reads it: `postgres://login:password@host:5432/schema?sslmode=require`.
import type { JsonInput } from "../json.js";

/** The connection's attributes by Airflow's names; `undefined` where the text is no URI. The query is `extra`, as JSON text, and
 *  `extra_dejson`, as an object. */
export function connectionOf(text: string): Record<string, JsonInput> | undefined {
  if (!text.includes("://") || !URL.canParse(text)) return undefined;
  const { protocol, hostname, username, password, port, pathname, searchParams } = new URL(text);
  const extra = Object.fromEntries(searchParams);
  const { __extra__: whole = JSON.stringify(extra) } = extra;
  const type = protocol.slice(0, -1).replaceAll("-", "_");
  return {
    conn_type: type === "postgresql" ? "postgres" : type,
    host: plain(hostname),
    login: plain(username),
    password: plain(password),
    port: port === "" ? null : Number(port),
    schema: plain(pathname.slice(1)),
    extra: whole,
    extra_dejson: parsed(whole) ?? extra,
  };
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parsed(text: string): JsonInput | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
