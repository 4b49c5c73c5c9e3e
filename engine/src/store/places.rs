//! Places: what is talked about there, which messages are whose, and whether we can speak there.

use super::Store;
use super::blobs::wall_clock;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use signalbox_core::card::Card;
use signalbox_core::id::{ConversationId, TaskId};
use signalbox_core::place::Place;
use signalbox_core::policy::{Detail, Policy};
use signalbox_core::port::PlaceReport;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// The platforms that say of a place whether anybody can read it.
const SAY_WHO_READS: [&str; 3] = ["telegram", "discord", "github"];

/// What is known of a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceState {
    /// The conversation that is going on there.
    pub conversation: Option<ConversationId>,
    /// How the next conversation there is worked on; none means at once.
    pub mode: Option<String>,
    /// The model of the next conversation there; none means the project's.
    pub model: Option<String>,
    /// `private`, `shared` or `public`; empty where nobody has been heard yet.
    pub privacy: String,
    /// Why we cannot speak there, if we cannot.
    pub lost: Option<String>,
}

/// One thing to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceSetting {
    /// The conversation that is going on there.
    Conversation(Option<ConversationId>),
    /// How the next conversation there is worked on.
    Mode(Option<String>),
    /// The model of the next conversation there.
    Model(Option<String>),
    /// `private`, `shared` or `public`.
    Privacy(&'static str),
    /// Why we cannot speak there; none when we can.
    Lost(Option<String>),
}

