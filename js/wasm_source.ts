// Where the wasm module comes from, and the error for each reason why it cannot start.
import { DagfillError } from "./error.js";
import { failure } from "./failure.js";

/** The module's bytes, or the compiled module. */
export type WasmSource = BufferSource | WebAssembly.Module;

const HOW_TO_SERVE =
  'serve the file "dagfill/dagfill.wasm" there with the media type application/wasm; in Node hand over its bytes, ' +
  "such as await init(readFileSync(path))";

function refused(message: string, hint: string, cause?: unknown): DagfillError {
  return new DagfillError("WASM_UNAVAILABLE", message, { hint, cause });
}

/** The error of a call before the module is there. */
export function noModule(): DagfillError {
  return refused(
    "expected the wasm module before the first call, got none",
    'with "dagfill/slim", await init(source) first; "dagfill" needs no init',
  );
}

/** Bytes or a module. A bundler that took the entry of another host hands over something else. */
export function checkedSource(source: unknown): WasmSource {
  needWebAssembly();
  if (isModule(source)) return source;
  if (!ArrayBuffer.isView(source) && Object.prototype.toString.call(source) !== "[object ArrayBuffer]") {
    throw refused(
      `expected the bytes of the wasm module or a WebAssembly.Module, got ${kindOf(source)}`,
      'the entry for the condition "workerd" is only for hosts that compile .wasm imports ahead: elsewhere let the bundler ' +
        'take the condition "import" or "require"',
    );
  }
  return source as unknown as BufferSource;
}

/** The compiled module of what `init` was given: bytes, a module, a response, a URL, or a promise of one of these. */
export async function compiled(from: unknown): Promise<WebAssembly.Module> {
  needWebAssembly();
  const module = await compiledOf(await fetched(from));
  if (WebAssembly.Module.exports(module).some(({ name }) => name === "setHost")) return module;
  throw refused("expected the wasm module, got that of another program", HOW_TO_SERVE);
}

async function compiledOf(given: unknown): Promise<WebAssembly.Module> {
  if (!isResponse(given)) {
    const source = checkedSource(given);
    return isModule(source) ? source : WebAssembly.compile(source);
  }
  const { status, url } = given;
  const where = url === "" ? "the response" : url;
  if (!given.ok)
    throw refused(`expected the wasm module at ${where}, got HTTP status ${status}`, HOW_TO_SERVE);
  const type = given.headers.get("Content-Type") ?? "no media type";
  if (type === "application/wasm" && typeof WebAssembly.compileStreaming === "function")
    return WebAssembly.compileStreaming(given);
  const bytes = await given.arrayBuffer();
  // A server that knows no .wasm files may still have sent one; one that answers every path with a page has not.
  if (!startsAsWasm(bytes)) throw refused(`expected the wasm module at ${where}, got ${type}`, HOW_TO_SERVE);
  return WebAssembly.compile(bytes);
}

async function fetched(from: unknown): Promise<unknown> {
  try {
    const given = await from;
    return typeof given === "string" || given instanceof URL ? await fetch(given) : given;
  } catch (cause) {
    const { message } = failure(cause);
    throw refused(`expected the wasm module, could not fetch it: ${message}`, HOW_TO_SERVE, cause);
  }
}

/** The error for a failed compilation or instantiation: the reason, and a hint how to fix it. */
export function unavailable(cause: unknown): DagfillError {
  if (cause instanceof DagfillError) return cause;
  const { message } = failure(cause);
  const reason = reasons.find(({ pattern }) => pattern.test(message));
  return refused(
    reason?.message ?? `the wasm module could not be started: ${message}`,
    reason?.hint ?? "this host may lack what the module needs: WebAssembly 2.0 with reference types",
    cause,
  );
}

/** By what engines write when they refuse. */
const reasons = [
  {
    pattern: /content security policy|unsafe-eval|\bCSP\b/i,
    message: "the page's Content Security Policy does not allow WebAssembly",
    hint: "add 'wasm-unsafe-eval' to the script-src of the policy",
  },
  {
    pattern: /disallowed by embedder/i,
    message: "this host does not compile WebAssembly at run time",
    hint:
      'let the bundler take the condition "workerd" (Cloudflare Workers), or import the compiled module and hand it to ' +
      'init of "dagfill/slim"',
  },
  {
    pattern: /memory/i,
    message: "the wasm module got no memory from this host",
    hint: "the process, or the page, is at its memory limit",
  },
  { pattern: /magic/i, message: "expected the wasm module, got other bytes", hint: HOW_TO_SERVE },
];

function needWebAssembly(): void {
  if (typeof WebAssembly === "object") return;
  throw refused(
    "expected WebAssembly, which this host does not have",
    "a browser's lockdown mode and node --jitless turn it off; dagfill cannot run without it",
  );
}

function isModule(value: unknown): value is WebAssembly.Module {
  return Object.prototype.toString.call(value) === "[object WebAssembly.Module]";
}

function isResponse(value: unknown): value is Response {
  return typeof value === "object" && value !== null && "arrayBuffer" in value && "headers" in value;
}

function startsAsWasm(bytes: ArrayBuffer): boolean {
  const [zero, ...letters] = new Uint8Array(bytes.slice(0, 4));
  return zero === 0 && String.fromCharCode(...letters) === "asm";
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 60))}`;
  return value === null ? "null" : typeof value === "object" ? "an object" : typeof value;
}
