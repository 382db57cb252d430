//! A write that says what stands there already leaves no trace: no version, no time, no line of the audit.

/// What is to be written over what is there, as its next version; `None` where nothing of it would be otherwise. What
/// tells when it was changed is given the time.
macro_rules! changed {
    ($present:expr, $wanted:expr $(, $at:expr)?) => {{
        let mut wanted = $wanted;
        (wanted != $present).then(|| {
            wanted.version += 1;
            $(wanted.updated_at = $at;)?
            wanted
        })
    }};
}
pub(super) use changed;
