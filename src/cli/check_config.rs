//! `nianbao check-config`.

use super::failure::Failure;
use super::options::{ConfigOptions, rule_set, seal_keys, store_options};
use super::print;

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let mut settings = options.load()?;
    store_options(&settings)?;
    rule_set(&settings)?;
    seal_keys(&settings)?;
    settings.database.url = masked(&settings.database.url);
    settings.database.read_url = masked(&settings.database.read_url);
    let text = toml::to_string_pretty(&settings).map_err(|error| Failure::Usage(error.to_string()))?;
    print(&format!("# 设置无误，生效的值：\n{text}"))
}

/// A password in a database's address is nobody's business.
fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:***@{host}")
        }
        None => url.to_owned(),
    }
}
