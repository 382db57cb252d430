//! Laying the sources of settings over each other.

use super::check::{Fault, faults};
use super::{DEFAULTS, Settings, shape};
use config::{Config, ConfigError, Environment, File, FileFormat};
use std::path::PathBuf;

/// Profiles that come with the program, for whoever has no file of that name.
const SHIPPED: [(&str, &str); 1] = [("government", include_str!("../../config/government.toml"))];

/// Keys that hold a list: in the environment parted by commas.
const LISTS: [&str; 11] = [
    "server.cors_origins",
    "server.trusted_proxies",
    "limits.exempt",
    "webhooks.allow",
    "webhooks.retry_seconds",
    "webhooks.former_seal_keys",
    "rules.raise",
    "auth.oidc.algorithms",
    "auth.oidc.scopes",
    "auth.oidc.origins",
    "auth.networks",
];

/// Where settings come from, beside the embedded defaults and the environment.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Name of a file `{profile}.toml` in `folder`, or of one that comes with the program.
    pub profile: Option<String>,
    pub folder: PathBuf,
    pub file: Option<PathBuf>,
}

/// Why there are no settings to go by.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("设置无法读取：{0}")]
    Unreadable(#[from] ConfigError),
    #[error("设置有误：\n{}", .0.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n"))]
    Wrong(Vec<Fault>),
}

/// The embedded defaults by themselves.
#[expect(clippy::unreachable, reason = "compiled in and read by a test: there is no program without it")]
pub(super) fn usual() -> Settings {
    toml::from_str(DEFAULTS).unwrap_or_else(|fault| unreachable!("config/default.toml: {fault}"))
}

/// Reads and checks all settings.
pub fn load(sources: &Sources) -> Result<Settings, SettingsError> {
    load_with(sources, std::env::vars())
}

/// The same with the environment passed in.
fn load_with(
    sources: &Sources,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Settings, SettingsError> {
    let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    if let Some(profile) = &sources.profile {
        let path = sources.folder.join(format!("{profile}.toml"));
        let shipped = SHIPPED.iter().find(|(name, _)| name == profile);
        builder = match shipped.filter(|_| !path.exists()) {
            Some((_, text)) => builder.add_source(File::from_str(text, FileFormat::Toml)),
            None => builder.add_source(File::from(path).format(FileFormat::Toml).required(true)),
        };
    }
    if let Some(path) = &sources.file {
        builder = builder.add_source(File::from(path.clone()).format(FileFormat::Toml).required(true));
    }
    let own = environment.into_iter().filter(|(name, _)| name.starts_with("NIANBAO__")).map(listed);
    let sections =
        Environment::with_prefix("NIANBAO").prefix_separator("__").separator("__").list_separator(",");
    let environment = LISTS.iter().fold(sections, |from, key| from.with_list_parse_key(key));
    let environment = environment.try_parsing(true).source(Some(own.collect()));
    let given = builder.add_source(environment).build()?;
    let misshapen = shape::faults(&given.clone().try_deserialize()?);
    if !misshapen.is_empty() {
        return Err(SettingsError::Wrong(misshapen));
    }
    let settings: Settings = given.try_deserialize()?;
    let faults = faults(&settings);
    if faults.is_empty() { Ok(settings) } else { Err(SettingsError::Wrong(faults)) }
}

/// What stands in the environment for a list may have blanks around its commas.
fn listed((name, value): (String, String)) -> (String, String) {
    let key = name.trim_start_matches("NIANBAO__").replace("__", ".").to_ascii_lowercase();
    if !LISTS.contains(&key.as_str()) {
        return (name, value);
    }
    let items: Vec<&str> = value.split(',').map(str::trim).collect();
    (name, items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let environment = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        load_with(&Sources::default(), environment)
    }

    #[test]
    fn the_defaults_are_right_by_themselves() {
        let settings = with(&[]).expect("defaults");
        assert_eq!(settings.server.listen, "127.0.0.1:8080");
        assert_eq!(settings.review.stages, 3);
    }

    #[test]
    fn the_environment_goes_over_the_defaults() {
        let settings = with(&[
            ("NIANBAO__SERVER__LISTEN", "0.0.0.0:1"),
            ("NIANBAO__DATABASE__MIGRATE", "true"),
            ("NIANBAO__SERVER__CORS_ORIGINS", "https://a.gov.cn,https://b.gov.cn"),
            ("NIANBAO_TEST_POSTGRES_URL", "postgres://x"),
            ("NIANBAO_PROFILE", "x"),
        ])
        .expect("settings");
        assert_eq!(settings.server.listen, "0.0.0.0:1");
        assert!(settings.database.migrate);
        assert_eq!(settings.server.cors_origins, ["https://a.gov.cn", "https://b.gov.cn"]);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let refused = with(&[("NIANBAO__SERVER__LISTNE", "x")]).expect_err("refused").to_string();
        assert!(refused.contains("listne"), "{refused}");
    }

    #[test]
    fn keys_and_kinds_are_told_all_at_once_with_what_is_meant() {
        let refused = with(&[
            ("NIANBAO__SERVER__LISTNE", "x"),
            ("NIANBAO__SERVR__LISTEN", "x"),
            ("NIANBAO__DATABASE__READERS", "many"),
            ("NIANBAO__DATABASE__MIGRATE", "perhaps"),
            ("NIANBAO__TELEMETRY__FORMAT", "xml"),
            ("NIANBAO__LIMITS__KEPT_BYTES", "-1"),
        ])
        .expect_err("refused")
        .to_string();
        for told in [
            "server.listne：没有这个键；是不是 listen？",
            "servr：没有这个键；是不是 server？",
            "database.readers：应为不小于 0 的整数，现在是 “many”",
            "database.migrate：应为true 或 false，现在是 “perhaps”",
            "telemetry.format：应为text 或 json，现在是 “xml”",
            "limits.kept_bytes：应为不小于 0 的整数，现在是 -1",
        ] {
            assert!(refused.contains(told), "{told}: {refused}");
        }
    }

    #[test]
    fn a_list_in_the_environment_may_have_blanks_around_its_commas() {
        let allowed = with(&[("NIANBAO__WEBHOOKS__ALLOW", "127.0.0.1:9000, hooks.example.gov.cn")]);
        assert_eq!(allowed.expect("settings").webhooks.allow, ["127.0.0.1:9000", "hooks.example.gov.cn"]);
    }

    #[test]
    fn the_profile_of_governments_comes_with_the_program() {
        let sources = Sources { profile: Some("government".to_owned()), ..Sources::default() };
        let environment = [("NIANBAO__SERVER__LISTEN".to_owned(), "127.0.0.1:0".to_owned())];
        assert!(load_with(&sources, environment).expect("settings").roles.separation);
    }

    #[test]
    fn values_that_cannot_be_are_told_by_key_all_at_once() {
        let refused = with(&[
            ("NIANBAO__REVIEW__STAGES", "4"),
            ("NIANBAO__SERVER__DRAIN_SECONDS", "60"),
            ("NIANBAO__SERVER__CORS_ORIGINS", "*"),
            ("NIANBAO__DATABASE__URL", "mysql://x:secret@y"),
        ])
        .expect_err("refused")
        .to_string();
        for key in ["review.stages", "server.drain_seconds", "server.cors_origins", "database.url"] {
            assert!(refused.contains(key), "{key}: {refused}");
        }
        assert!(!refused.contains("secret"), "{refused}");
    }
}
