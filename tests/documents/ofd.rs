//! A report as a page program of the national layout format draws it: texts at places, lines.

use nianbao::inside::documents::layout::{TableLayout, layout};
use nianbao::inside::domain::report::ReportDocument;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

/// How a table's lines are drawn.
#[derive(Clone, Copy, PartialEq)]
pub enum Drawn {
    /// Each edge by itself.
    Lines,
    /// A box for each cell.
    Boxes,
    /// Those across, or those down, alone.
    Across,
    Down,
    /// In short pieces.
    Dashed,
    Nothing,
}

/// How long the pieces of a dashed line are, and how far apart.
const DASH: f64 = 1.2;
const GAP: f64 = 0.9;

const LEFT: f64 = 25.0;
const WIDTH: f64 = 160.0;
const TOP: f64 = 25.0;
const BOTTOM: f64 = 270.0;
const SIZE: f64 = 3.7;
const LINE: f64 = 5.5;

struct Press {
    pages: Vec<String>,
    y: f64,
    drawn: Drawn,
}

impl Press {
    fn put(&mut self, object: &str) {
        self.pages.last_mut().expect("a page").push_str(object);
    }

    fn feed(&mut self, height: f64) {
        if self.y + height > BOTTOM {
            let number = self.pages.len();
            self.text(&format!("- {number} -"), 100.0, 288.0);
            self.pages.push(String::new());
            self.y = TOP;
        }
    }

    fn text(&mut self, text: &str, x: f64, y: f64) {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
        let steps: Vec<String> = text.chars().map(|c| advance(c).to_string()).collect();
        let object = format!(
            "<ofd:TextObject ID=\"1\" Boundary=\"{x} {} {WIDTH} {LINE}\" Font=\"1\" Size=\"{SIZE}\">\
             <ofd:FillColor Value=\"0 0 0\"/><ofd:TextCode X=\"0\" Y=\"{SIZE}\" DeltaX=\"{}\">{escaped}</ofd:TextCode>\
             </ofd:TextObject>",
            y - SIZE,
            steps.join(" "),
        );
        self.put(&object);
    }

    fn path(&mut self, data: &str) {
        let object = format!(
            "<ofd:PathObject ID=\"2\" Boundary=\"0 0 210 297\" LineWidth=\"0.2\">\
             <ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
        );
        self.put(&object);
    }

    fn paragraph(&mut self, text: &str, indent: f64) {
        for (number, line) in broken(text, WIDTH, indent).iter().enumerate() {
            self.feed(LINE);
            self.y += LINE;
            self.text(line, LEFT + if number == 0 { indent } else { 0.0 }, self.y);
        }
        self.y += 1.0;
    }

    fn table(&mut self, table: &TableLayout) {
        let columns: usize = table.rows[0].iter().map(|cell| cell.colspan).sum();
        let wide = WIDTH / columns as f64;
        // Rows still to be covered from above, by column.
        let mut covered = vec![0_usize; columns];
        for row in &table.rows {
            let mut places = Vec::new();
            let mut column = 0;
            for cell in row {
                while covered[column] > 0 {
                    covered[column] -= 1;
                    column += 1;
                }
                places.push((column, cell));
                covered[column..column + cell.colspan].fill(cell.rowspan - 1);
                column += cell.colspan;
            }
            while column < columns {
                covered[column] = covered[column].saturating_sub(1);
                column += 1;
            }
            let lines = |text: &str, span: usize| broken(text, wide * span as f64 - 2.0, 0.0).len().max(1);
            let tall = places
                .iter()
                .filter(|(_, cell)| cell.rowspan == 1)
                .map(|(_, cell)| lines(&cell.text, cell.colspan))
                .max();
            let height = tall.unwrap_or(1) as f64 * LINE + 1.5;
            self.feed(height);
            for (column, cell) in &places {
                let x = LEFT + *column as f64 * wide;
                for (number, line) in
                    broken(&cell.text, wide * cell.colspan as f64 - 2.0, 0.0).iter().enumerate()
                {
                    self.text(line, x + 1.0, self.y + LINE * (number as f64 + 0.85));
                }
            }
            // Every position has its edges but where a cell reaches over.
            let (top, bottom) = (self.y, self.y + height);
            let starts: Vec<usize> = places.iter().map(|(column, _)| *column).collect();
            for (at, below) in covered.iter().enumerate().take(columns) {
                let x = LEFT + at as f64 * wide;
                let inner = places.iter().any(|(column, cell)| *column < at && at < column + cell.colspan);
                let from_above = !starts.contains(&at) && !inner;
                let goes_on = *below > 0;
                if from_above || starts.contains(&at) {
                    self.edge(x, top, x, bottom);
                }
                if !from_above || top == TOP {
                    self.edge(x, top, x + wide, top);
                }
                if !goes_on || self.y + height + 30.0 > BOTTOM {
                    self.edge(x, bottom, x + wide, bottom);
                }
            }
            self.edge(LEFT + WIDTH, top, LEFT + WIDTH, bottom);
            self.y += height;
        }
        self.y += 3.0;
    }

