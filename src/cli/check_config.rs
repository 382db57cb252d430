//! `nianbao check-config`.

use super::failure::Failure;
use super::options::{ConfigOptions, service_options, store_options};
use super::print;

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let mut settings = options.load()?;
    store_options(&settings)?;
    service_options(&settings)?;
    settings.database.url = masked(&settings.database.url);
    settings.database.read_url = masked(&settings.database.read_url);
    let text = toml::to_string_pretty(&settings).map_err(|error| Failure::Usage(error.to_string()))?;
    print(&format!("# 设置无误，生效的值：\n{text}"))
}

/// A password in a database's address is nobody's business, before the host or among the parameters.
fn masked(url: &str) -> String {
    let (place, parameters) = url.split_once('?').map_or((url, None), |(place, rest)| (place, Some(rest)));
    let place =
        match place.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
            Some((scheme, (user, host))) => {
                let user = user.split(':').next().unwrap_or_default();
                format!("{scheme}://{user}:***@{host}")
            }
            None => place.to_owned(),
        };
    let shown = |parameter: &str| match parameter.split_once('=') {
        Some((name, _)) if name.contains("password") => format!("{name}=***"),
        _ => parameter.to_owned(),
    };
    match parameters {
        Some(parameters) => {
            format!("{place}?{}", parameters.split('&').map(shown).collect::<Vec<_>>().join("&"))
        }
        None => place,
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_password_is_not_shown_wherever_it_stands() {
        assert_eq!(masked("postgres://u:pw@h/d"), "postgres://u:***@h/d");
        let given = "postgres://h/d?user=u&password=p@w&sslpassword=x&connect_timeout=2";
        assert_eq!(masked(given), "postgres://h/d?user=u&password=***&sslpassword=***&connect_timeout=2");
        assert_eq!(masked("sqlite://var/nianbao.db"), "sqlite://var/nianbao.db");
    }
}
