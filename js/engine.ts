// The entry `dagfill/engine`: what an engine is, and what engines share.
export { defineEngine } from "./engine/define_engine.js";
export type { Engine, EngineJob, EngineState, EngineStatus } from "./engine/engine.js";
export { jobRunner } from "./engine/worker.js";
export type { EngineWorker, WorkerEvent, WorkerOptions } from "./engine/worker_options.js";
export type { JobData, JobTask } from "./run/attempt/run_context.js";
