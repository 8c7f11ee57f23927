// Values of Airflow's JSON, taken out of their envelopes.
import { asNumber, asObject, asText, type Fields } from "./json_values.js";

/** Members that both forms have; older forms begin with an underscore. */
export function member(fields: Fields, name: string): unknown {
  return plain(fields[name] ?? fields[`_${name}`]);
}

/** A value without its envelope: Airflow wraps values for which JSON has no type. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  const object = asObject(value);
  if (object === undefined) return value;
  if (asText(object.__type)?.toLowerCase() === "relativedelta")
    return relativeDelta(asObject(object.__var) ?? object);
  if ("__var" in object && "__type" in object) {
    return asText(object.__type) === "timedelta"
      ? { ms: (asNumber(object.__var) ?? 0) * 1000 }
      : plain(object.__var);
  }
  if (asText(object.__type) === "TimeDelta") {
    const [days, seconds] = [asNumber(object.days) ?? 0, asNumber(object.seconds) ?? 0];
    return { ms: days * 86_400_000 + seconds * 1000 };
  }
  return Object.fromEntries(Object.entries(object).map(([name, inner]) => [name, plain(inner)]));
}

/** dateutil's relativedelta; `ms` is absent where it has parts that no period says. */
export function relativeDelta(delta: Fields): Fields {
  const part = (name: string) => asNumber(delta[name]) ?? 0;
  const months = part("years") * 12 + part("months");
  const hours = part("days") * 24 + part("hours");
  const ms = ((hours * 60 + part("minutes")) * 60 + part("seconds")) * 1000 + part("microseconds") / 1000;
  const names = ["year", "month", "day", "weekday", "hour", "minute", "second", "microsecond"];
  const isFixed = names.some((name) => delta[name] !== undefined && delta[name] !== null);
  return isFixed || part("leapdays") !== 0 || (months !== 0 && ms !== 0)
    ? {}
    : months === 0
      ? { ms }
      : { months };
}
