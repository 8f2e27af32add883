//! Giving back memory at rest. Most of what a master has are pages of the program that only a start or a reload reads. They
//! stay in the kernel's cache, for workers run the same program; but as long as this process maps them they count as its own.

use std::fs::{read_link, read_to_string};
use std::io;
use std::ops::Range;

use rustix::mm::{Advice, madvise};

/// Maps no page of the program any more: what is needed comes back when it is.
pub(crate) fn trim() -> io::Result<()> {
    let program = read_link("/proc/self/exe")?;
    let mappings = read_to_string("/proc/self/smaps")?;
    for range in unchanged(&mappings, &program.to_string_lossy()) {
        forget(&range)?;
    }
    Ok(())
}

/// Where a file is mapped, in the words of `/proc/PID/smaps` (`proc_pid_smaps(5)`), and every page is the file's.
fn unchanged(mappings: &str, file: &str) -> Vec<Range<usize>> {
    let mut all: Vec<(Range<usize>, bool)> = Vec::new();
    for line in mappings.lines() {
        match line.split_once(':') {
            Some(("Anonymous" | "Swap", size)) if size.trim() != "0 kB" => {
                if let Some((_, is_unchanged)) = all.last_mut() {
                    *is_unchanged = false;
                }
            }
            Some((head, _)) if head.contains(' ') => all.extend(mapping(line, file)),
            _ => {}
        }
    }
    let unchanged = all.into_iter().filter(|(_, is_unchanged)| *is_unchanged);
    unchanged.map(|(range, _)| range).collect()
}

/// The first line of a mapping, and whether that is of the file and cannot be written.
fn mapping(line: &str, file: &str) -> Option<(Range<usize>, bool)> {
    let mut words = line.split_ascii_whitespace();
    let (range, modes) = (words.next()?, words.next()?);
    let (start, end) = range.split_once('-')?;
    let number = |text| usize::from_str_radix(text, 16).ok();
    let path = words.nth(3).and_then(|first| line.find(first));
    let is_file = path.is_some_and(|place| &line[place..] == file);
    let is_read = modes.starts_with("r-") && modes.ends_with('p');
    Some((number(start)?..number(end)?, is_file && is_read))
}

#[expect(
    unsafe_code,
    reason = "no byte of it changes: the kernel reads the pages from the file again"
)]
fn forget(range: &Range<usize>) -> io::Result<()> {
    // SAFETY: the range is one whole private mapping of a file that cannot be written, without a page that differs from the
    // file, and the program's own mappings stay for as long as it runs. For such the next access finds the same bytes.
    unsafe { madvise(range.start as *mut _, range.len(), Advice::LinuxDontNeed)? };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{trim, unchanged};

    const MAPPINGS: &str = "\
1000-3000 r--p 00000000 fe:00 77  /opt/the site/hbnb (deleted)
Size:                  8 kB
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me
3000-9000 r-xp 00002000 fe:00 77  /opt/the site/hbnb (deleted)
Anonymous:             0 kB
Swap:                  0 kB
9000-a000 r--p 00008000 fe:00 77  /opt/the site/hbnb (deleted)
Anonymous:             4 kB
Swap:                  0 kB
a000-b000 r--p 00009000 fe:00 77  /opt/the site/hbnb (deleted)
Anonymous:             0 kB
Swap:                  4 kB
b000-c000 rw-p 0000a000 fe:00 77  /opt/the site/hbnb (deleted)
Anonymous:             0 kB
Swap:                  0 kB
c000-d000 rw-p 00000000 00:00 0
Anonymous:             0 kB
d000-e000 r-xp 00000000 fe:00 78  /lib/libc.so.6
Anonymous:             0 kB
Swap:                  0 kB
";

    #[test]
    fn only_what_nobody_has_changed() {
        let found = unchanged(MAPPINGS, "/opt/the site/hbnb (deleted)");
        assert_eq!(found, [0x1000..0x3000, 0x3000..0x9000]);
    }

    #[test]
    fn the_program_goes_on() {
        let before = resident();
        trim().unwrap();
        assert!(resident() < before);
    }

    /// Kilobytes of files that this process has mapped.
    fn resident() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let mut lines = status.lines();
        let line = lines.find_map(|line| line.strip_prefix("RssFile:"));
        let figure = line.unwrap().split_ascii_whitespace().next().unwrap();
        figure.parse().unwrap()
    }
}
