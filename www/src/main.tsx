import { createRoot } from "react-dom/client";
import { App } from "./App";
import { ErrorBoundary } from "./ErrorBoundary";
import { keepOffline } from "./offline";
import { type Address, readHash } from "./url";

async function start(address: Promise<Address>) {
  const { Engine, ...read } = await import("./engine/engine");
  return { engine: await Engine.open((await address).draft), read };
}

async function begin() {
  const root = document.getElementById("root");
  if (!root) return;
  // The engine and the drawing code are loaded while the form is painted.
  const reading = readHash(location.hash);
  const opening = start(reading);
  void import("./parts");
  const address = await reading;
  // An address with a plan in it is somebody's own: no sample records are written for it.
  const fresh = location.hash.length < 2;
  createRoot(root).render(
    <ErrorBoundary>
      <App opening={opening} initial={{ ...address, fresh }} />
    </ErrorBoundary>,
  );
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

void begin();
