// The calls that a contract makes of the store or the engine under test: a failure names the last one, what was expected of it, and what came.
import { difference, errorText, printed } from "./printed.js";

/** The assertions of the host, such as those of `node:assert/strict`. */
export interface Assertions {
  ok(value: unknown, message?: string): void;
  equal(actual: unknown, expected: unknown, message?: string): void;
  deepEqual(actual: unknown, expected: unknown, message?: string): void;
}

export interface Call {
  /** As in `store.listRuns({ dagId: "sales" })`. */
  text: string;
  args: readonly unknown[];
  /** Its result or error; absent until it has settled. */
  answer?: { value: unknown } | { error: unknown };
}

/** How an object is traced. */
export interface Tracing {
  /** The object's name in texts. */
  name: string;
  /** Its methods that return no promise. */
  immediate?: readonly string[];
  /** The arguments of a call as its text shows them. */
  shown?: (method: string, args: readonly unknown[]) => string | undefined;
  /** Throws for an answer of the wrong shape, with what was expected and got. */
  check?: (method: string, value: unknown) => void | Promise<void>;
  /** The value that the suite gets for an answer. */
  passed?: (method: string, value: unknown, args: readonly unknown[]) => unknown;
}

/** The calls of one test. */
export class Calls {
  readonly #assert: Assertions;
  #last: Call | undefined;
  readonly #made = new WeakMap<object, Call>();
  /** Errors whose message says all. */
  readonly #told = new WeakSet<object>();

  constructor(assert: Assertions) {
    this.#assert = assert;
  }

  /** The object, whose calls are noted. */
  traced<T extends object>(target: T, tracing: Tracing): T {
    return new Proxy(target, {
      get: (_, member) => {
        const value = (target as Record<PropertyKey, unknown>)[member];
        if (typeof value !== "function" || typeof member !== "string") return value;
        const call = (...args: unknown[]) => value.apply(target, args);
        if (tracing.immediate?.includes(member)) return call;
        return (...args: unknown[]) => this.#call(member, args, call, tracing);
      },
    });
  }

  #call(
    method: string,
    args: unknown[],
    make: (...args: unknown[]) => unknown,
    { name, shown, check, passed }: Tracing,
  ): Promise<unknown> {
    const text = `${name}.${method}(${shown?.(method, args) ?? args.map((arg) => printed(arg)).join(", ")})`;
    const call: Call = { text, args };
    this.#last = call;
    let made: unknown;
    try {
      made = make(...args);
    } catch (error) {
      this.fail(`${text}: expected a promise, got an error thrown at once: ${errorText(error)}`);
    }
    if (typeof (made as PromiseLike<unknown> | undefined)?.then !== "function")
      this.fail(`${text}: expected a promise, got ${printed(made)}`);
    const answered = (made as Promise<unknown>).then(
      async (value) => {
        call.answer = { value };
        try {
          await check?.(method, value);
        } catch (error) {
          const thrown = error as Error;
          thrown.message = `${text}: ${thrown.message}`;
          this.#told.add(thrown);
          throw thrown;
        }
        return passed === undefined ? value : passed(method, value, args);
      },
      (error) => {
        call.answer = { error };
        throw error;
      },
    );
    // A test that has failed waits for it no longer.
    answered.catch(() => {});
    this.#made.set(answered, call);
    return answered;
  }

  /** The call that returned a promise, else the last one. */
  of(promise: unknown): Call {
    const made = typeof promise === "object" && promise !== null ? this.#made.get(promise) : undefined;
    return made ?? this.#last ?? { text: "before the first call", args: [] };
  }

  /** Fails with a message that says all. */
  fail(message: string): never {
    this.#noted(() => this.#assert.ok(false, message));
    throw new Error(message);
  }

  #noted(assertion: () => void): void {
    try {
      assertion();
    } catch (error) {
      if (typeof error === "object" && error !== null) this.#told.add(error);
      throw error;
    }
  }

  /** The host's assertions, whose failures name the last call and the place of the difference. `what`: what is compared, where it is not the
   *  call's answer. */
  get checks(): Assertions {
    const compared = (how: "equal" | "deepEqual") => (actual: unknown, expected: unknown, what?: string) => {
      try {
        this.#assert[how](actual, expected);
      } catch {
        const about = what === undefined ? "" : `${what}: `;
        const message = `${this.of(undefined).text}: ${about}${difference(actual, expected)}`;
        this.#noted(() => this.#assert[how](actual, expected, message));
      }
    };
    return {
      ok: (value, what = "expected a true value") => {
        if (!value) this.fail(`${this.of(undefined).text}: ${what}`);
      },
      equal: compared("equal"),
      deepEqual: compared("deepEqual"),
    };
  }

  /** Whether the message of an error says all. */
  hasTold(error: unknown): boolean {
    return typeof error === "object" && error !== null && this.#told.has(error);
  }

  /** An error of a test with the call that it is about. */
  explained(error: unknown): unknown {
    if (this.hasTold(error)) return error;
    const { text, answer } = this.of(undefined);
    if (answer !== undefined && "error" in answer && answer.error === error)
      return new Error(`${text}: expected it to fulfil, got ${errorText(error)}`, { cause: error });
    const gave =
      answer === undefined
        ? ""
        : "error" in answer
          ? `, which rejected with ${errorText(answer.error)}`
          : `, which gave ${printed(answer.value)}`;
    return new Error(`after ${text}${gave}: expected the test to go on, got ${errorText(error)}`, {
      cause: error,
    });
  }
}