    fn edge(&mut self, x0: f64, y0: f64, x1: f64, y1: f64) {
        match self.drawn {
            Drawn::Across if y0 != y1 => {}
            Drawn::Down if x0 != x1 => {}
            Drawn::Lines | Drawn::Across | Drawn::Down => self.path(&format!("M {x0} {y0} L {x1} {y1}")),
            Drawn::Dashed => {
                let long = (x1 - x0) + (y1 - y0);
                let at = |part: f64| (x0 + (x1 - x0) * part / long, y0 + (y1 - y0) * part / long);
                let mut from = 0.0;
                while from < long {
                    let ((x0, y0), (x1, y1)) = (at(from), at((from + DASH).min(long)));
                    self.path(&format!("M {x0} {y0} L {x1} {y1}"));
                    from += DASH + GAP;
                }
            }
            Drawn::Nothing => {}
            // As thin boxes.
            Drawn::Boxes => {
                let (w, h) = (0.1_f64.max(x1 - x0), 0.1_f64.max(y1 - y0));
                self.path(&format!(
                    "M {x0} {y0} L {} {y0} L {} {} L {x0} {} C",
                    x0 + w,
                    x0 + w,
                    y0 + h,
                    y0 + h
                ));
            }
        }
    }
}

fn advance(c: char) -> f64 {
    if c.is_ascii() { SIZE / 2.0 } else { SIZE }
}

fn broken(text: &str, width: f64, indent: f64) -> Vec<String> {
    let (mut lines, mut left) = (Vec::new(), width - indent);
    let mut line = String::new();
    for c in text.chars() {
        if advance(c) > left {
            lines.push(std::mem::take(&mut line));
            left = width;
        }
        left -= advance(c);
        line.push(c);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

pub fn write(document: &ReportDocument, drawn: Drawn) -> Vec<u8> {
    let mut press = Press { pages: vec![String::new()], y: TOP, drawn };
    press.paragraph(document.title.as_deref().expect("a title"), 20.0);
    for (at, section) in document.content.form().sections.iter().enumerate() {
        let numeral = ["一", "二", "三", "四", "五", "六"][at];
        press.paragraph(&format!("{numeral}、{}", section.title), SIZE * 2.0);
        let text = document.content.sections[at].text.clone().unwrap_or_default();
        if let Some(table) = layout(document, at) {
            press.table(&table);
        }
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            press.paragraph(line.trim(), SIZE * 2.0);
        }
    }
    let head = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";
    let mut listed = String::new();
    let mut parts = vec![(
        "OFD.xml".to_owned(),
        format!(
            "<ofd:OFD {head} Version=\"1.0\"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
        ),
    )];
    for (number, content) in press.pages.iter().enumerate() {
        let _ =
            write!(listed, "<ofd:Page ID=\"{}\" BaseLoc=\"Pages/Page_{number}/Content.xml\"/>", number + 10);
        let content = format!(
            "<ofd:Page {head}><ofd:Content><ofd:Layer ID=\"5\">{content}</ofd:Layer></ofd:Content></ofd:Page>"
        );
        parts.push((format!("Doc_0/Pages/Page_{number}/Content.xml"), content));
    }
    let document = format!(
        "<ofd:Document {head}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>\
         </ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
    );
    parts.push(("Doc_0/Document.xml".to_owned(), document));
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, xml) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        archive.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("its head");
        archive.write_all(xml.as_bytes()).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}
