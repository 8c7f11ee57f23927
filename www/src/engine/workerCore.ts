// The core of the worker, before the package's worker is evaluated.
import address from "dagfill/dagfill.wasm?url";
import { init } from "dagfill/slim";

await init(address);
