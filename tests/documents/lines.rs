//! Tables whose lines are drawn in one direction alone, in pieces, or not at all: every cell right or unread.

use super::mutations::{packed, parts};
use super::ofd::{self, Drawn};
use super::round_trips::suqian;
use nianbao::inside::documents::{Kind, Reading, read_grid, recognise};

const PARTLY: [Drawn; 4] = [Drawn::Across, Drawn::Down, Drawn::Dashed, Drawn::Nothing];

fn read(bytes: &[u8]) -> Reading {
    let (grid, _) = read_grid(Kind::Ofd, bytes, None).expect("it is read");
    recognise(&grid, None)
}

/// The cells that hold another number than they should, and those that hold none.
fn judged(reading: &Reading) -> (Vec<String>, Vec<String>) {
    let (expected, figures) = (suqian(2023), &reading.document.content.figures);
    let (mut wrong, mut unread) = (Vec::new(), Vec::new());
    for cell in &expected.content.form().cells {
        let (is, found) = (expected.content.figures.get(cell.index), figures.get(cell.index));
        match found {
            _ if found == is => {}
            None => unread.push(cell.indicator()),
            Some(_) => wrong.push(cell.indicator()),
        }
    }
    (wrong, unread)
}

#[test]
fn labels_give_the_rows_and_columns_that_lines_across_do_not_give() {
    for (number, drawn) in PARTLY.into_iter().enumerate() {
        let (wrong, unread) = judged(&read(&ofd::write(&suqian(2023), drawn)));
        // Lines down that stand near to figures part them from what may stand before.
        let is_whole = number > 0 || unread.is_empty();
        assert!(wrong.is_empty() && is_whole, "{number}: wrong {wrong:?}, unread {unread:?}");
    }
}

/// The pages with each text as another one, or none.
fn with(drawn: Drawn, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut parts = parts(&ofd::write(&suqian(2023), drawn));
    for (_, content) in parts.iter_mut().filter(|(name, _)| name.ends_with("Content.xml")) {
        let xml = String::from_utf8(content.clone()).expect("UTF-8");
        let objects = xml.split_inclusive("</ofd:TextObject>").map(&change);
        *content = objects.collect::<String>().into_bytes();
    }
    packed(&parts)
}

#[test]
fn a_figure_between_two_columns_or_two_rows_is_nobodys() {
    for (number, drawn) in PARTLY.into_iter().enumerate() {
        for moved in [("Boundary=\"", 9.0, 0.0), ("Boundary=\"", 0.0, 3.4), ("Boundary=\"", 0.0, -3.4)] {
            let (begin, across, down) = moved;
            let bytes = with(drawn, |object| {
                let Some((head, rest)) = object.split_once(begin).filter(|_| object.contains(">1175<"))
                else {
                    return object.to_owned();
                };
                let (bounds, rest) = rest.split_once('"').expect("an end");
                let bounds: Vec<f64> =
                    bounds.split(' ').map(|part| part.parse().expect("a number")).collect();
                let [x, y, wide, tall] = bounds[..] else { panic!("{bounds:?}") };
                format!("{head}{begin}{} {} {wide} {tall}\"{rest}", x + across, y + down)
            });
            let (wrong, _) = judged(&read(&bytes));
            assert!(wrong.is_empty(), "{number}, {across} {down}: {wrong:?}");
        }
    }
}
