// The URL of a database of PostgreSQL, read before `pg` reads it: what is wrong with it is said without its password.
import { DagfillError } from "../error.js";

/** Refuses a URL that `pg` would take for something else, and takes the schema out of it: `pg` ignores what it does not know. */
export function readPostgresUrl(text: string): { url: string; schema?: string } {
  const [, scheme, slashes] = /^([a-z][a-z\d+.-]*):(\/\/)?/i.exec(text) ?? [];
  const isKnown = /^postgres(ql)?$/i.test(scheme ?? "") ? slashes !== undefined : scheme === "socket";
  if (scheme !== undefined && !isKnown)
    throw wrongUrl(
      "a URL that begins with postgres://",
      `${scheme}:${slashes ?? ""}`,
      "did you mean postgres://?",
    );
  const [, authority = "", path = ""] = /^[a-z]+:\/\/([^/?#]*)([^?]*)/i.exec(text) ?? [];
  const port = /:([^:\]]*)$/.exec(authority.slice(authority.lastIndexOf("@") + 1))?.[1];
  const isPort = !port || (/^\d+$/.test(port) && Number(port) <= 65_535);
  // A later "@" says that this is the beginning of a password, which no message may have.
  if (!authority.includes("@") && (path.includes("@") || (!isPort && text.includes("@"))))
    throw wrongUrl(
      "an @ behind the user and the password",
      "one behind a /, ? or #",
      "in a password / is written as %2F, ? as %3F and # as %23; in the name of a database @ as %40",
    );
  if (!isPort) throw wrongUrl("a port from 0 to 65535 in the URL", JSON.stringify(port));
  return withoutSchema(text);
}

function wrongUrl(expected: string, got: string, hint?: string): DagfillError {
  const message = `pool: expected ${expected}, got ${got}`;
  return new DagfillError("INVALID_OPTION", message, {
    field: "pool",
    ...(hint === undefined ? {} : { hint }),
  });
}

function withoutSchema(text: string): { url: string; schema?: string } {
  const at = text.indexOf("?");
  if (at < 0) return { url: text };
  const [parameters = "", ...fragment] = text.slice(at + 1).split("#");
  const known = parameters.split("&");
  const isSchema = (part: string) => part === "schema" || part.startsWith("schema=");
  const own = known.find(isSchema);
  if (own === undefined) return { url: text };
  const schema = new URLSearchParams(own).get("schema");
  if (!schema) throw wrongUrl("a name in ?schema=NAME", "none");
  const rest = known.filter((part) => !isSchema(part)).join("&");
  return { url: [text.slice(0, at) + (rest === "" ? "" : `?${rest}`), ...fragment].join("#"), schema };
}
