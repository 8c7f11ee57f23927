// One import of each module outside of a bundle. esbuild keeps an import for each file that has one, under names of their own: for the
// components these are 90 statements, and 2 % of the compressed file.

const statement = /^import \{([^}]*)\} from "([^"]*)";$/gm;

/** A plugin after which a bundle with these options of esbuild imports each module outside of it once. */
export async function oneImport(esbuild, options) {
  // The names that it imports are known when it has been made.
  const { outputFiles } = await esbuild.build({
    ...options,
    format: "esm",
    sourcemap: false,
    metafile: false,
    write: false,
  });
  const names = new Map();
  for (const [, list, path] of outputFiles[0].text.matchAll(statement)) {
    const own = names.get(path) ?? new Set();
    for (const part of list.split(",")) own.add(part.trim().split(" as ")[0]);
    names.set(path, own);
  }
  return {
    name: "one-import",
    setup(build) {
      build.onLoad({ filter: /^/, namespace: "one-import" }, ({ path }) => ({
        contents: `export { ${[...names.get(path)].sort().join(", ")} } from ${JSON.stringify(path)};`,
        resolveDir: "/",
      }));
      build.onResolve({ filter: /^/ }, async ({ path, pluginData, namespace, ...more }) => {
        if (namespace === "one-import") return { path, external: true };
        if (pluginData === "one-import") return undefined;
        const found = await build.resolve(path, { ...more, namespace, pluginData: "one-import" });
        return found.external && names.has(found.path)
          ? { path: found.path, namespace: "one-import" }
          : found;
      });
    },
  };
}
