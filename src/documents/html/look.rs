//! What a page's own styles do to what its tables hold: gone, unseen, struck out, raised, white.
//!
//! Only the tables ask: what a site shows and hides around them changes with a click.

use scraper::ElementRef;
use std::collections::HashMap;

/// Most styles of a page that are looked at, in bytes, and most of their rules that tell something.
const MOST_STYLES: usize = 1 << 20;
const MOST_RULES: usize = 2_000;
/// Most rules that are asked about one element, and most names it bears that are looked up.
const MOST_ASKED: usize = 64;
const MOST_NAMES: usize = 16;
/// How far outside of the window nobody looks, in pixels.
const OUTSIDE: f64 = -500.0;

/// What is said of an element; nothing where `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// It takes no place on the page.
    pub gone: Option<bool>,
    /// It keeps its place and shows nothing there.
    pub unseen: Option<bool>,
    /// Its own text is too small, too clear or too far out to be seen.
    pub faint: Option<bool>,
    pub struck: Option<bool>,
    pub raised: Option<bool>,
    pub white: Option<bool>,
}

impl Look {
    /// What declarations say: `display: none; color: red`.
    pub fn of(declarations: &str) -> Look {
        let (mut look, mut placed, mut moved, mut outside) = (Look::default(), String::new(), false, false);
        for declaration in declarations.split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let value = value.to_ascii_lowercase();
            let value = value.split('!').next().unwrap_or_default().trim().to_owned();
            let tight: String = value.chars().filter(|c| !c.is_whitespace()).collect();
            match name.trim().to_ascii_lowercase().as_str() {
                "display" => look.gone = Some(value == "none"),
                "visibility" if value == "collapse" => look.gone = Some(true),
                "visibility" => look.unseen = Some(value == "hidden"),
                "opacity" | "font-size" if number(&value) == Some(0.0) => look.faint = Some(true),
                "clip" if tight.starts_with("rect(0") || tight.starts_with("rect(1px") => outside = true,
                "text-indent" if number(&value).is_some_and(|by| by <= OUTSIDE) => outside = true,
                "left" | "top" | "right" | "bottom" => {
                    outside |= number(&value).is_some_and(|by| by <= OUTSIDE);
                    moved |=
                        matches!(name.trim(), "top" | "bottom") && number(&value).is_some_and(|by| by != 0.0);
                }
                "position" => placed.clone_from(&value),
                "color" if tight == "transparent" => look.faint = Some(true),
                "color" => look.white = Some(is_white(&tight)),
                "text-decoration" | "text-decoration-line" => {
                    look.struck = Some(value.contains("line-through"));
                }
                "vertical-align" => {
                    let by = number(&value).is_some_and(|by| by != 0.0);
                    look.raised = Some(by || matches!(value.as_str(), "super" | "sub"));
                }
                _ => {}
            }
        }
        if outside {
            look.faint = Some(true);
        }
        if placed == "relative" && moved {
            look.raised = Some(true);
        }
        look
    }

    /// What holds where this stands over something else.
    pub fn over(self, under: Look) -> Look {
        Look {
            gone: self.gone.or(under.gone),
            unseen: self.unseen.or(under.unseen),
            faint: self.faint.or(under.faint),
            struck: self.struck.or(under.struck),
            raised: self.raised.or(under.raised),
            white: self.white.or(under.white),
        }
    }

    pub fn is_shown(&self) -> bool {
        self.gone != Some(true) && self.unseen != Some(true)
    }
}

/// The number a value begins with.
fn number(value: &str) -> Option<f64> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c))).unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

fn is_white(color: &str) -> bool {
    let white = ["white", "#fff", "#ffffff", "rgb(255,255,255)", "rgba(255,255,255,1)"];
    white.contains(&color)
}

/// The styles of a page, by the class or the name their elements bear.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    rules: Vec<Rule>,
    by_name: HashMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Rule {
    /// The element itself, then those around it, from the inside.
    parts: Vec<Part>,
    look: Look,
    /// It holds for some screens.
    at_times: bool,
}

