// The host's time zones, as the core asks for them. No zone data is shipped: the zone data of the user's runtime decides.

/** A longer step misses five zones whose summer time once lasted 6.96 days. */
const PROBE_MS = 6 * 86_400_000;

/** 1 January 1800. No zone changed its clock before: each kept the local time of its city. */
const FIRST_CHANGES_MS = -5_364_662_400_000;

interface TransitionClock {
  readonly offsetNanoseconds: number;
  readonly epochMilliseconds: number;
  getTimeZoneTransition(direction: "next"): TransitionClock | null;
}
interface TemporalLike {
  ZonedDateTime?: new (epochNanoseconds: bigint, timeZone: string) => TransitionClock;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string): Intl.DateTimeFormat {
  let known = formats.get(timeZone);
  if (known === undefined) {
    known = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    formats.set(timeZone, known);
  }
  return known;
}

/** The name of a zone as the host writes it, in whatever case it is given; `undefined` for what is none. */
export function zoneName(timeZone: string): string | undefined {
  try {
    const { timeZone: resolved } = format(timeZone).resolvedOptions();
    const small = timeZone.toLowerCase();
    const listed = [...zoneNames(), resolved].find((name) => name.toLowerCase() === small);
    // A link such as US/Eastern is in no list, and stays what it is; in small letters it is the zone that it leads to.
    return listed ?? (timeZone === small ? resolved : timeZone);
  } catch {
    return undefined;
  }
}

export function zoneNames(): string[] {
  return [...Intl.supportedValuesOf("timeZone"), "UTC"];
}

/** The offset at `from` in seconds, then pairs of an instant and the offset from it on, all in [from, to). */
export function zoneOffsets(timeZone: string, from: number, to: number): Float64Array {
  const { ZonedDateTime } = (globalThis as { Temporal?: TemporalLike }).Temporal ?? {};
  const found =
    ZonedDateTime?.prototype.getTimeZoneTransition === undefined
      ? probe(timeZone, from, to)
      : transitions(new ZonedDateTime(BigInt(from) * 1_000_000n, timeZone), to);
  return Float64Array.from(found);
}

function transitions(start: TransitionClock, to: number): number[] {
  const found = [start.offsetNanoseconds / 1e9];
  let next = start.getTimeZoneTransition("next");
  while (next !== null && next.epochMilliseconds < to) {
    found.push(next.epochMilliseconds, next.offsetNanoseconds / 1e9);
    next = next.getTimeZoneTransition("next");
  }
  return found;
}

function probe(timeZone: string, from: number, to: number): number[] {
  const clock = format(timeZone);
  let at = from;
  let offset = offsetAt(clock, at);
  const found = [offset];
  if (to <= FIRST_CHANGES_MS) return found;
  while (at < to - 1) {
    const next = Math.min(at + PROBE_MS, to - 1);
    if (offsetAt(clock, next) === offset) {
      at = next;
      continue;
    }
    let high = next;
    while (high - at > 1) {
      const middle = at + Math.floor((high - at) / 2);
      if (offsetAt(clock, middle) === offset) at = middle;
      else high = middle;
    }
    at = high;
    offset = offsetAt(clock, at);
    found.push(at, offset);
  }
  return found;
}

/** Reads "11/18/1883, GMT-04:56:02": hours, minutes and, in old times, seconds. "GMT" alone is zero. */
function offsetAt(clock: Intl.DateTimeFormat, at: number): number {
  const text = clock.format(at);
  const sign = text.indexOf("GMT") + 3;
  if (sign >= text.length) return 0;
  const part = (from: number) => Number(text.slice(from, from + 2));
  const seconds = part(sign + 1) * 3600 + part(sign + 4) * 60 + part(sign + 7);
  return text[sign] === "+" ? seconds : -seconds;
}
