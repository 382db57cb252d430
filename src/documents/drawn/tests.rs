//! Pages drawn by hand, each with something that must not become a number.

use super::canvas::{Glyph, Page, Rect, Shown, Turn};
use super::grid;
use crate::documents::color::Color;
use crate::documents::grid::{Block, Grid};

const SIZE: f64 = 10.0;

struct Pen(Page);

impl Pen {
    fn new() -> Pen {
        Pen(Page::new(595.0, 842.0))
    }

    fn write_of(mut self, text: &str, x: f64, y: f64, size: f64) -> Pen {
        let mut x = x;
        for c in text.chars() {
            let width = if c.is_ascii() { size / 2.0 } else { size };
            if c != ' ' {
                self.0.glyphs.push(Glyph { c, x, y, width, size, turn: Turn::None, ink: None });
            }
            x += width;
        }
        self
    }

    fn write(self, text: &str, x: f64, y: f64) -> Pen {
        self.write_of(text, x, y, SIZE)
    }

    /// A table of so many boxes from a corner.
    fn boxes(mut self, (x, y): (f64, f64), columns: &[f64], rows: &[f64]) -> Pen {
        let (wide, tall): (f64, f64) = (columns.iter().sum(), rows.iter().sum());
        let edges = |sizes: &[f64]| {
            let mut at = 0.0;
            let mut edges = vec![0.0];
            edges.extend(sizes.iter().map(|size| {
                at += size;
                at
            }));
            edges
        };
        for edge in edges(columns) {
            self.0.line((x + edge, y), (x + edge, y + tall));
        }
        for edge in edges(rows) {
            self.0.line((x, y + edge), (x + wide, y + edge));
        }
        self
    }

    fn line(mut self, from: (f64, f64), to: (f64, f64)) -> Pen {
        self.0.line(from, to);
        self
    }
}

fn read(pens: Vec<Pen>) -> Grid {
    grid(pens.into_iter().map(|pen| pen.0).collect()).expect("a grid")
}

/// The rows of all tables, and the paragraphs as rows of one.
fn shape(grid: &Grid) -> Vec<Vec<String>> {
    let rows = grid.blocks.iter().flat_map(|block| match block {
        Block::Paragraph { text, .. } => vec![vec![text.clone()]],
        Block::Table { rows } => {
            rows.iter().map(|row| row.iter().map(|cell| cell.text.clone()).collect()).collect()
        }
    });
    rows.collect()
}

fn table(pen: Pen) -> Vec<Vec<String>> {
    shape(&read(vec![pen.boxes((50.0, 100.0), &[100.0, 60.0, 60.0], &[20.0, 20.0])]))
}

#[test]
fn text_stands_in_the_boxes_that_lines_make() {
    let pen = Pen::new().write("规章", 60.0, 114.0).write("12", 170.0, 114.0).write("0", 230.0, 134.0);
    assert_eq!(table(pen), [["规章", "12", ""], ["", "", "0"]]);
}

#[test]
fn a_label_broken_over_lines_is_one_and_figures_below_each_other_are_two() {
    let pen = Pen::new()
        .write("行政规范", 60.0, 109.0)
        .write("性文件", 60.0, 119.0)
        .write("1", 170.0, 109.0)
        .write("2", 170.0, 119.0);
    assert_eq!(table(pen)[0], ["行政规范性文件", "1\n2", ""]);
}

#[test]
fn figures_that_lie_over_each_other_are_no_number() {
    let over = Pen::new().write("12", 170.0, 114.0).write("34", 171.0, 114.5);
    assert!(table(over)[0][1].contains('\u{fffd}'));
    let bold = Pen::new().write("12", 170.0, 114.0).write("12", 170.3, 114.0);
    assert_eq!(table(bold)[0][1], "12");
    // What parts thousands is thin; where more parts them they are two, whatever their digits.
    let thin = Pen::new().write("1", 165.0, 114.0).write("202", 174.0, 114.0);
    assert_eq!(table(thin)[0][1], "1 202");
    let apart = Pen::new().write("1", 165.0, 114.0).write("202", 185.0, 114.0);
    assert_eq!(table(apart)[0][1], "1  202");
}

