//! Looking at what goes out and came in, and setting in motion again what came to a stop: an admin's business.

use super::administer::admin_only;
use super::{HubService, did, judged};
use crate::bus::Ring;
use crate::fresh;
use crate::store::{Again, Reopened};
use async_trait::async_trait;
use signalbox_core::audit::Kind;
use signalbox_core::delivery::DeliveryState;
use signalbox_core::id::DeliveryId;
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::port::Refusal;
use signalbox_core::traffic::{
    DeliveryPage, DeliveryQuery, DeliveryReport, SentAgain, Traffic, UpdatePage, UpdateQuery, UpdateReport,
    UpdateState, WholeDelivery, WholeUpdate,
};
use std::future::ready;

impl HubService {
    async fn lets_look(&self, actor: &Actor, asked: (&str, &str, &str)) -> Result<(), Refusal> {
        judged(self.parts(), actor, asked, ready(admin_only(actor))).await
    }
}

#[async_trait]
impl Traffic for HubService {
    async fn deliveries(&self, actor: &Actor, query: DeliveryQuery) -> Result<DeliveryPage, Refusal> {
        self.lets_look(actor, ("delivery.list", "hub", "deliveries")).await?;
        Ok(self.parts().store.delivery_page(&query).await?)
    }

    async fn delivery(&self, actor: &Actor, id: &DeliveryId) -> Result<WholeDelivery, Refusal> {
        self.lets_look(actor, ("delivery.show", "delivery", id.as_str())).await?;
        self.parts().store.seen_whole(id).await?.ok_or_else(|| no_delivery(id))
    }

    async fn send_again(&self, actor: &Actor, id: &DeliveryId) -> Result<DeliveryReport, Refusal> {
        self.lets_look(actor, ("delivery.send_again", "delivery", id.as_str())).await?;
        let sent_again = did(actor, Kind::DeliverySentAgain, "delivery", id.as_str());
        match self.parts().store.noting(sent_again).send_again(id, fresh::now()).await? {
            Again::Owed => self.parts().bus.ring(Ring::Outbox),
            Again::Missing => return Err(no_delivery(id)),
            Again::NotDead(state) => return Err(Refusal::Conflict(still_goes(state))),
            Again::Overtaken => {
                return Err(Refusal::Conflict(
                    "a newer message shows the same card as it is now; this one would show what is not so any more"
                        .to_owned(),
                ));
            }
        }
        self.parts().store.delivery_report(id).await?.ok_or_else(|| no_delivery(id))
    }

    async fn send_all_again(&self, actor: &Actor, place: &Place) -> Result<SentAgain, Refusal> {
        let name = place.to_string();
        self.lets_look(actor, ("delivery.send_again", "place", &name)).await?;
        let sent_again = did(actor, Kind::DeliverySentAgain, "place", &name);
        let count = self.parts().store.noting(sent_again).send_all_again(place, fresh::now()).await?.unwrap_or(0);
        if count > 0 {
            self.parts().bus.ring(Ring::Outbox);
        }
        Ok(SentAgain { count })
    }

    async fn updates(&self, actor: &Actor, query: UpdateQuery) -> Result<UpdatePage, Refusal> {
        self.lets_look(actor, ("update.list", "hub", "inbox")).await?;
        Ok(self.parts().store.update_page(&query).await?)
    }

    async fn update(&self, actor: &Actor, source: &str, id: &str) -> Result<WholeUpdate, Refusal> {
        self.lets_look(actor, ("update.show", "update", &format!("{source}/{id}"))).await?;
        self.parts().store.whole_update(source, id).await?.ok_or_else(no_update)
    }

    async fn handle_again(&self, actor: &Actor, source: &str, id: &str) -> Result<UpdateReport, Refusal> {
        let name = format!("{source}/{id}");
        self.lets_look(actor, ("update.reopen", "update", &name)).await?;
        let reopened = did(actor, Kind::UpdateReopened, "update", &name);
        match self.parts().store.noting(reopened).reopen_update(source, id).await? {
            Reopened::Waits => {}
            Reopened::Missing => return Err(no_update()),
            Reopened::NotFailed(state) => return Err(Refusal::Conflict(not_failed(state))),
        }
        Ok(self.parts().store.whole_update(source, id).await?.ok_or_else(no_update)?.report)
    }
}

fn no_delivery(id: &DeliveryId) -> Refusal {
    Refusal::NotFound(format!("there is no delivery `{id}`; what is long over is forgotten"))
}

fn no_update() -> Refusal {
    Refusal::NotFound("no such update was received; what is long over is forgotten".to_owned())
}

fn still_goes(state: DeliveryState) -> String {
    format!("this delivery is {}; only a dead one can be sent again", state.as_str())
}

fn not_failed(state: UpdateState) -> String {
    match state {
        UpdateState::Waiting | UpdateState::Failing => "it still waits, and is handled by itself".to_owned(),
        UpdateState::Handled | UpdateState::Failed => {
            "it was handled: only one from which nothing came is handled again".to_owned()
        }
    }
}
