//! The styles of a page: which of its rules hold for an element.
//!
//! Only the tables ask: what a site shows and hides around them changes with a click.

use super::Beside;
use super::look::{Look, color, paper};
use crate::documents::color::Color;
use scraper::{ElementRef, Html, Selector};
use std::cell::Cell;
use std::collections::HashMap;

/// Most styles of a page that are looked at, in bytes, and most of their rules that tell something.
const MOST_STYLES: usize = 1 << 20;
const MOST_RULES: usize = 2_000;
/// Most rules that are asked about one element, and most names it bears that are looked up.
const MOST_ASKED: usize = 64;
const MOST_NAMES: usize = 16;
/// How often rules may look through elements beside each other (`:nth-child`, `a ~ b`): each takes as long as there are
/// such.
const MOST_COUNTED: usize = 20_000;
/// Most sheets of styles that one asks for, and how deep those ask for others.
const MOST_IMPORTS: usize = 4;

/// The styles of a page.
pub(super) fn of_page(html: &Html, beside: &dyn Beside) -> Sheet {
    let mut sheet = Sheet::default();
    for element in html.tree.nodes().filter_map(ElementRef::wrap) {
        let attribute = |name: &str| element.value().attr(name).unwrap_or_default().to_ascii_lowercase();
        let is_linked = || attribute("rel").split_whitespace().eq(["stylesheet"]);
        let css = match element.value().name() {
            "style" => Some(element.text().collect()),
            "link" if is_linked() => element.value().attr("href").and_then(|link| beside.style(link)),
            _ => None,
        };
        let media = attribute("media");
        if let Some(css) = css
            && (media.is_empty() || media.contains("all") || media.contains("screen"))
        {
            take(&mut sheet, &css, beside, MOST_IMPORTS);
        }
    }
    sheet
}

/// Takes in styles behind those that they ask for.
fn take(sheet: &mut Sheet, css: &str, beside: &dyn Beside, deep: usize) {
    // They stand before all rules.
    let head = css.split('{').next().unwrap_or_default();
    for asked in head.split("@import").skip(1).take(deep) {
        let link = asked.split(';').next().unwrap_or_default().trim().trim_start_matches("url(");
        let end = link.find([')', ' ', '"', '\'']).filter(|end| *end > 0);
        let quoted = link.strip_prefix(['"', '\'']).and_then(|link| link.split(['"', '\'']).next());
        let link = quoted.or_else(|| link.get(..end.unwrap_or(link.len()))).unwrap_or_default();
        if let Some(css) = beside.style(link) {
            take(sheet, &css, beside, deep - 1);
        }
    }
    sheet.take(css);
}

/// The styles of a page, by the class, the name or the kind of what they are about.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    rules: Vec<Rule>,
    by_name: HashMap<String, Vec<usize>>,
    counted: Cell<usize>,
}

#[derive(Debug)]
struct Rule {
    selector: Selector,
    look: Look,
    /// How much it weighs beside others: names, classes and the like, kinds; the later of two alike.
    weight: (usize, usize, usize),
    /// It holds for some screens.
    at_times: bool,
    counts: bool,
}

impl Sheet {
    /// Takes in a `<style>` of the page. What holds for some screens alone hides nothing; what it shows there is
    /// shown.
    pub fn take(&mut self, css: &str) {
        let css = without_comments(css.get(..css.len().min(MOST_STYLES)).unwrap_or_default());
        self.read(&css, false);
    }

    fn read(&mut self, css: &str, at_times: bool) {
        let mut rest = css;
        while let Some((head, behind)) = rest.split_once('{') {
            let head = head.rsplit(['}', ';']).next().unwrap_or_default().trim();
            if head.starts_with('@') {
                rest = behind_block(behind);
                let block = behind.get(..behind.len() - rest.len()).unwrap_or_default();
                let media = head.strip_prefix("@media").map(str::trim).filter(|_| !at_times);
                match media {
                    Some("screen" | "all" | "only screen") => self.read(block, false),
                    Some(media) if !media.contains("print") => self.read(block, true),
                    _ => {}
                }
                continue;
            }
            let (body, behind) = behind.split_once('}').unwrap_or((behind, ""));
            let look = Look::of(body);
            let shown = look.gone.filter(|gone| !gone);
            let look = if at_times { Look { gone: shown, ..Look::default() } } else { look };
            if look != Look::default() {
                head.split(',').for_each(|selector| self.add(selector, look, at_times));
            }
            rest = behind;
        }
    }

    fn add(&mut self, text: &str, look: Look, at_times: bool) {
        // What changes under the pointer, or looks into what it holds, tells nothing here.
        if self.rules.len() >= MOST_RULES || text.contains(":has") {
            return;
        }
        let Ok(selector) = Selector::parse(text.trim()) else { return };
        let weight = (
            text.matches('#').count(),
            text.matches(['.', '[', ':']).count(),
            text.split([' ', '>', '+', '~']).filter(|part| part.starts_with(char::is_alphabetic)).count(),
        );
        let counts = [":nth", "-of-type", "~"].iter().any(|beside| text.contains(beside));
        self.by_name.entry(subject(text)).or_default().push(self.rules.len());
        self.rules.push(Rule { selector, look, weight, at_times, counts });
    }