#[test]
fn what_a_surface_covers_is_gone_and_what_it_half_covers_is_no_number() {
    let cover = |top: f64, bottom: f64| {
        let mut pen = Pen::new().write("12", 170.0, 114.0);
        pen.0.cover(Rect { left: 168.0, top, right: 184.0, bottom }, None);
        table(pen.write("规章", 60.0, 114.0).write("7", 230.0, 114.0))[0].clone()
    };
    assert_eq!(cover(104.0, 116.0), ["规章", "", "7"]);
    assert_eq!(cover(109.0, 112.5)[1], "\u{fffd}\u{fffd}");
    // What was there first lies below.
    let mut under = Pen::new();
    under.0.cover(Rect { left: 0.0, top: 0.0, right: 595.0, bottom: 842.0 }, None);
    assert_eq!(table(under.write("12", 170.0, 114.0))[0][1], "12");
}

#[test]
fn a_figure_across_an_edge_or_larger_than_the_table_is_none() {
    let over = table(Pen::new().write("规章", 60.0, 114.0).write("12345", 200.0, 114.0));
    assert!(over[0][1..].iter().all(|cell| cell.parse::<u32>().is_err()), "{over:?}");
    let huge = Pen::new().write("规章与规范性文件", 52.0, 114.0).write_of("2", 175.0, 116.0, 30.0);
    assert_eq!(table(huge)[0][1], "\u{fffd}");
}

#[test]
fn a_page_whose_text_lies_on_its_side_is_turned() {
    let mut page = Page::new(842.0, 595.0);
    let down = |x: f64, y: f64| (842.0 - y, x);
    let mut write = |text: &str, x: f64, y: f64| {
        for (at, c) in text.chars().enumerate() {
            let (size, x) = (if c.is_ascii() { 5.0 } else { 10.0 }, x + 10.0 * at as f64);
            let places = [(x, y), (x + size, y), (x, y - 10.0)].map(|(x, y)| down(x, y));
            page.write(c.encode_utf8(&mut [0; 4]), Shown::Plain, places);
        }
    };
    write("规章", 60.0, 114.0);
    write("7", 170.0, 114.0);
    for edge in [50.0, 150.0, 210.0] {
        page.line(down(edge, 100.0), down(edge, 140.0));
    }
    for edge in [100.0, 120.0, 140.0] {
        page.line(down(50.0, edge), down(210.0, edge));
    }
    let grid = grid(vec![page]).expect("a grid");
    assert_eq!(shape(&grid)[0], ["规章", "7"]);
}

#[test]
fn a_figure_that_is_struck_out_or_raised_is_none() {
    let struck = Pen::new().write("12", 170.0, 114.0).line((168.0, 110.5), (184.0, 110.5));
    assert!(!table(struck)[0][1].contains("12"));
    let raised = Pen::new().write("12", 170.0, 114.0).write_of("1", 180.0, 110.0, 6.0);
    assert_eq!(table(raised)[0][1], "12^1");
    let slanted = Pen::new().write("12", 170.0, 114.0).line((166.0, 116.0), (186.0, 104.0));
    assert!(table(slanted)[0][1].contains('\u{fffd}'));
    let parted = Pen::new().write("12", 170.0, 114.0).line((175.0, 106.0), (175.0, 115.0));
    assert!(!table(parted)[0][1].starts_with("12"));
}

#[test]
fn merged_boxes_are_one() {
    let grid = read(vec![
        Pen::new()
            .boxes((50.0, 100.0), &[100.0, 60.0], &[20.0])
            .boxes((50.0, 120.0), &[160.0], &[20.0])
            .write("甲", 60.0, 114.0)
            .write("1", 160.0, 114.0)
            .write("乙", 120.0, 134.0),
    ]);
    assert_eq!(shape(&grid), [["甲", "1"], ["乙", ""]]);
}

