//! The instruction set that the kernels use, chosen once per process.
//!
//! Results do not depend on it: the environment variable `MESU_SIMD` (`sse2`, `avx2`, `avx512`, `neon`)
//! forces a lower one than the machine has, so that a test can compare bits.
//! Machines without fused multiply-add compute it exactly in software, slowly.

use std::sync::OnceLock;

use fearless_simd::Level;

/// Levels of the `MESU_SIMD` variable that this machine has, best first.
pub fn available() -> Vec<&'static str> {
    levels().into_iter().map(|(name, _)| name).collect()
}

/// Name of the level in use.
///
/// # Errors
/// The value of `MESU_SIMD`, when it names no level that this machine has.
pub fn name() -> Result<&'static str, String> {
    chosen().map(|(name, _)| name)
}

/// Runs an expression with the token of a level, compiled once for each: what `fearless_simd::dispatch` does, but for
/// SSE4.2, which computes as SSE2 does. Machines without AVX2 have no fused multiply-add, and their time goes there;
/// one more copy of every kernel would only be compiled. Where AVX-512 has an expression of its own, for registers
/// that are twice as many and twice as wide, that is compiled for it alone.
macro_rules! dispatch {
    ($level:expr, $simd:ident => $op:expr) => {
        crate::level::dispatch!($level, $simd => $op, avx512 => $op)
    };
    ($level:expr, $simd:ident => $op:expr, avx512 => $wide:expr) => {{
        #[cfg(target_arch = "x86_64")]
        let result = match $level {
            fearless_simd::Level::Avx512(token) => {
                crate::level::dispatch!(@with token, $simd => $wide)
            }
            fearless_simd::Level::Avx2(token) => crate::level::dispatch!(@with token, $simd => $op),
            level => match level.as_sse2() {
                Some(token) => crate::level::dispatch!(@with token, $simd => $op),
                None => unreachable!("x86-64 has SSE2"),
            },
        };
        #[cfg(not(target_arch = "x86_64"))]
        let result = fearless_simd::dispatch!($level, $simd => $op);
        result
    }};
    (@with $token:ident, $simd:ident => $op:expr) => {
        fearless_simd::Simd::vectorize(
            $token,
            #[inline(always)]
            || {
                let $simd = $token;
                $op
            },
        )
    };
}
pub(crate) use dispatch;

/// The level in use; the machine's best if `MESU_SIMD` names none that it has (a program that wants to refuse
/// such a value asks [`name`]).
pub(crate) fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| chosen().map_or_else(|_| Level::new(), |(_, level)| level))
}

fn chosen() -> Result<(&'static str, Level), String> {
    let levels = levels();
    match std::env::var_os("MESU_SIMD").map(|value| value.to_string_lossy().into_owned()) {
        None => Ok(levels[0]),
        Some(wanted) => (levels.iter().find(|(name, _)| *name == wanted).copied()).ok_or(wanted),
    }
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn levels() -> Vec<(&'static str, Level)> {
    let best = Level::new();
    [
        ("avx512", best.as_avx512().map(Level::Avx512)),
        ("avx2", best.as_avx2().map(Level::Avx2)),
        ("sse2", best.as_sse2().map(Level::Sse2)),
    ]
    .into_iter()
    .filter_map(|(name, level)| level.map(|level| (name, level)))
    .collect()
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn levels() -> Vec<(&'static str, Level)> {
    let name = if cfg!(target_arch = "aarch64") {
        "neon"
    } else {
        "baseline"
    };
    vec![(name, Level::new())]
}
