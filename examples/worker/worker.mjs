// A Cloudflare Worker that previews a DAG: post `{ "dag": ..., "options": { "startDate": ..., "endDate": ... } }`, and read what would run.
//
//   npx wrangler dev examples/worker/worker.mjs --compatibility-date 2026-01-01
//
// Workers compile WebAssembly ahead of time; the package's entry for the condition `workerd` imports its module the way they want it.
import { DagfillError, planBackfill } from "dagfill";

export default {
  async fetch(request) {
    if (request.method !== "POST")
      return Response.json({ message: "post a DAG and options" }, { status: 405 });
    const body = await request.json().catch(() => null);
    if (typeof body?.dag !== "object" || typeof body?.options !== "object") {
      const message = 'expected JSON such as { "dag": { ... }, "options": { ... } }';
      return Response.json({ code: "INVALID_JSON", message }, { status: 400 });
    }
    try {
      // A Worker has 128 MB and little time: no plan above 10,000 runs.
      const options = { ...body.options, maxRuns: Math.min(body.options?.maxRuns ?? 10_000, 10_000) };
      const { dagId, planHash, counts, warnings, runs } = planBackfill(
        body.dag,
        options,
        body.existing ?? [],
      );
      return Response.json({ dagId, planHash, counts, warnings, runs });
    } catch (error) {
      if (!(error instanceof DagfillError)) throw error;
      const { code, message, field, hint } = error;
      return Response.json({ code, message, field, hint }, { status: 400 });
    }
  },
};
