//! How much memory there is, and how much of it goes into answers that are kept.

use std::fs::read_to_string;

/// Kept at least, where little is known or little is there.
const LEAST: u64 = 40 << 20;
/// Kept at most: a province's published reports, rendered and coded.
const MOST: u64 = 1 << 30;

/// A sixteenth of what the container may use, or of the machine's memory.
pub fn for_kept_bodies() -> u64 {
    let machine = read_to_string("/proc/meminfo").ok().and_then(|text| total_of(&text));
    let limit = read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    share(machine, limit)
}

fn share(machine: Option<u64>, limit: Option<u64>) -> u64 {
    let memory = machine.into_iter().chain(limit).min();
    memory.map_or(LEAST, |bytes| (bytes / 16).clamp(LEAST, MOST))
}

/// `MemTotal:       24678912 kB`
fn total_of(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1 << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_of_machine_and_container_decides_within_bounds() {
        assert_eq!(total_of("MemTotal:        2097152 kB\nMemFree: 1 kB"), Some(2 << 30));
        assert_eq!(share(Some(16 << 30), Some(2 << 30)), 128 << 20);
        assert_eq!(share(Some(16 << 30), None), 1 << 30);
        assert_eq!(share(Some(64 << 30), None), MOST);
        assert_eq!(share(None, Some(256 << 20)), LEAST);
        assert_eq!(share(None, None), LEAST);
    }
}
