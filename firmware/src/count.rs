//! Marks for the plugin of counter/, which counts the instructions between them.

use core::hint::black_box;

/// Counts what `run` executes.
pub fn counted<T>(run: impl FnOnce() -> T) -> T {
    count_start();
    let result = run();
    count_stop();
    result
}

/// Ends a row of counted runs: the plugin prints their sums.
pub fn end() {
    count_end();
}

// Each does something of its own: equal functions become one.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn count_start() {
    black_box(1);
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn count_stop() {
    black_box(2);
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn count_end() {
    black_box(3);
}
