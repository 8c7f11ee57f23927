/** Resolves when the words of the document are on the screen. The page's own work would put that off, and nobody would see anything before it
 *  has ended. A tab in the background is not painted: there it resolves at once. */
export function painted(): Promise<void> {
  if (document.visibilityState === "hidden") return Promise.resolve();
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
