//! Which machine a figure was measured on.
//!
//! Linux tells of its processor, memory and caches in files; elsewhere these are unknown.

use std::fs;
use std::path::Path;

use serde::Serialize;

/// What a figure should carry with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Machine {
    /// The processor's own name.
    pub cpu: Option<String>,
    /// Threads that can run at the same time.
    pub cores: usize,
    /// Instruction set that the kernels use.
    pub simd: String,
    /// Bytes of memory.
    pub memory_bytes: Option<u64>,
    /// Data caches of the first core, the smallest first.
    pub caches: Vec<Cache>,
    /// Operating system and architecture.
    pub platform: String,
    /// Version of this program.
    pub version: String,
}

/// A cache for data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cache {
    /// 1 is next to the core.
    pub level: u32,
    /// Size, also where cores share it.
    pub bytes: u64,
}

impl Machine {
    /// This machine.
    pub fn here() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let (version, os) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS);
        Self {
            cpu: field(&read("/proc/cpuinfo"), "model name").map(str::to_owned),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            simd: mesu_kernels::level::name().unwrap_or("unknown").to_owned(),
            memory_bytes: field(&read("/proc/meminfo"), "MemTotal")
                .and_then(|size| size.strip_suffix(" kB")?.trim().parse::<u64>().ok())
                .map(|kibibytes| kibibytes * 1024),
            caches: caches(Path::new("/sys/devices/system/cpu/cpu0/cache")),
            platform: format!("{os} {}", std::env::consts::ARCH),
            version: version.to_owned(),
        }
    }
}

/// The first value of `name` in lines of `name : value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = pairs.find(|(key, _)| key.trim() == name)?;
    Some(value.trim())
}

/// The data caches that a folder `cpuN/cache` describes.
fn caches(folder: &Path) -> Vec<Cache> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let read = |path: &Path, name| {
        let text = fs::read_to_string(path.join(name)).ok()?;
        Some(text.trim().to_owned())
    };
    let mut caches: Vec<Cache> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let level = read(&path, "level")?.parse().ok()?;
            let bytes = size(&read(&path, "size")?)?;
            let data = read(&path, "type")? != "Instruction";
            data.then_some(Cache { level, bytes })
        })
        .collect();
    caches.sort_by_key(|cache| cache.level);
    caches
}

/// `32K`, `8M`.
fn size(text: &str) -> Option<u64> {
    let (digits, unit) = match text.strip_suffix('K') {
        Some(digits) => (digits, 1 << 10),
        None => match text.strip_suffix('M') {
            Some(digits) => (digits, 1 << 20),
            None => (text, 1),
        },
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_tells() {
        let text = "processor\t: 0\nmodel name\t: A: fast one\nmodel name\t: B\n";
        assert_eq!(field(text, "model name"), Some("A: fast one"));
        assert_eq!(field(text, "model"), None);
        assert_eq!(size("32K"), Some(32_768));
        assert_eq!(size("8M"), Some(8 << 20));
        assert_eq!(size("much"), None);
        assert_eq!(caches(Path::new("/nowhere")), []);
    }
}
