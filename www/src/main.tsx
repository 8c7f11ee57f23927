import "./tokens.css";
import "./page.css";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { ErrorBoundary } from "./ErrorBoundary";
import { startEngine } from "./engine";
import { keepOffline } from "./offline";
import { readHash } from "./url";

async function begin() {
  const root = document.getElementById("root");
  if (!root) return;
  const engine = startEngine();
  // On its way while the engine starts: it is needed when the first plan is there.
  void import("./parts");
  const address = await readHash(location.hash);
  // An address with a plan in it is somebody's own: no sample records are written for it.
  const fresh = location.hash.length < 2;
  createRoot(root).render(
    <ErrorBoundary>
      <App engine={engine} initial={{ ...address, fresh }} />
    </ErrorBoundary>,
  );
  // An open page goes on without a network: what comes later is fetched when the first plan is drawn.
  setTimeout(async () => {
    await Promise.all([
      import("./RunPanel"),
      import("./Share"),
      import("./ComparePanel"),
      import("./BringDialog"),
      import("./flow/DagCanvas"),
    ]);
    await keepOffline();
  }, 1500);
}

void begin();
