//! What happens to places: we are shut out, let in again, or a place goes by another name.

use super::DeskService;
use crate::fresh;
use crate::store::PlaceSetting;
use signalbox_core::audit::{Deed, Kind, Who};
use signalbox_core::desk::PlaceChange;
use signalbox_core::place::Place;
use signalbox_core::port::Refusal;

impl DeskService {
    pub(super) async fn note_change(&self, place: &Place, change: PlaceChange) -> Result<(), Refusal> {
        match change {
            PlaceChange::Lost(reason) => {
                tracing::warn!(place = place.kind(), reason, "a place is lost");
                self.parts.store.set_place(place, PlaceSetting::Lost(Some(reason))).await?;
            }
            PlaceChange::Back => {
                if self.parts.store.place(place).await?.lost.is_some() {
                    tracing::info!(place = place.kind(), "a place is back");
                    self.parts.store.set_place(place, PlaceSetting::Lost(None)).await?;
                }
            }
            PlaceChange::Moved(to) => {
                tracing::info!(place = place.kind(), "a place goes by another name");
                let moved =
                    Deed::by(Who::Hub, Kind::PlaceMoved, format!("place:{place}"), fresh::now()).with("to", &to);
                self.parts.store.noting(moved).move_place(place, &to).await?;
            }
        }
        Ok(())
    }
}
