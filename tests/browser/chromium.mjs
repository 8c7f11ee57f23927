// A page of the test browser. Chromium is named by $CHROMIUM, else it is Debian's; `npm test` installs that.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { chromiumArguments } from "../../scripts/chromium.mjs";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** The reason to skip where there is no browser; false where there is one. CI must have one. */
export const withoutBrowser =
  !existsSync(executablePath) && process.env.CI !== "true" ? `no Chromium at ${executablePath}` : false;

/** A browser of its own, with an empty profile. Close it in `after`. */
export function openBrowser(options = {}) {
  return chromium.launch({ executablePath, args: chromiumArguments, ...options });
}