#[test]
fn a_box_of_no_clear_shape_keeps_a_mark() {
    // The lines between the upper two boxes and between the left two are missing.
    let pen = Pen::new()
        .line((50.0, 100.0), (170.0, 100.0))
        .line((50.0, 140.0), (170.0, 140.0))
        .line((50.0, 100.0), (50.0, 140.0))
        .line((170.0, 100.0), (170.0, 140.0))
        .line((110.0, 120.0), (170.0, 120.0))
        .line((110.0, 120.0), (110.0, 140.0))
        .write("7", 130.0, 114.0)
        .write("5", 130.0, 134.0);
    assert_eq!(shape(&read(vec![pen])), [["~7", ""], ["", "5"]]);
}

#[test]
fn a_table_goes_on_on_the_next_page_and_page_numbers_are_put_aside() {
    let page = |label: &str, number: &str, y: f64| {
        Pen::new()
            .boxes((50.0, y), &[100.0, 60.0], &[20.0])
            .boxes((50.0, y + 20.0), &[100.0, 60.0], &[20.0])
            .write(label, 60.0, y + 14.0)
            .write("3", 170.0, y + 34.0)
            .write(number, 290.0, 820.0)
    };
    let grid = read(vec![page("甲", "- 1 -", 700.0), page("乙", "2", 60.0)]);
    assert_eq!(shape(&grid), [["甲", ""], ["", "3"], ["乙", ""], ["", "3"]]);
    assert_eq!(grid.blocks.len(), 1);
    assert_eq!(grid.aside.iter().map(|cell| &*cell.text).collect::<Vec<_>>(), ["-1-", "2"]);
}

#[test]
fn a_figure_that_filled_its_cell_goes_on_and_one_that_did_not_is_another() {
    let cell = |width: f64, rows: &[f64]| {
        let pen = Pen::new()
            .boxes((50.0, 100.0), &[100.0, width], rows)
            .write("甲", 60.0, 110.0)
            .write("1026", 155.0, 110.0)
            .write("5", 155.0, 121.0);
        shape(&read(vec![pen]))[0][1].clone()
    };
    assert_eq!(cell(30.0, &[30.0]), "10265");
    assert_eq!(cell(60.0, &[30.0]), "1026\n5");
}

#[test]
fn a_row_that_a_page_ends_within_is_one() {
    let page = |label: &str, figure: &str, y: f64| {
        Pen::new().boxes((50.0, y), &[120.0, 60.0], &[20.0]).write(label, 60.0, y + 14.0).write(
            figure,
            180.0,
            y + 14.0,
        )
    };
    let whole = read(vec![page("一、本年新收政府", "12", 700.0), page("信息公开申请数量", "", 60.0)]);
    assert_eq!(shape(&whole), [["一、本年新收政府信息公开申请数量", "12"]]);
    let twice = read(vec![page("一、本年新收政府", "12", 700.0), page("信息公开申请数量", "3", 60.0)]);
    assert_eq!(shape(&twice)[0][1], "12\n3", "which of both nobody knows");
}

#[test]
fn columns_are_those_of_all_pages() {
    let grid = read(vec![
        Pen::new()
            .boxes((50.0, 700.0), &[100.0, 60.0, 60.0], &[20.0])
            .write("1", 160.0, 714.0)
            .write("2", 220.0, 714.0),
        Pen::new()
            .boxes((50.0, 60.0), &[100.0, 120.0], &[20.0])
            .write("甲", 60.0, 74.0)
            .write("3", 200.0, 74.0),
    ]);
    assert_eq!(shape(&grid), [["", "1", "2"], ["甲", "3", ""]]);
}

#[test]
fn lines_that_reach_the_margin_go_on() {
    let long = "这是一个很长的段落它一直写到这一行的右边没有地方再写了";
    let pen = Pen::new().write(long, 70.0, 100.0).write("所以接着写。", 50.0, 116.0).write(
        "另起一行。",
        70.0,
        132.0,
    );
    assert_eq!(shape(&read(vec![pen])), [[format!("{long}所以接着写。")], ["另起一行。".to_owned()]]);
}

