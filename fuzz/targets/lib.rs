//! What holds for every reader, and how files that are packages are hurt.

pub mod holds;

use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Hurts what is packed rather than the package: a changed byte of a packed member fails by its checksum, and what
/// reads the member is never reached. One time in eight the package itself is hurt.
pub fn hurt_package(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    if seed % 8 != 0
        && let Some(package) = hurt_member(&data[..size], most, seed / 8)
        && package.len() <= most
    {
        data[..package.len()].copy_from_slice(&package);
        return package.len();
    }
    libfuzzer_sys::fuzzer_mutate(data, size, most)
}

fn hurt_member(bytes: &[u8], most: usize, seed: u32) -> Option<Vec<u8>> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut members = Vec::with_capacity(package.len());
    let mut weight = 0;
    for at in 0..package.len() {
        let mut member = package.by_index(at).ok()?;
        let mut content = Vec::new();
        member.by_ref().take(most as u64).read_to_end(&mut content).ok()?;
        weight += content.len();
        let name = member.name().ok()?.into_owned();
        members.push((name, content));
    }
    // The one in which the drawn byte stands.
    let mut place = seed as usize % weight.max(1);
    for (_, content) in &mut members {
        if place < content.len() {
            let length = content.len();
            content.resize(length + 4096, 0);
            let hurt = libfuzzer_sys::fuzzer_mutate(content, length, length + 4096);
            content.truncate(hurt);
            break;
        }
        place -= content.len();
    }
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in members {
        written.start_file(name, stored).ok()?;
        written.write_all(&content).ok()?;
    }
    written.finish().ok().map(Cursor::into_inner)
}
