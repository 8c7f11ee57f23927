// What tests need of the machine beside the toolchain (a browser, servers): whether its absence is a failure.

/** CI must have every service; elsewhere what is not there is not tested. DAGFILL_REQUIRE_SERVICES=0|1 decides otherwise. */
export function servicesRequired(env = process.env) {
  const asked = env.DAGFILL_REQUIRE_SERVICES;
  if (asked === "0" || asked === "1") return asked === "1";
  if (asked !== undefined) throw new Error(`DAGFILL_REQUIRE_SERVICES: expected 0 or 1, got ${asked}`);
  return env.CI === "true";
}

/** The reason of a skipped test that lacks a service: `npm test` gathers these at its end. */
export function notTested(service, missing) {
  return `NOT TESTED: ${service}: ${missing}`;
}

/** The reasons of `notTested` in what a test program printed. */
export function notTestedIn(output) {
  return [...new Set([...output.matchAll(/# (NOT TESTED: .*)$/gm)].map(([, reason]) => reason.trim()))];
}
