//! Twice the text takes at most about twice the time, whatever the text is made of.
//!
//! The time is that of this thread on a processor, so that others may work meanwhile.

use nianbao::inside::documents::{markdown, recognise, text};

/// What this thread has had of the processor, in nanoseconds.
fn worked() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).expect("seconds") * 1_000_000_000
        + u64::try_from(time.tv_nsec).expect("less than one")
}

/// The time one run takes over so many bytes of a text said again and again.
fn time(piece: &str, bytes: usize, read: fn(&str)) -> u64 {
    // Inside of a section with a table all of it is looked at.
    let whole = format!("四、政府信息公开行政复议、行政诉讼情况\n{}", piece.repeat(bytes / piece.len()));
    let before = worked();
    read(&whole);
    worked() - before
}

fn as_text(whole: &str) {
    let _ = recognise(&text::read(whole), None);
}

fn as_markdown(whole: &str) {
    let _ = recognise(&markdown::read(whole), None);
}

#[test]
fn twice_the_text_takes_twice_the_time() {
    const LEAST: usize = 12 << 10;
    /// What else the machine does makes a run longer, never shorter: so many are tried for one that was let alone.
    const TRIES: usize = 8;
    /// What takes less is told by nothing but what else the machine does.
    const LITTLE: u64 = 10_000_000;
    let pieces = [
        ("headings", "三、收到和处理政府信息公开申请情况\n"),
        ("first sections and their text", "一、总体情况\n好。\n二、主动公开政府信息情况\n规章\n1\n"),
        ("titles", "沁源县信访局2023年政府信息公开工作年度报告\n"),
        (
            "titles by turns",
            "甲县信访局2023年政府信息公开工作年度报告\n一、总体情况\n乙县水利局2022年政府信息公开工作年度报告\n",
        ),
        ("rows in tabs", "（一）予以公开\t1\t2\t3\t4\t5\t6\t21\n"),
        ("beginnings of labels", "一、本年新收\n"),
        ("labels alone", "行政复议\n"),
        ("values alone", "1\n"),
        ("words and a value", "甲 乙 丙 丁 戊 己 庚 辛 壬 癸 子 丑 1\n"),
        ("cells of one row", "规章|1|"),
        ("runs of fifteen", "结果维持\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n"),
        ("tables never closed", "<table><tr><td>1"),
        ("marks never closed", "<b <p [bookmark: "),
        ("form feeds", "1\n\u{c}2\n"),
    ];
    let readers: [fn(&str); 2] = [as_text, as_markdown];
    for (name, piece) in pieces {
        for read in readers {
            let (mut once, mut fourfold) = (u64::MAX, u64::MAX);
            let holds = (0..TRIES).any(|_| {
                let (one, four) = (time(piece, LEAST, read), time(piece, 4 * LEAST, read));
                (once, fourfold) = (once.min(one), fourfold.min(four));
                // 2.2 for each doubling, and what the smallest takes to begin with.
                fourfold < once * 484 / 100 + LITTLE
            });
            assert!(holds, "{name}: {once} ns became {fourfold} ns");
        }
    }
}
