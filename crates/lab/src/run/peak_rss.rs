//! Peak memory of this process.

/// Most memory (resident, bytes) that this process has held; known on Linux only.
#[must_use]
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    peak_of(&status)
}

/// The `VmHWM` of a Linux process status, in bytes.
fn peak_of(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read() {
        assert_eq!(
            peak_of("Name:\tmesu\nVmHWM:\t    1536 kB\nVmRSS:\t 1 kB\n"),
            Some(1_572_864)
        );
        assert_eq!(peak_of("Name:\tmesu\n"), None);
        assert_eq!(peak_of("VmHWM:\tmuch kB\n"), None);
    }
}