impl Store {
    /// What is known of a place; what nothing is known of is as by default.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn place(&self, place: &Place) -> Result<PlaceState, StoreError> {
        let found = sqlx::query("SELECT conversation_id, mode, model, privacy, lost FROM places WHERE place = ?");
        let found = found.bind(place.to_string()).fetch_optional(&mut *self.db.read().await?).await?;
        found.map_or_else(|| Ok(PlaceState::default()), |row| state_of(&row))
    }

    /// Sets one thing about a place.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_place(&self, place: &Place, setting: PlaceSetting) -> Result<(), StoreError> {
        let row = (place.clone(), setting);
        self.db.write(row, |tx, (place, setting)| Box::pin(set(tx, place, setting))).await
    }

    /// The places that are bound or were heard of, and how many deliveries to each were given up.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn places(&self) -> Result<Vec<PlaceReport>, StoreError> {
        let rows = sqlx::query(
            "SELECT k.place, (SELECT p.name FROM bindings b JOIN projects p ON p.id = b.project_id WHERE b.place = k.place) \
             AS project, (SELECT lost FROM places l WHERE l.place = k.place) AS lost, \
             (SELECT COUNT(*) FROM deliveries d WHERE d.place = k.place AND d.status = 'dead') AS dead \
             FROM (SELECT place FROM places UNION SELECT place FROM bindings) k ORDER BY k.place",
        );
        let rows = rows.fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(report_of).collect()
    }

    /// The card that a message there belongs to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn card_of(&self, place: &Place, message: &str) -> Result<Option<String>, StoreError> {
        let found = sqlx::query("SELECT card_key FROM messages WHERE place = ? AND message = ?");
        let found = found.bind(place.to_string()).bind(message).fetch_optional(&mut *self.db.read().await?).await?;
        found.map(|row| row.text("card_key")).transpose()
    }

    /// Whether a new message is on its way to the place: somebody may see it, and answer it, before we hear which one it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_being_told(&self, place: &Place) -> Result<bool, StoreError> {
        let found = sqlx::query(
            "SELECT d.id FROM deliveries d WHERE d.status = 'sending' AND d.place = ? AND NOT EXISTS \
             (SELECT 1 FROM cards c WHERE c.place = d.place AND c.card_key = d.card_key) LIMIT 1",
        );
        let found = found.bind(place.to_string()).fetch_optional(&mut *self.db.read().await?).await?;
        Ok(found.is_some())
    }

    /// Whether this card was ever owed to the place.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_shown(&self, place: &Place, card_key: &str) -> Result<bool, StoreError> {
        let found = sqlx::query("SELECT id FROM deliveries WHERE place = ? AND card_key = ? LIMIT 1");
        let found = found.bind(place.to_string()).bind(card_key).fetch_optional(&mut *self.db.read().await?).await?;
        Ok(found.is_some())
    }

    /// The latest task of a conversation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn latest_task_of(&self, conversation: &ConversationId) -> Result<Option<TaskId>, StoreError> {
        let found =
            sqlx::query("SELECT id FROM tasks WHERE conversation_id = ? ORDER BY created_at DESC, id DESC LIMIT 1");
        let found = found.bind(conversation.as_str()).fetch_optional(&mut *self.db.read().await?).await?;
        found.map(|row| row.word("id")).transpose()
    }

    /// The latest task that was asked for in a place.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn latest_task_in(&self, place: &Place) -> Result<Option<TaskId>, StoreError> {
        let found = sqlx::query("SELECT id FROM tasks WHERE place = ? ORDER BY created_at DESC, id DESC LIMIT 1");
        let found = found.bind(place.to_string()).fetch_optional(&mut *self.db.read().await?).await?;
        found.map(|row| row.word("id")).transpose()
    }

    /// Everything that is bound to a place, and owed there, goes to another one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn move_place(&self, from: &Place, to: &Place) -> Result<(), StoreError> {
        let row = (from.clone(), to.clone());
        self.change(row, |tx, (from, to)| Box::pin(relocate(tx, from, to))).await
    }

    /// The message in a place that a card there answers.
    pub(super) async fn answered_by(&self, place: &Place, card: &Card) -> Result<Option<String>, StoreError> {
        let (task, own) = match card {
            Card::Reply(card) => return Ok(card.message.clone()),
            Card::Event(_) => return Ok(None),
            Card::Task(card) => (&card.task, None),
            Card::Outcome(card) => (&card.task, None),
            Card::Approval(approval) => (&approval.task, Some(format!("task:{}", approval.task))),
        };
        let mut connection = self.db.read().await?;
        if let Some(key) = own {
            let shown = sqlx::query("SELECT message FROM cards WHERE place = ? AND card_key = ?");
            let shown = shown.bind(place.to_string()).bind(key).fetch_optional(&mut *connection).await?;
            if let Some(row) = shown {
                return row.text("message").map(Some);
            }
        }
        let asked = sqlx::query("SELECT message FROM messages WHERE place = ? AND card_key = ?");
        let asked = asked.bind(place.to_string()).bind(format!("asked:{task}"));
        asked.fetch_optional(&mut *connection).await?.map(|row| row.text("message")).transpose()
    }

    /// How much of a card may be shown in a place: all of it, unless anybody can read there and policy does not say so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn detail_in(&self, place: &Place, card: &Card) -> Result<Detail, StoreError> {
        let project = match card {
            Card::Approval(approval) => approval.project.as_str(),
            Card::Task(card) => &card.project,
            Card::Outcome(card) => &card.project,
            // What may be said in return was judged when it was said.
            Card::Reply(_) | Card::Event(_) => return Ok(Detail::Full),
        };
        if !self.is_public(place).await? {
            return Ok(Detail::Full);
        }
        let policy = self.project(project).await?.and_then(|project| project.policy);
        let read = policy.map_or_else(|| Ok(Policy::default()), |text| Policy::parse(&text));
        Ok(read.map_or(Detail::Summary, |policy| match card {
            Card::Approval(_) => policy.settings.detail_in_public,
            Card::Task(_) | Card::Outcome(_) | Card::Reply(_) | Card::Event(_) => {
                policy.settings.answers_in_public.into()
            }
        }))
    }

    /// Whether anybody can read there. A place on a platform that says so, of which we have not heard yet, counts as one.
    async fn is_public(&self, place: &Place) -> Result<bool, StoreError> {
        Ok(match self.place(place).await?.privacy.as_str() {
            "public" => true,
            "" => SAY_WHO_READS.contains(&place.kind()),
            _ => false,
        })
    }
}

fn report_of(row: &AnyRow) -> Result<PlaceReport, StoreError> {
    Ok(PlaceReport {
        place: row.word("place")?,
        project: row.maybe_text("project")?,
        lost: row.maybe_text("lost")?,
        dead: row.count("dead")?,
    })
}

