//! Work on the cores that there are.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// `run` of every item, as many at a time as there are cores, each begun when one before it
/// ends; results in the order of the items.
///
/// Items take turns: one that has parts for several cores (a test) gets those that are idle.
pub(crate) fn side_by_side<T: Sync, R: Send>(items: &[T], run: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // Threads of their own: a run that sat in rayon's pool would keep a core from the
    // tests of the others.
    let threads = rayon::current_num_threads().min(items.len());
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(number) else { break };
                    let result = run(item);
                    let mut results = results
                        .lock()
                        .unwrap_or_else(|poisoned| poisoned.into_inner());
                    results.push((number, result));
                }
            });
        }
    });
    let mut results = results
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::side_by_side;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u64> = (0..50).collect();
        let squares = side_by_side(&items, |item| {
            std::thread::sleep(std::time::Duration::from_micros(50 * (item % 3)));
            item * item
        });
        assert_eq!(squares, items.iter().map(|i| i * i).collect::<Vec<_>>());
        assert!(side_by_side(&[] as &[u64], |_| ()).is_empty());
    }
}
