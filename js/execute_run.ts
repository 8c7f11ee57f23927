// One attempt of one run by the host's callback.
import type { Executor } from "./executor.js";
import type { ExecuteRun, RunContext } from "./run_context.js";

/** An executor that calls `execute`. Whatever it returns or throws, `settle` is called once for it. */
export function runCallback(execute: ExecuteRun): Executor {
  return ({ context, settle }) => {
    let returned: unknown;
    try {
      returned = execute(context as unknown as RunContext);
    } catch (error) {
      settle(false, error);
      return undefined;
    }
    // Promise.resolve also takes promises of other realms, and a `then` that throws.
    Promise.resolve(returned).then(
      (value) => settle(true, value),
      (error: unknown) => settle(false, error),
    );
    return undefined;
  };
}
