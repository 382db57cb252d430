//! A connection that is lost under a read: the read runs once more, and if that is lost too it is 503.

use super::proxy::Proxy;
use super::silent::host_of;
use crate::api::harness::database::Database;
use crate::api::harness::process::Service;
use crate::api::harness::world::World;
use std::sync::Arc;

#[test]
fn a_read_that_is_cut_off_runs_once_more_and_is_never_an_error_of_ours() {
    let Some(database) = Database::postgres() else { return };
    let proxy = Proxy::to(host_of(&database.url()));
    let url = proxy.url(&database.url());
    let service = Service::start(Arc::new(database), &[("NIANBAO__DATABASE__URL", &url)]);
    let world = World::new(&service);
    let place = &world.county;
    let reads = [
        format!("/agencies/{place}/ancestors"),
        format!("/agencies/{place}/tree"),
        format!("/stats/breakdown?year=2023&within={place}&by=kind"),
        format!("/agencies?within={place}"),
        format!("/years/2023/roster?within={place}"),
    ];
    for path in &reads {
        proxy.cut_off(1);
        service.get(path).send().expect(200);
        assert_eq!(proxy.cuts_left(), 0, "{path} was cut off");
    }
    for path in &reads {
        // In a language of its own, so that no kept answer is at hand.
        proxy.cut_off(usize::MAX);
        let reply = service.get(path).token(&service.admin()).send();
        proxy.cut_off(0);
        assert!(reply.header("retry-after").is_some(), "{reply:?}");
        reply.refused(503, "unavailable");
    }
    for path in &reads {
        service.get(path).token(&service.admin()).send().expect(200);
    }
}
