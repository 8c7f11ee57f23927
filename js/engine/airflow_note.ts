// The note of a DAG run of Airflow: one line of it says for which attempt the run runs, and the rest is the user's.

const LINE = /^dagfill \S+( canceled)?$/;
/** Airflow refuses longer ones. */
const LONGEST = 1_000;

/** Whether a note names the attempt of this key. */
export function namesKey(note: string | null | undefined, key: string): boolean {
  return linesOf(note).some((line) => line === `dagfill ${key}` || line === `dagfill ${key} canceled`);
}

export function saysCanceled(note: string | null | undefined): boolean {
  return linesOf(note).some((line) => LINE.test(line) && line.endsWith(" canceled"));
}

/** The note with our line behind the user's own text. Where both are too long, the end of that text is left out. */
export function noteWith(note: string | null | undefined, text: string): string {
  const ours = `dagfill ${text}`;
  const own = linesOf(note)
    .filter((line) => !LINE.test(line))
    .join("\n")
    .trimEnd();
  if (own === "") return ours;
  const room = LONGEST - ours.length - 1;
  return `${own.length > room ? `${own.slice(0, room - 1)}…` : own}\n${ours}`;
}

function linesOf(note: string | null | undefined): string[] {
  return (note ?? "").split("\n").map((line) => line.trimEnd());
}
