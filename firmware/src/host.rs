//! The host, through semihosting: a debugger or an emulator.

use core::mem::MaybeUninit;

use semihosting::io::{Write, stdout};
use semihosting::sys::arm_compat::sys_get_cmdline_uninit;

/// A word from the host's command line.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    bytes: [u8; 64],
    len: usize,
}

impl Argument {
    /// Returns whether the word begins so.
    #[must_use]
    pub fn starts_with(&self, start: &str) -> bool {
        self.bytes[..self.len].starts_with(start.as_bytes())
    }
}

/// The first word of the command line after the programme's name.
#[must_use]
pub fn argument() -> Option<Argument> {
    let mut line = [MaybeUninit::uninit(); 128];
    let line = sys_get_cmdline_uninit(&mut line).ok()?;
    let mut words = line.split(|byte| byte.is_ascii_whitespace() || *byte == 0);
    let word = words.nth(1).filter(|word| word.len() <= 64)?;
    let mut bytes = [0; 64];
    bytes[..word.len()].copy_from_slice(word);
    let len = word.len();
    Some(Argument { bytes, len })
}

/// Prints words.
pub fn print(words: &[&str]) {
    // Without a host there is nobody to tell.
    let Ok(mut out) = stdout() else { return };
    for word in words {
        _ = out.write_all(word.as_bytes());
    }
}

/// Ends the programme, and with it the emulator.
pub fn exit(well: bool) -> ! {
    semihosting::process::exit(i32::from(!well))
}

/// A number in digits, without the formatting of `core`, which costs flash.
#[derive(Clone, Copy, Debug)]
pub struct Digits {
    bytes: [u8; 20],
    start: usize,
}

impl Digits {
    /// Digits of a number to a base of 2 to 16, at least so many of them.
    #[must_use]
    pub fn of(mut number: u64, base: u64, least: usize) -> Self {
        let mut digits = Self {
            bytes: [b'0'; 20],
            start: 20,
        };
        while (number > 0 || 20 - digits.start < least) && digits.start > 0 {
            digits.start -= 1;
            digits.bytes[digits.start] = b"0123456789abcdef"[(number % base) as usize & 15];
            number /= base;
        }
        digits
    }

    /// The digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[self.start..]).unwrap_or_default()
    }
}
