//! Fettle's two programs on real Debian hosts (`test-hosts.md`): found, deployed, verified by rescan, taken back.

mod command_line;
mod console;
mod corroboration;
mod kills;
mod live;
mod outcomes;
mod support;
