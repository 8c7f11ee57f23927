// Words of the command lines that hints tell the user to type.
import { hasPassword, withoutPassword } from "./server_url.js";

/** Where runs are kept and executed, as the command line said it. */
interface Servers {
  store?: unknown;
  engine?: unknown;
}

/** A text as a word of a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The flags for a store and an engine that were named, with a space before each and without passwords. The default store needs none. */
export function serverFlags({ store, engine }: Servers): string {
  const flag = (name: string, value: unknown) =>
    typeof value === "string" ? ` --${name} ${quoted(withoutPassword(value))}` : "";
  return flag("store", store) + flag("engine", engine);
}

/** The variables that give the passwords which `serverFlags` leaves out, for the text before such a line. Empty where it leaves out none. */
export function passwordNote({ store, engine }: Servers): string {
  const variables = [
    ...(hasPassword(store) ? ["PGPASSWORD"] : []),
    ...(hasPassword(engine) ? ["REDISCLI_AUTH"] : []),
  ];
  if (variables.length === 0) return "";
  return ` (with the password${variables.length === 1 ? "" : "s"} in ${variables.join(" and ")})`;
}

/** A hint: the purpose, such as "to continue it", and the line to type for it, of which `command` is the part between dagfill and the servers' flags. */
export function typedLine(purpose: string, command: string, servers: Servers): string {
  return `${purpose}${passwordNote(servers)}: dagfill ${command}${serverFlags(servers)}`;
}

/** The flag that chooses a DAG, with a space before it. An id that is too long for a line is left out. */
export function dagFlag(dagId: string): string {
  return dagId.length > 200 ? "" : ` --dag-id ${quoted(dagId)}`;
}
