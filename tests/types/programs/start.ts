// What a user writes first.
import { expandRange, init } from "dagfill";

const dates: Float64Array = expandRange("@daily", "2024-01-01", new Date(0));
const ready: Promise<void> = init();

export { dates, ready };
