//! Tests of the whole: `fettle server`, real machines with `fettle-agent`, the command line, the console in a browser.
//! There is no code here but the tests, in `tests/hosts`.
