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
  await import("./main");
}

void begin();
