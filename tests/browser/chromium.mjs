// A page of the test browser. Chromium is named by $CHROMIUM, else it is Debian's; `npm test` installs that.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { chromiumArguments } from "../../scripts/chromium.mjs";
import { notTested, servicesRequired } from "../../scripts/services.mjs";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** The reason to skip where there is no browser and none is required; else false. */
export const withoutBrowser =
  !existsSync(executablePath) && !servicesRequired()
    ? notTested("browser", `no Chromium at ${executablePath}`)
    : false;

/** A browser of its own, with an empty profile; `args` are further ones. Close it in `after`; in a test, by `t.after` at once. */
export function openBrowser({ args = [], ...options } = {}) {
  return chromium.launch({ executablePath, args: [...chromiumArguments, ...args], ...options });
}
