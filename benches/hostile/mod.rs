//! Files of a given size that ask for more than their size: for `attacked`.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A kind of file that is imported.
pub struct Kind {
    pub name: &'static str,
    pub media_type: &'static str,
    pub make: fn(usize) -> Vec<u8>,
}

pub const KINDS: &[Kind] = &[
    Kind {
        name: "txt, headings", media_type: "text/plain", make: |size| again("一、总体情况\n", size)
    },
    Kind {
        name: "txt, one line", media_type: "text/plain", make: |size| again("一、总体情况（一）", size)
    },
    Kind {
        name: "md, rows",
        media_type: "text/markdown",
        make: |size| again("| 一、总体情况 | 1 | 2 |\n", size),
    },
    Kind {
        name: "html, tables in tables",
        media_type: "text/html",
        make: |size| again("<table><tr><td>", size),
    },
    Kind { name: "html, cells", media_type: "text/html", make: |size| again("<tr><td>1<td>2", size) },
    Kind { name: "json, one text", media_type: "application/json", make: json_text },
    Kind { name: "json, members", media_type: "application/json", make: json_members },
    Kind { name: "csv, rows", media_type: "text/csv", make: |size| again("1,2,3,4,5,6,7\n", size) },
    Kind {
        name: "docx, 400 MiB within",
        media_type: "application/zip",
        make: |size| packed("word/document.xml", "<w:p><w:r><w:t>一、总体情况</w:t></w:r></w:p>", size),
    },
    Kind {
        name: "xlsx, 400 MiB within",
        media_type: "application/zip",
        make: |size| {
            packed("xl/worksheets/sheet1.xml", "<row><c t=\"inlineStr\"><is><t>1</t></is></c></row>", size)
        },
    },
    Kind {
        name: "odt, 400 MiB within",
        media_type: "application/zip",
        make: |size| packed("content.xml", "<text:p>一、总体情况</text:p>", size),
    },
    Kind {
        name: "ofd, 400 MiB within",
        media_type: "application/zip",
        make: |size| {
            packed("Doc_0/Pages/Page_0/Content.xml", "<ofd:TextCode X=\"1\" Y=\"1\">一</ofd:TextCode>", size)
        },
    },
    Kind { name: "doc, sectors", media_type: "application/msword", make: sectors },
    Kind {
        name: "pdf, objects",
        media_type: "application/pdf",
        make: |size| started("%PDF-1.7\n", "1 0 obj <</Kids [1 0 R 1 0 R]>> endobj\n", size),
    },
    Kind {
        name: "mht, parts",
        media_type: "multipart/related",
        make: |size| {
            started(
                "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n",
                "--b\r\nContent-Type: text/html\r\n\r\n<p>1\r\n",
                size,
            )
        },
    },
    Kind { name: "noise", media_type: "application/octet-stream", make: noise },
];

fn again(part: &str, size: usize) -> Vec<u8> {
    part.as_bytes().iter().copied().cycle().take(size / part.len() * part.len()).collect()
}

fn started(start: &str, part: &str, size: usize) -> Vec<u8> {
    let mut bytes = start.as_bytes().to_vec();
    bytes.extend(again(part, size - start.len()));
    bytes
}

fn json_text(size: usize) -> Vec<u8> {
    let text = String::from_utf8(again("一、总体情况。", size - 100)).expect("text");
    format!(r#"{{"year":2023,"sections":{{"overview":{{"text":"{text}"}}}}}}"#).into_bytes()
}

fn json_members(size: usize) -> Vec<u8> {
    let members: Vec<String> = (0..size / 14).map(|at| format!(r#""m{at:08}":1"#)).collect();
    format!(r#"{{"year":2023,"sections":{{{}}}}}"#, members.join(",")).into_bytes()
}

/// A parcel with one part of 400 MiB that packs small, and noise up to the size.
fn packed(name: &str, part: &str, size: usize) -> Vec<u8> {
    let mut parcel = ZipWriter::new(Cursor::new(Vec::new()));
    let small = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    parcel.start_file(name, small).expect("a part");
    let block = again(part, 1 << 20);
    (0..400).for_each(|_| parcel.write_all(&block).expect("written"));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    parcel.start_file("media/noise.bin", stored).expect("a part");
    parcel.write_all(&noise(size - (3 << 20))).expect("written");
    parcel.finish().expect("a parcel").into_inner()
}

/// The head of a compound file, then sectors that name each other.
fn sectors(size: usize) -> Vec<u8> {
    let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    bytes.extend([0; 16]);
    bytes.extend([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    bytes.extend([1, 0, 0, 0].iter().copied().cycle().take(size - bytes.len()));
    bytes
}

fn noise(size: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(7);
    std::iter::repeat_with(|| random.u8(..)).take(size).collect()
}
