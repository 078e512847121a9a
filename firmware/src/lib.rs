//! Shared parts of the programmes: their start, and words to the host.
#![no_std]

pub mod count;
pub mod examples;
pub mod host;
#[cfg(target_arch = "arm")]
pub mod stack;

#[cfg(target_arch = "arm")]
pub use cortex_m_rt::entry as start;
#[cfg(target_arch = "riscv32")]
pub use riscv_rt::entry as start;

/// Makes a function that returns whether all went well the start of a programme.
#[macro_export]
macro_rules! programme {
    ($main:path) => {
        #[$crate::start]
        fn start() -> ! {
            $crate::host::exit($main())
        }
        $crate::programme!();
    };
    // With memory that is a static.
    ($main:path, $kind:ty, $empty:expr) => {
        #[$crate::start]
        fn start() -> ! {
            static mut MEMORY: $kind = $empty;
            $crate::host::exit($main(MEMORY))
        }
        $crate::programme!();
    };
    () => {
        /// Ends the programme; the message is left out, and with it the code that formats one.
        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            $crate::host::exit(false)
        }
    };
}
