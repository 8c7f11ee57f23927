/** Lets the page open again without a network. Not essential: a browser that refuses goes on without it. */
export async function keepOffline() {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("./offline.js");
    const { active } = await navigator.serviceWorker.ready;
    const here = `${location.origin}${location.pathname}`;
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name.split("#")[0] as string);
    const own = loaded.filter((url) => url.startsWith(location.origin) && !url.endsWith("/offline.js"));
    navigator.serviceWorker.addEventListener("message", () => {
      document.documentElement.dataset.offline = "kept";
    });
    active?.postMessage([...new Set([here, ...own])]);
  } catch {
    // Storage may be blocked, or the page not be served over https.
  }
}
