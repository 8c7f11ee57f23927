// Comma-separated values as RFC 4180 describes them, with any line ending: what psql, Airflow's CLI and spreadsheets write.

/** Rows as objects by the names of the first line; an empty field and \N are absent. */
export function csvRows(text: string): Record<string, string>[] {
  const [names, ...lines] = records(text);
  if (names === undefined) return [];
  const keys = names.map((name) => name.trim().toLowerCase());
  return lines.map((fields) => {
    const row: Record<string, string> = Object.create(null);
    for (const [at, key] of keys.entries()) {
      const value = fields[at];
      if (value !== undefined && value !== "" && value !== "\\N") row[key] = value;
    }
    return row;
  });
}

function records(text: string): string[][] {
  const lines: string[][] = [];
  // A byte-order mark is no part of the first name.
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const separator = separatorOf(text);
  let fields: string[] = [];
  while (at < text.length) {
    const [field, end] = text[at] === '"' ? quoted(text, at + 1) : plain(text, at, separator);
    fields.push(field);
    const mark = text[end];
    at = end + 1;
    if (mark === separator) {
      if (at >= text.length) fields.push("");
      continue;
    }
    if (mark === "\r" && text[at] === "\n") at += 1;
    if (fields.length > 1 || fields[0] !== "") lines.push(fields);
    fields = [];
  }
  if (fields.length > 0) lines.push(fields);
  return lines;
}

/** Comma, semicolon or tab: whichever the first line has. */
function separatorOf(text: string): string {
  const end = text.indexOf("\n");
  const first = end < 0 ? text : text.slice(0, end);
  return [",", ";", "\t"].find((mark) => first.includes(mark)) ?? ",";
}

/** A field up to the separator or the end of its line, and where that is. */
function plain(text: string, from: number, separator: string): [string, number] {
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return [text.slice(from, end), end];
}

/** A field in quotes, in which a doubled quote is a quote. */
function quoted(text: string, from: number): [string, number] {
  let value = "";
  for (let at = from; ; ) {
    const end = text.indexOf('"', at);
    if (end < 0) return [value + text.slice(at), text.length];
    value += text.slice(at, end);
    if (text[end + 1] !== '"') return [value, end + 1];
    value += '"';
    at = end + 2;
  }
}