#[test]
fn a_figure_in_the_color_of_what_lies_below_it_is_none() {
    let on = |paper: Option<Color>, ink: Color| {
        let mut pen = Pen::new();
        pen.0.cover(Rect { left: 160.0, top: 101.0, right: 200.0, bottom: 119.0 }, paper);
        let mut pen = pen.write("12", 170.0, 114.0);
        pen.0.glyphs.iter_mut().for_each(|glyph| glyph.ink = Some(ink));
        table(pen)[0][1].clone()
    };
    assert_eq!(on(Some(Color::BLACK), Color::BLACK), "\u{fffd}\u{fffd}");
    assert_eq!(on(Some(Color::BLACK), Color::WHITE), "12");
    assert_eq!(on(None, Color::WHITE), "\u{fffd}\u{fffd}", "of a picture nobody knows the color");
    assert_eq!(on(None, Color::BLACK), "12");
}

#[test]
fn a_figure_on_the_lower_edge_of_its_cell_or_in_a_cell_crossed_out_is_none() {
    let rides = Pen::new().write("12", 170.0, 122.5);
    assert!(!table(rides)[0][1].contains("12"));
    let crossed = Pen::new().write("12", 152.0, 114.0).write("7", 230.0, 114.0);
    let crossed = table(crossed.line((150.0, 100.0), (210.0, 120.0)));
    assert_eq!(crossed[0], ["", "\u{fffd}\u{fffd}", "7"]);
}

#[test]
fn a_line_drawn_in_pieces_is_one() {
    let mut pen = Pen::new().write("甲", 60.0, 114.0).write("7", 170.0, 114.0);
    let dash = |pen: &mut Pen, (x0, y0): (f64, f64), (x1, y1): (f64, f64)| {
        let long = (x1 - x0) + (y1 - y0);
        for at in (0..).map(|at| f64::from(at) * 5.0).take_while(|at| *at < long) {
            let place = |by: f64| (x0 + (x1 - x0) * by / long, y0 + (y1 - y0) * by / long);
            pen.0.line(place(at), place((at + 3.0).min(long)));
        }
    };
    for y in [100.0, 120.0, 140.0] {
        dash(&mut pen, (50.0, y), (210.0, y));
    }
    for x in [50.0, 150.0, 210.0] {
        dash(&mut pen, (x, 100.0), (x, 140.0));
    }
    assert_eq!(shape(&read(vec![pen])), [["甲", "7"], ["", ""]]);
}

#[test]
fn a_head_and_labels_make_a_table_without_lines_and_what_stands_between_is_nobodys() {
    let page = |x: f64, y: f64| {
        Pen::new()
            .write("信息内容", 50.0, 100.0)
            .write("本年制发件数", 150.0, 100.0)
            .write("本年废止件数", 250.0, 100.0)
            .write("规章", 50.0, 120.0)
            .write("12", 150.0, 120.0)
            .write("34", 250.0, 120.0)
            .write("行政规范", 50.0, 140.0)
            .write("性文件", 50.0, 152.0)
            .write("56", x, y)
            .write("78", 250.0, 146.0)
    };
    let read = |x: f64, y: f64| shape(&read(vec![page(x, y)]));
    let whole = read(170.0, 146.0);
    assert_eq!(
        whole[1..],
        [["规章", "12", "34"], ["行政规范性文件", "56", "78"]].map(|row| row.map(str::to_owned))
    );
    assert!(read(225.0, 146.0).iter().flatten().all(|cell| cell != "56" && cell != "78"));
    assert!(read(170.0, 131.0).iter().skip(1).all(|row| row[0] != "规章" || row[1] == "12"));
    assert!(read(170.0, 131.0).iter().all(|row| row[0].is_empty() || !row.contains(&"56".to_owned())));
}
