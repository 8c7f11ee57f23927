// How the build hands the module over: index.ts gets the text of inline.ts, workerd.ts the compiled module.
declare module "*/dagfill_bg.wasm" {
  const text: string;
  export default text;
}
declare module "*/dagfill.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