    /// What is said of an element, by itself and by the page; what stands last counts.
    pub fn look(&self, element: ElementRef<'_>) -> Look {
        let value = element.value();
        let mut look = Look::of(value.attr("style").unwrap_or_default());
        if value.attr("hidden").is_some() {
            look.gone = look.gone.or(Some(true));
        }
        if value.name() == "bdo" {
            look.turned = look.turned.or(Some(true));
        }
        // What attributes say of colours stands below what styles say of them.
        let by_attributes = Look {
            ink: value.attr("color").map(|said| color(&said.to_ascii_lowercase()).unwrap_or(Color::OTHER)),
            paper: value.attr("bgcolor").and_then(|said| paper(&said.to_ascii_lowercase())),
            ..Look::default()
        };
        if self.rules.is_empty() {
            return look.over(by_attributes);
        }
        let mut asked: Vec<usize> = names(element)
            .take(MOST_NAMES)
            .filter_map(|name| self.by_name.get(&name))
            .flatten()
            .copied()
            .collect();
        asked.sort_unstable();
        let rules = asked.iter().rev().take(MOST_ASKED).filter_map(|at| self.rules.get(*at));
        let mut rules: Vec<&Rule> = rules.filter(|rule| self.fits(rule, element)).collect();
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.weight));
        let (at_times, always): (Vec<&Rule>, Vec<&Rule>) = rules.into_iter().partition(|rule| rule.at_times);
        let rules = at_times.into_iter().chain(always);
        rules.fold(look, |look, rule| look.over(rule.look)).over(by_attributes)
    }

    fn fits(&self, rule: &Rule, element: ElementRef<'_>) -> bool {
        if rule.counts {
            self.counted.set(self.counted.get() + 1);
        }
        let may_count = !rule.counts || self.counted.get() <= MOST_COUNTED;
        may_count && rule.selector.matches(&element)
    }
}

/// How rules may name an element: `*`, `td`, `#id`, `.class`.
fn names(element: ElementRef<'_>) -> impl Iterator<Item = String> {
    let id = element.value().id().map(|id| format!("#{id}"));
    let kind = ["*".to_owned(), element.value().name().to_owned()];
    kind.into_iter().chain(id).chain(element.value().classes().map(|class| format!(".{class}")))
}

/// By what the element itself is found that a selector is about: its first class or name, else its kind.
fn subject(selector: &str) -> String {
    let mut depth = 0_usize;
    let bare = selector.trim().chars().filter(|c| match c {
        '[' | '(' => {
            depth += 1;
            false
        }
        ']' | ')' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    let bare: String = bare.collect();
    let own = bare.rsplit([' ', '>', '+', '~']).next().unwrap_or_default();
    let own = own.split(':').next().unwrap_or_default();
    let Some(at) = own.find(['.', '#']) else {
        return if own.is_empty() { "*".to_owned() } else { own.to_ascii_lowercase() };
    };
    let end = own.char_indices().skip_while(|(place, _)| *place <= at).find(|(_, c)| ".#".contains(*c));
    own.get(at..end.map_or(own.len(), |(end, _)| end)).unwrap_or_default().to_owned()
}

fn without_comments(css: &str) -> String {
    let mut kept = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, behind)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = behind.split_once("*/").map_or("", |(_, behind)| behind);
    }
    kept.push_str(rest);
    kept
}

/// What stands behind a block whose opening brace was read.
fn behind_block(text: &str) -> &str {
    let mut depth = 1_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text.get(at + 1..).unwrap_or_default();
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::super::flow::Gap;
    use super::*;

    fn look(css: &str, element: &str) -> Look {
        let mut sheet = Sheet::default();
        sheet.take(css);
        let page = Html::parse_fragment(&format!("<div class=out><p id=p>{element}</p></div>"));
        let mut elements = page.tree.nodes().filter_map(ElementRef::wrap);
        let found = elements.next_back().map(|element| sheet.look(element));
        found.unwrap_or_default()
    }

    #[test]
    fn rules_hold_for_the_elements_they_name_and_the_last_one_counts() {
        let gone = Look { gone: Some(true), edge: Some(Gap::None), parts: Some(false), ..Look::default() };
        for css in [
            ".h{display:none}",
            "b.h , i{display:none}",
            ".out #p b.h{display:none}",
            "/*}*/.h{display:none",
            "p > .h{display:none}",
            "p b{display:none}",
            "[class~=h]{display:none}",
            "b:last-child{display:none}",
            "@media screen{.h{display:none}}",
        ] {
            assert_eq!(look(css, "<b class='x h'>1</b>"), gone, "{css}");
        }
        for css in [
            "@media print{.h{display:none}}.x{color:red}",
            ".h:hover{display:none}",
            "i.h{display:none}",
            "p:not(#p) .h{display:none}",
            "#p .h{display:inline}.out .h{display:none}",
            ".other .h{display:none}",
            "span > .h{display:none}",
            ".h{display:none}.x{display:inline}",
            "@media (min-width:768px){.a{color:red}.x{display:table-cell}}.h{display:none}",
        ] {
            assert_ne!(look(css, "<b class='x h'>1</b>").gone, Some(true), "{css}");
        }
        assert_eq!(look(".h{display:none}", "<b class=h style='display:block'>1</b>").gone, Some(false));
    }
}
