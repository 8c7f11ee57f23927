// Finds the browser that tests run in; on Debian as root it installs the one of the distribution, unless
// DAGFILL_REQUIRE_SERVICES=0 says that tests may do without.
import { existsSync } from "node:fs";
import { ask, run, say } from "./process.mjs";

/** Paths of Chromium and its driver, or null where there is none. $CHROMIUM and $CHROMEDRIVER name others. */
export async function chromium() {
  const found = () => {
    const browser = process.env.CHROMIUM ?? "/usr/bin/chromium";
    const driver = process.env.CHROMEDRIVER ?? "/usr/bin/chromedriver";
    return existsSync(browser) ? { browser, driver: existsSync(driver) ? driver : null } : null;
  };
  const present = found();
  if (present?.driver || process.env.CHROMIUM) return present;
  if (process.env.DAGFILL_REQUIRE_SERVICES === "0") return present;
  if (process.getuid?.() !== 0 || ask("apt-get", ["--version"]) === null) return present;
  say("installing Debian's chromium and chromium-driver for the browser tests (about a minute)");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update"], { quiet: true, env });
  const packages = ["chromium", "chromium-driver"];
  await run("apt-get", ["install", "-y", "--no-install-recommends", ...packages], { quiet: true, env });
  return found();
}

/** Arguments that keep a headless Chromium to itself: no sandbox as root, no talk to servers. */
export const chromiumArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
