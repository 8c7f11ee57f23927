// The entry `dagfill/engine/bullmq`: runs and tasks on any number of machines, by BullMQ on Redis or PostgreSQL.

export type { BullOptions } from "./bullmq/bull_options.js";
export { bullmqEngine } from "./bullmq/bullmq_engine.js";
export { bullmqWorker } from "./bullmq/bullmq_worker.js";
export type { Engine, EngineJob } from "./engine.js";
export type { EngineWorker, WorkerEvent, WorkerOptions } from "./worker_options.js";
