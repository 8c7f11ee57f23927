//! Makes the JavaScript glue of a compiled wasm module: `dagfill-bindgen MODULE.wasm FOLDER [--keep-names]`.

use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(module), Some(folder)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("expected MODULE.wasm FOLDER");
    };
    let keep_names = arguments.next().is_some_and(|option| option == "--keep-names");
    // The state can be reset, because a trap poisons an instance for good and the next call needs another.
    Bindgen::new()
        .web(true)?
        .input_path(module)
        .omit_default_module_path(true)
        .reset_state_function(true)
        .remove_name_section(!keep_names)
        .remove_producers_section(true)
        .typescript(true)
        .generate(folder)
}
