// One attempt of one run by the host's callback.
import type { Executor } from "./executor.js";
import type { ExecuteRun, RunContext } from "./run_context.js";

/** An executor that calls `execute`. Whatever that returns or throws, the attempt is settled once. */
export function runCallback(execute: ExecuteRun): Executor {
  return {
    execute: ({ context, call, settle }) => {
      try {
        // Promise.resolve also takes promises of other realms, and a `then` that throws. A promise with a `then` or a
        // constructor of its own may throw here as well.
        Promise.resolve(call(() => execute(context as unknown as RunContext))).then(
          (value) => settle(true, value),
          (error: unknown) => settle(false, error),
        );
      } catch (error) {
        settle(false, error);
      }
      return undefined;
    },
  };
}
