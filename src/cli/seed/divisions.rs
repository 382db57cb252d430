//! The divisions of the country down to townships, as the statistics bureau publishes them.

use crate::cli::failure::Failure;
use crate::domain::agency::Level;

/// Code, name, level and parent; see `data/README.md`.
const DIVISIONS: &str = include_str!("../../../data/divisions.csv");

/// Groupings of the tables that are no division and have no government.
const GROUPINGS: [&str; 4] = ["市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"];

#[derive(Debug, Clone)]
pub struct Division {
    pub code: &'static str,
    /// As it is called after its province or city: `沁源县`.
    pub name: &'static str,
    pub level: Level,
    pub parent: Option<&'static str>,
}

impl Division {
    /// Six digits down to the county, nine for a township.
    pub fn full_code(&self) -> String {
        format!("{:0<6}", self.code)
    }

    /// `沁源县人民政府`, `东华门街道办事处`.
    pub fn government(&self) -> String {
        match self.level {
            Level::Township if self.name.ends_with("街道") => format!("{}办事处", self.name),
            Level::Township if !self.has_government() => self.name.to_owned(),
            _ => format!("{}人民政府", self.name),
        }
    }

    /// Subdistricts and the administrations of farms and zones are branches of the county.
    pub fn has_government(&self) -> bool {
        self.level != Level::Township || self.name.ends_with(['镇', '乡'])
    }
}

/// A province with all below it, or the whole country; whoever stands above comes first.
pub fn divisions(province: Option<&str>) -> Result<Vec<Division>, Failure> {
    let broken = |line: &str| Failure::Usage(format!("区划数据有误：{line}"));
    let mut groupings: Vec<(&str, &str)> = Vec::new();
    let mut found = Vec::new();
    for line in DIVISIONS.lines().skip(1) {
        let mut columns = line.split(',');
        let (Some(code), Some(name), Some(level), Some(parent)) =
            (columns.next(), columns.next(), columns.next(), columns.next())
        else {
            return Err(broken(line));
        };
        if province.is_some_and(|province| !code.starts_with(province)) {
            continue;
        }
        if level == Level::Municipal.as_str() && GROUPINGS.contains(&name) {
            groupings.push((code, parent));
            continue;
        }
        let above = groupings.iter().find(|(grouping, _)| *grouping == parent).map_or(parent, |(_, up)| *up);
        found.push(Division {
            code,
            name,
            level: level.parse().map_err(|()| broken(line))?,
            parent: (!above.is_empty()).then_some(above),
        });
    }
    match found.is_empty() {
        true => Err(Failure::Usage(format!("没有这个省份的代码：{}", province.unwrap_or_default()))),
        false => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_province_has_its_cities_counties_and_townships_and_every_parent_comes_first() {
        let shanxi = divisions(Some("14")).unwrap();
        let count = |level: Level| shanxi.iter().filter(|division| division.level == level).count();
        assert_eq!(count(Level::Provincial), 1);
        assert_eq!((count(Level::Municipal), count(Level::County), count(Level::Township)), (11, 121, 1352));
        for province in ["11", "41", "65"] {
            let all = divisions(Some(province)).unwrap();
            for (at, division) in all.iter().enumerate() {
                let there = |code| all[..at].iter().any(|above| above.code == code);
                assert!(division.parent.is_none_or(there), "{division:?}");
                assert!(!GROUPINGS.contains(&division.name), "{division:?}");
            }
        }
        assert!(divisions(Some("99")).is_err());
    }
}