/// `td.h#a`.
#[derive(Debug, Default)]
struct Part {
    tag: Option<String>,
    /// `.h`, `#a`.
    names: Vec<String>,
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
                if head.starts_with("@media") && !at_times {
                    self.read(behind.get(..behind.len() - rest.len()).unwrap_or_default(), true);
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

    fn add(&mut self, selector: &str, look: Look, at_times: bool) {
        let parts: Option<Vec<Part>> = selector.split_whitespace().rev().map(Part::of).collect();
        let Some(parts) = parts.filter(|_| self.rules.len() < MOST_RULES) else { return };
        if let Some(name) = parts.first().and_then(|part| part.names.first()) {
            self.by_name.entry(name.clone()).or_default().push(self.rules.len());
            self.rules.push(Rule { parts, look, at_times });
        }
    }

    /// What is said of an element, by itself and by the page; what stands last counts.
    pub fn look(&self, element: ElementRef<'_>) -> Look {
        let value = element.value();
        let mut look = Look::of(value.attr("style").unwrap_or_default());
        if value.attr("hidden").is_some() {
            look.gone = look.gone.or(Some(true));
        }
        if let Some(color) = value.attr("color") {
            look.white = look.white.or(Some(is_white(&color.to_ascii_lowercase())));
        }
        if self.rules.is_empty() {
            return look;
        }
        let mut asked: Vec<usize> = names(element)
            .take(MOST_NAMES)
            .filter_map(|name| self.by_name.get(&name))
            .flatten()
            .copied()
            .collect();
        asked.sort_unstable();
        let rules = asked.iter().rev().take(MOST_ASKED).filter_map(|at| self.rules.get(*at));
        let (at_times, always): (Vec<&Rule>, Vec<&Rule>) =
            rules.filter(|rule| rule.fits(element)).partition(|rule| rule.at_times);
        at_times.into_iter().chain(always).fold(look, |look, rule| look.over(rule.look))
    }
}

/// How rules may name an element: `.class`, `#id`.
fn names(element: ElementRef<'_>) -> impl Iterator<Item = String> {
    let id = element.value().id().map(|id| format!("#{id}"));
    element.value().classes().map(|class| format!(".{class}")).chain(id)
}

impl Rule {
    fn fits(&self, element: ElementRef<'_>) -> bool {
        let Some((own, around)) = self.parts.split_first() else { return false };
        let mut above = element.ancestors().filter_map(ElementRef::wrap);
        own.fits(element) && around.iter().all(|part| above.any(|element| part.fits(element)))
    }
}

impl Part {
    /// `None` for what is no plain name: `:hover`, `a > b`, `[type]`.
    fn of(text: &str) -> Option<Part> {
        let plain = |c: char| c.is_alphanumeric() || "-_.#".contains(c);
        if text.is_empty() || !text.chars().all(plain) {
            return None;
        }
        let mut part = Part::default();
        let mut rest = text;
        while !rest.is_empty() {
            let end =
                rest.char_indices().skip(1).find(|(_, c)| ".#".contains(*c)).map_or(rest.len(), |(at, _)| at);
            let (name, behind) = rest.split_at_checked(end)?;
            match name.starts_with(['.', '#']) {
                true => part.names.push(name.to_owned()),
                false => part.tag = Some(name.to_ascii_lowercase()),
            }
            rest = behind;
        }
        Some(part)
    }

    fn fits(&self, element: ElementRef<'_>) -> bool {
        let value = element.value();
        self.tag.as_deref().is_none_or(|tag| tag == value.name())
            && self.names.iter().all(|name| match name.strip_prefix('#') {
                Some(id) => value.id() == Some(id),
                None => name.get(1..).is_some_and(|class| value.classes().any(|known| known == class)),
            })
    }
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
    use super::*;
    use scraper::Html;

    fn look(css: &str, element: &str) -> Look {
        let mut sheet = Sheet::default();
        sheet.take(css);
        let page = Html::parse_fragment(&format!("<div class=out><p id=p>{element}</p></div>"));
        let mut elements = page.tree.nodes().filter_map(ElementRef::wrap);
        let found = elements.next_back().map(|element| sheet.look(element));
        found.unwrap_or_default()
    }

    #[test]
    fn declarations_say_what_is_gone_unseen_struck_or_raised() {
        let of = |css: &str| {
            let look = Look::of(css);
            (look.gone, look.unseen, look.struck, look.raised)
        };
        assert_eq!(of("color:red; Display : NONE !important"), (Some(true), None, None, None));
        assert_eq!(of("visibility:hidden").1, Some(true));
        for css in ["opacity:0", "font-size:0px", "position:absolute;left:-9999px", "color: transparent"] {
            assert_eq!(Look::of(css).faint, Some(true), "{css}");
        }
        assert_eq!(of("text-decoration: line-through red"), (None, None, Some(true), None));
        for css in ["vertical-align:super", "vertical-align: 3px", "position:relative;top:-.4em"] {
            assert_eq!(of(css).3, Some(true), "{css}");
        }
        for css in ["vertical-align:middle", "position:relative;top:0", "font-size:0.8em", "opacity:0.5"] {
            assert!(Look::of(css).faint.is_none() && of(css).3 != Some(true), "{css}");
        }
    }

    #[test]
    fn rules_hold_for_the_elements_they_name_and_the_last_one_counts() {
        let gone = Look { gone: Some(true), ..Look::default() };
        for css in
            [".h{display:none}", "b.h , i{display:none}", ".out #p b.h{display:none}", "/*}*/.h{display:none"]
        {
            assert_eq!(look(css, "<b class='x h'>1</b>"), gone, "{css}");
        }
        for css in [
            "@media print{.h{display:none}}.x{color:red}",
            ".h:hover{display:none}",
            "i.h{display:none}",
            ".other .h{display:none}",
            "div > .h{display:none}",
            ".h{display:none}.x{display:inline}",
            "@media (min-width:768px){.a{color:red}.x{display:table-cell}}.h{display:none}",
        ] {
            assert_ne!(look(css, "<b class='x h'>1</b>").gone, Some(true), "{css}");
        }
        assert_eq!(look(".h{display:none}", "<b class=h style='display:block'>1</b>").gone, Some(false));
    }
}
