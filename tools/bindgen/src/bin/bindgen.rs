//! Makes the JavaScript glue of a compiled wasm module; takes the arguments of wasm-bindgen's own command line.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(std::env::args_os())
}
