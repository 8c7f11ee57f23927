// Assertions for suites that run in a page.

/** The few assertions that the contract asks for. */
export const assert = {
  ok(value, message = "expected a true value") {
    if (!value) throw new Error(message);
  },
  equal(actual, expected, message = "") {
    if (!Object.is(actual, expected))
      throw new Error(`${message} expected ${String(expected)}, got ${String(actual)}`);
  },
  deepEqual(actual, expected, message = "") {
    const [a, e] = [written(actual), written(expected)];
    if (a !== e) throw new Error(`${message} expected ${e}\n     got ${a}`);
  },
};

/** A text that two values share when they are deeply equal: members sorted, and `undefined` members kept apart from absent ones. */
function written(value) {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}: ${written(value[key])}`).join(", ")}}`;
}
