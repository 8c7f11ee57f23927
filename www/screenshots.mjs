// Pictures of every state of the built page, and of every component in its states, for people to look at: `npm run screenshots` in this
// folder, into ./screenshots or $SCREENSHOTS; names after it take only those. Each is taken light, dark and
// 390 px wide, and in forced colours where colours show states. The states are those that axe is run on.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openBrowser } from "../tests/browser/chromium.mjs";
import {
  components,
  elementsDrawn,
  inEveryState,
  serveGallery,
} from "../tests/browser/components-gallery.mjs";
import { serve } from "../tests/browser/server.mjs";
import { buildPage, planned, policy, www } from "../tests/browser/www-page.mjs";
import { addressOf, phone, states } from "../tests/browser/www-states.mjs";

const folder = process.env.SCREENSHOTS ?? join(www, "screenshots");
mkdirSync(folder, { recursive: true });
await buildPage();
const browser = await openBrowser();
const page = await serve({ folder: join(www, "dist"), headers: { "content-security-policy": policy } });
const gallery = await serveGallery();
const desktop = { viewport: { width: 1380, height: 900 } };
const forced = { ...desktop, forcedColors: "active" };
const looks = { light: desktop, dark: { ...desktop, colorScheme: "dark" }, phone, forced };
/** The states of the page that come in forced colours, too. */
const forcedStates = [
  "plan",
  "running",
  "failed",
  "compare",
  "failures in dense days",
  "interrupted",
  "cancel dialog",
];

/** States that axe is not run on: a page before its scripts, one that cannot run. */
const others = {
  "before any script": { options: { javaScriptEnabled: false }, isPlanned: false, bring: async () => {} },
  "no WebAssembly": {
    // The service worker has what was loaded before.
    options: { serviceWorkers: "block" },
    isPlanned: false,
    bring: async (tab) => {
      await tab.route("**/*.wasm", (route) => route.fulfill({ status: 404 }));
      await tab.reload();
      await tab.getByTestId("refused").waitFor();
    },
  },
};

const asked = process.argv.slice(2);
async function shoot(name, url, state, wanted = Object.keys(looks)) {
  if (asked.length > 0 && !asked.includes(name)) return;
  for (const look of wanted) {
    if (look === "phone" ? state.isDesktop : state.isPhone) continue;
    const context = await browser.newContext({ ...looks[look], ...state.options });
    try {
      const tab = await context.newPage();
      tab.setDefaultTimeout(60_000);
      if (state.prepare) await tab.addInitScript(state.prepare);
      tab.on("pageerror", (error) => console.error(`${name}: ${error}`));
      await tab.goto(url);
      if (state.isPlanned !== false) await planned(tab);
      await state.bring(tab);
      // Colours and the graph come to rest.
      await tab.waitForTimeout(600);
      const file = `${name.replaceAll(/[ ,]+/g, "-")}-${look}.png`;
      // A dialog lies over what is in sight alone.
      const fullPage = (await tab.locator("dialog[open]").count()) === 0;
      await tab.screenshot({ path: join(folder, file), fullPage });
      console.log(join(folder, file));
    } catch (error) {
      console.error(`${name}, ${look}: ${error.message.split("\n").slice(0, 4).join(" ")}`);
      process.exitCode = 1;
    } finally {
      await context.close();
    }
  }
}

for (const [name, state] of Object.entries({ ...states, ...others })) {
  const wanted = Object.keys(looks).filter((look) => look !== "forced" || forcedStates.includes(name));
  await shoot(name, `${page.origin}/${addressOf(state)}`, state, wanted);
}
for (const name of components)
  await shoot(name, gallery.addressOf(name), { isPlanned: false, bring: inEveryState });
await shoot("elements", gallery.elements, { isPlanned: false, bring: elementsDrawn });
await browser.close();
await page.close();
await gallery.close();
