import "./tokens.css";
import "./page.css";
import { preloadWorker } from "dagfill/planning";
import "./engine/coreFile";
import { painted } from "./painted";

/** The document starts this script alone, which lets the words of the document be painted first. The other scripts are loaded meanwhile, and the
 *  worker starts while the page's own code is read. */
async function begin() {
  await painted();
  preloadWorker();
  const { start } = await import("./main");
  await start();
}

/** Without the page's code there is nothing else that could say so. */
function refuse(thrown: unknown) {
  const line = document.querySelector("#root .headline");
  if (line === null) return;
  line.setAttribute("role", "alert");
  line.textContent = `The page could not be loaded: ${thrown instanceof Error ? thrown.message : thrown}. Reload it to try again.`;
}

begin().catch(refuse);
