//! How many files the service may have open, and what of its settings that allows.

use super::failure::Failure;
use crate::settings::Settings;

/// Files beside connections: the database's, the log's, receivers of webhooks, readers' pipes.
const OTHERS: u64 = 256;

/// Raises the soft limit to the hard one, and fits what clients may open into it: defaults are lowered and told, what
/// was set by hand and cannot be is refused.
pub fn fit(settings: &mut Settings) -> Result<(), Failure> {
    // Where the limit cannot be asked for there is none to keep to.
    let Ok(files) = rlimit::increase_nofile_limit(u64::MAX) else { return Ok(()) };
    let workers = match settings.server.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        set => set,
    };
    fit_into(settings, &Settings::usual(), files, workers)
}

fn fit_into(settings: &mut Settings, usual: &Settings, files: u64, workers: usize) -> Result<(), Failure> {
    let room = usize::try_from(files.saturating_sub(OTHERS)).unwrap_or(usize::MAX);
    let each = (room / workers.max(1)).max(1);
    let (connections, streams) = (&mut settings.server.max_connections, &mut settings.limits.streams);
    lower("server.max_connections", connections, usual.server.max_connections, each, files)?;
    // Some connections are left for those who only ask.
    lower("limits.streams", streams, usual.limits.streams, room / 2, files)
}

fn lower(key: &'static str, value: &mut usize, usual: usize, most: usize, files: u64) -> Result<(), Failure> {
    if *value <= most {
        return Ok(());
    }
    if *value != usual {
        return Err(Failure::Usage(format!(
            "{key}：系统只许打开 {files} 个文件，至多设为 {most}，现在是 {value}；请调高 ulimit -n（systemd：LimitNOFILE）或调低它"
        )));
    }
    tracing::warn!(
        setting = key,
        files,
        from = *value,
        to = most,
        "lowered: the system lets open no more files"
    );
    *value = most;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_lowered_to_the_files_there_are_and_what_was_set_by_hand_is_refused() {
        let usual = Settings::usual();
        let mut settings = usual.clone();
        assert!(fit_into(&mut settings, &usual, 1_024, 2).is_ok());
        assert_eq!((settings.server.max_connections, settings.limits.streams), (384, 384));
        let mut settings = usual.clone();
        settings.limits.streams = 900;
        let refused = fit_into(&mut settings, &usual, 1_024, 2);
        assert!(matches!(refused, Err(Failure::Usage(told)) if told.contains("limits.streams")));
        let mut settings = usual.clone();
        assert!(fit_into(&mut settings, &usual, 1_000_000, 2).is_ok());
        assert_eq!(settings.server.max_connections, usual.server.max_connections);
    }
}
