import { startTransition } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { ErrorBoundary } from "./ErrorBoundary";
import { Engine } from "./engine/engine";
import { keepOffline } from "./offline";
import { readHash } from "./url";

/** Asks for the first plan, and draws the page while the worker makes it. */
export async function start() {
  const root = document.getElementById("root");
  if (!root) return;
  const address = await readHash(location.hash);
  const opening = Engine.open(address.draft);
  // An address with a plan in it is somebody's own: no sample records are written for it.
  const fresh = location.hash.length < 2;
  const page = (
    <ErrorBoundary>
      <App opening={opening} initial={{ ...address, fresh }} />
    </ErrorBoundary>
  );
  // A transition is drawn in small steps: between them the store is opened, and read for the plan.
  startTransition(() => createRoot(root).render(page));
  void import("./parts");
  // An open page goes on without a network: what comes later is fetched when the first plan is drawn.
  setTimeout(async () => {
    // Without a network they are asked for again when they are needed.
    await Promise.allSettled([
      import("./RunPanel"),
      import("./Share"),
      import("./ComparePanel"),
      import("./BringDialog"),
      import("./flow/DagCanvas"),
      import("./engine/bring"),
      import("./engine/compare"),
      import("./engine/export"),
      import("./engine/report"),
    ]);
    await keepOffline();
  }, 1500);
}
