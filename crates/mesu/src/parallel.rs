//! Work on several threads, in an order that does not depend on their number.

use mesu_kernels::gemm::Threads;
#[cfg(feature = "threads")]
use rayon::prelude::*;

/// Returns the results of `work` on all `items`, in order.
pub(crate) fn each<T: Send, R: Send>(
    threads: Threads,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync + Send,
) -> Vec<R> {
    match threads {
        #[cfg(feature = "threads")]
        Threads::Pool => items.into_par_iter().with_max_len(1).map(work).collect(),
        _ => items.into_iter().map(work).collect(),
    }
}

/// Returns the results of `work` on chunks of `size` of the `items`, in order; `work` gets buffers that `new`
/// makes, the number of the chunk and the chunk. A thread takes at least `least` chunks at a time.
///
/// # Errors
/// The error of a chunk.
pub(crate) fn chunks<B, R: Send, E: Send>(
    items: &[f32],
    size: usize,
    least: usize,
    new: impl Fn() -> B + Sync + Send,
    work: impl Fn(&mut B, usize, &[f32]) -> Result<R, E> + Sync + Send,
) -> Result<Vec<R>, E> {
    #[cfg(feature = "threads")]
    {
        let chunks = items.par_chunks(size).enumerate().with_min_len(least);
        let done = chunks.map_init(new, |buffers, (number, items)| work(buffers, number, items));
        done.collect()
    }
    #[cfg(not(feature = "threads"))]
    {
        let _ = least;
        let mut buffers = new();
        let chunks = items.chunks(size).enumerate();
        let done = chunks.map(|(number, items)| work(&mut buffers, number, items));
        done.collect()
    }
}
