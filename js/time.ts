// Instants as text. Dates are parsed in Rust; they are formatted here, because that is needed for every row.

const TWO = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));
const DAY_MS = 86_400_000;

/** Texts that were written last: neighbours share their day, and what happens in one turn shares its instant. */
let lastDay = Number.NaN;
let dayText = "";
let lastInstant = Number.NaN;
let instantText = "";

/** Milliseconds since 1970 as `YYYY-MM-DDTHH:MM:SSZ`, with milliseconds only when they are not zero. */
export function iso(ms: number): string {
  if (ms === lastInstant) return instantText;
  const day = Math.floor(ms / DAY_MS);
  if (day !== lastDay) {
    // Years beyond 9999 have a sign and six digits, so the text is cut from its end.
    dayText = new Date(day * DAY_MS).toISOString().slice(0, -"00:00:00.000Z".length);
    lastDay = day;
  }
  const rest = ms - day * DAY_MS;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  const fraction = rest - seconds * 1000;
  const tail = fraction === 0 ? "Z" : `.${String(fraction).padStart(3, "0")}Z`;
  const time = `${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}`;
  instantText = dayText + time + tail;
  lastInstant = ms;
  return instantText;
}
