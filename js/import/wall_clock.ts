// The instant of a date of another system, read by the clock of its zone.
import { expandRange } from "../face.js";

/** The first instant of a day, or that of a time without an offset; `undefined` for what is no date, and for a zone that is not known. */
export function instantIn(timeZone: string, text: string): number | undefined {
  try {
    return expandRange({ dates: [text] }, "0001-01-01", "9999-12-31", { timeZone })[0];
  } catch {
    return undefined;
  }
}
