//! Depth of the stack: its memory is painted before the start of a programme.

/// Bytes of the stack that were ever in use.
#[must_use]
pub fn depth() -> usize {
    let (mut at, top) = (cortex_m_rt::heap_start(), top());
    // SAFETY: the memory from the end of the statics up to the stack's top is RAM, aligned, and painted by
    // cortex-m-rt's start; nothing has a reference to it while it is read.
    while at < top && unsafe { at.read_volatile() } == cortex_m_rt::STACK_PAINT_VALUE {
        at = at.wrapping_add(1);
    }
    top as usize - at as usize
}

fn top() -> *mut u32 {
    unsafe extern "C" {
        safe static _stack_start: u32;
    }
    (&raw const _stack_start).cast_mut()
}
