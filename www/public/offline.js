// The page's service worker: what was loaded once opens again without a network.
const KEPT = "dagfill-page";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// What the page had loaded before this worker was there.
self.addEventListener("message", (event) => {
  event.waitUntil(keep(event.data).then(() => event.source.postMessage("kept")));
});

async function keep(addresses) {
  const cache = await caches.open(KEPT);
  // Files of earlier versions have other names: they are never asked for again.
  for (const { url } of await cache.keys()) if (!addresses.includes(url)) await cache.delete(url);
  await Promise.all(
    addresses.map(async (url) => {
      if (!(await cache.match(url))) await cache.add(url).catch(() => {});
    }),
  );
}

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && new URL(url).origin === self.location.origin) event.respondWith(answer(event.request));
});

/** Files under assets/ have their content's hash in the name. All others may have changed: the server is asked first. */
async function answer(request) {
  const cache = await caches.open(KEPT);
  const url = request.url.split("#")[0];
  const kept = await cache.match(url);
  if (kept && url.includes("/assets/")) return kept;
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(url, response.clone());
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
