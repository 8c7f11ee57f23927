// Imports of the packages in this folder by name, for programs that this repository's own node_modules has none for. Imported first, or by
// `node --import`.
import { registerHooks } from "node:module";

const names = new Set(["bullmq", "ioredis", "pg"]);
const parentURL = import.meta.url;

registerHooks({
  resolve: (name, context, next) => next(name, names.has(name) ? { ...context, parentURL } : context),
});
