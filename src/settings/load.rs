//! Laying the sources of settings over each other.

use super::check::{Fault, faults};
use super::{DEFAULTS, Settings};
use config::{Config, ConfigError, Environment, File, FileFormat};
use std::path::PathBuf;

/// Where settings come from, beside the embedded defaults and the environment.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Name of a file `{profile}.toml` in `folder`.
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
        builder = builder.add_source(File::from(path).format(FileFormat::Toml).required(true));
    }
    if let Some(path) = &sources.file {
        builder = builder.add_source(File::from(path.clone()).format(FileFormat::Toml).required(true));
    }
    let own = environment.into_iter().filter(|(name, _)| name.starts_with("NIANBAO__")).collect();
    let environment = Environment::with_prefix("NIANBAO")
        .prefix_separator("__")
        .separator("__")
        .list_separator(",")
        .with_list_parse_key("server.cors_origins")
        .with_list_parse_key("server.trusted_proxies")
        .with_list_parse_key("limits.exempt")
        .with_list_parse_key("webhooks.allow")
        .with_list_parse_key("webhooks.retry_seconds")
        .with_list_parse_key("webhooks.former_seal_keys")
        .with_list_parse_key("rules.raise")
        .with_list_parse_key("auth.oidc.algorithms")
        .with_list_parse_key("auth.oidc.scopes")
        .with_list_parse_key("auth.oidc.origins")
        .with_list_parse_key("auth.networks")
        .try_parsing(true)
        .source(Some(own));
    let settings: Settings = builder.add_source(environment).build()?.try_deserialize()?;
    let faults = faults(&settings);
    if faults.is_empty() { Ok(settings) } else { Err(SettingsError::Wrong(faults)) }
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
