fn main() {
    // Without a line of this kind Cargo runs this, and compiles the crate again, when any file of the package changed.
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "addon")]
    napi_build::setup();
}
