use std::env::var;
use std::path::Path;
use std::process::Command;

const LOADER: &str = "src/capture/thaw/loader";
const PROTOCOL: &str = "src/capture/thaw/protocol.rs";

fn main() {
    // Without a line of this kind Cargo runs this, and compiles the crate again, when any file of the package changed.
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={LOADER}");
    println!("cargo::rerun-if-changed={PROTOCOL}");
    #[cfg(feature = "addon")]
    napi_build::setup();
    let of_target = |name: &str| var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if of_target("OS") == "linux" && of_target("ENV") == "gnu" && of_target("ARCH") == "x86_64" {
        build_loader();
    }
}

/// The loader of frozen images is a program of its own, without a library: Rust alone makes it.
fn build_loader() {
    let given = |name: &str| var(name).unwrap_or_else(|_| panic!("Cargo sets {name}"));
    let folder = given("OUT_DIR");
    let script = Path::new(&given("CARGO_MANIFEST_DIR")).join(LOADER).join("loader.ld");
    let mut rustc = Command::new(given("RUSTC"));
    rustc
        .args(["--edition", "2024", "--crate-name", "heaphound_loader", "--crate-type", "bin"])
        .args(["--target", &given("TARGET"), "-D", "warnings"])
        .args(["-C", "opt-level=2", "-C", "panic=abort", "-C", "relocation-model=static", "-C", "strip=symbols"])
        .args(["-C", "overflow-checks=off", "-C", "debug-assertions=off"])
        .arg(format!(
            "-Clink-args=-nostartfiles -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-T,{}",
            script.display()
        ))
        .arg("-o")
        .arg(Path::new(&folder).join("loader"))
        .arg(Path::new(LOADER).join("main.rs"));
    if let Ok(linker) = var("RUSTC_LINKER") {
        rustc.arg(format!("-Clinker={linker}"));
    }
    let built = rustc.status().unwrap_or_else(|error| panic!("rustc does not run: {error}"));
    assert!(built.success(), "the loader of frozen images could not be built");
}
