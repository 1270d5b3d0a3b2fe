//! Migrations are built into the library: a new file must make cargo build it again.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
