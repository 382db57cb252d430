//! What every test of the service stands on.

pub mod client;
pub mod contract;
pub mod database;
mod issue;
pub mod process;
pub mod world;

/// Asks again until there is an answer; fails the test after a long while.
pub fn wait_for<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    // Most is there at once: asked for more and more seldom.
    for pause in (0..10).map(|turn| 5 * turn).chain([50; 600]) {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(pause));
    }
    panic!("it did not come about");
}

/// Makes each sentence into two tests, one for each engine.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($service:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "not every sentence needs everything")]
            use super::*;

            fn sentence($service: &mut $crate::api::harness::process::Service) $body

            #[test]
            fn sqlite() {
                sentence(&mut $crate::api::harness::process::Service::on_sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(mut service) = $crate::api::harness::process::Service::on_postgres() {
                    sentence(&mut service);
                }
            }
        }
    )+};
}