fn state_of(row: &AnyRow) -> Result<PlaceState, StoreError> {
    Ok(PlaceState {
        conversation: row.maybe_id("conversation_id", ConversationId::new)?,
        mode: row.maybe_text("mode")?,
        model: row.maybe_text("model")?,
        privacy: row.text("privacy")?,
        lost: row.maybe_text("lost")?,
    })
}

/// Sets one thing about a place; the row is made when it is missing.
pub(super) async fn set(tx: &mut Tx, place: &Place, setting: &PlaceSetting) -> Result<(), StoreError> {
    let (sql, value) = match setting {
        PlaceSetting::Conversation(id) => (
            "UPDATE places SET conversation_id = ?, updated_at = ? WHERE place = ?",
            id.as_ref().map(ConversationId::as_str),
        ),
        PlaceSetting::Mode(mode) => ("UPDATE places SET mode = ?, updated_at = ? WHERE place = ?", mode.as_deref()),
        PlaceSetting::Model(model) => ("UPDATE places SET model = ?, updated_at = ? WHERE place = ?", model.as_deref()),
        PlaceSetting::Privacy(word) => ("UPDATE places SET privacy = ?, updated_at = ? WHERE place = ?", Some(*word)),
        PlaceSetting::Lost(reason) => ("UPDATE places SET lost = ?, updated_at = ? WHERE place = ?", reason.as_deref()),
    };
    let (value, now) = (value.map(|value| value.chars().take(250).collect::<String>()), wall_clock().millis());
    let update = || sqlx::query(sql).bind(value.clone()).bind(now).bind(place.to_string());
    if update().execute(&mut *tx).await?.rows_affected() > 0 {
        return Ok(());
    }
    let added = sqlx::query("INSERT INTO places (place, privacy, updated_at) VALUES (?, '', ?)");
    match added.bind(place.to_string()).bind(now).execute(&mut *tx).await.map_err(StoreError::from) {
        Ok(_) => {}
        Err(error) if error.is_duplicate() => {}
        Err(error) => return Err(error),
    }
    update().execute(tx).await?;
    Ok(())
}

/// Keeps which card a message belongs to; what was known of it before gives way.
pub(super) async fn register(tx: &mut Tx, place: &Place, message: &str, card_key: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM messages WHERE place = ? AND message = ?")
        .bind(place.to_string())
        .bind(message)
        .execute(&mut *tx)
        .await?;
    sqlx::query("INSERT INTO messages (place, message, card_key, created_at) VALUES (?, ?, ?, ?)")
        .bind(place.to_string())
        .bind(message)
        .bind(card_key)
        .bind(wall_clock().millis())
        .execute(tx)
        .await?;
    Ok(())
}

async fn relocate(tx: &mut AnyConnection, from: &Place, to: &Place) -> Result<(), StoreError> {
    // What is known of the new place gives way to what was known of the old one.
    for table in ["places", "bindings"] {
        let known = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT place FROM {table} WHERE place = ?")));
        if known.bind(from.to_string()).fetch_optional(&mut *tx).await?.is_none() {
            continue;
        }
        let gone = sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE place = ?")));
        gone.bind(to.to_string()).execute(&mut *tx).await?;
        let moved = sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE {table} SET place = ? WHERE place = ?")));
        moved.bind(to.to_string()).bind(from.to_string()).execute(&mut *tx).await?;
    }
    // Messages do not move along: their numbers mean others in the new place.
    for table in ["cards", "messages"] {
        let gone = sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE place = ?")));
        gone.bind(from.to_string()).execute(&mut *tx).await?;
    }
    for table in ["deliveries", "conversations", "tasks"] {
        let moved = sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE {table} SET place = ? WHERE place = ?")));
        moved.bind(to.to_string()).bind(from.to_string()).execute(&mut *tx).await?;
    }
    // Those that a broken try has become already are in the old place, and mean nothing in the new one.
    let anew = sqlx::query("UPDATE deliveries SET sent = NULL WHERE place = ? AND status IN ('pending', 'sending')");
    anew.bind(to.to_string()).execute(&mut *tx).await?;
    let noted = sqlx::query("UPDATE places SET lost = NULL WHERE place = ?");
    noted.bind(to.to_string()).execute(tx).await?;
    Ok(())
}
