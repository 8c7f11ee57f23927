// How the build hands the module over: index.ts gets its bytes as base64, workerd.ts the compiled module.
declare module "*/dagfill_bg.wasm" {
  const base64: string;
  export default base64;
}
declare module "*/dagfill.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
