//! Has the server built anew when the console's files have changed, or have come to be: the macro that embeds them cannot
//! tell Cargo of a folder. While there is no such folder Cargo runs this each time.

fn main() {
    println!("cargo:rerun-if-changed=../../console/dist");
}
