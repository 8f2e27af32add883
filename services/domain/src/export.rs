//! Writing the data out in the form of the originals' FileStorage, which [`import`](crate::import) reads again.
//!
//! One JSON object, a row on each line, keys `Class.id`. Passwords stay here. Everything comes from one snapshot and is
//! read in slices, so that neither other writers nor the size of the data matter.

mod file;
mod head;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::QueryBuilder;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::store::{Row, Store, Tx, on_engine};
use crate::{Counts, Error, Id, Page, Place, Result, Stats};
use crate::{amenity, city, place, review, state, user};

use head::Head;

pub use file::to_file;

/// Rows per query.
const SLICE: u32 = 1_000;

/// Why an export is not complete.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// What was to be written to did not take it.
    #[error("the export could not be written: {0}")]
    Write(#[from] io::Error),
    /// A file could not be written; what was there before is as it was.
    #[error("the export could not be written to {}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database failed.
    #[error("the data could not be read for the export: {0}")]
    Database(#[from] Error),
}

/// Writes all rows to `out` and flushes it. `progress` hears of the rows written and of all of them. Returns the numbers
/// of rows written.
pub async fn run<W: AsyncWrite + Unpin + Send>(
    store: &Store,
    out: &mut W,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Counts, ExportError> {
    let mut tx = store.snapshot("export").await?;
    let total = total(&mut tx).await?;
    let mut export = Export {
        tx,
        out,
        separator: "{\n",
        done: 0,
        total,
        progress,
    };
    let mut written = Counts::default();
    export.all(&mut written).await?;
    let end = match written.total() {
        0 => "{}\n",
        _ => "\n}\n",
    };
    export.out.write_all(end.as_bytes()).await?;
    export.out.flush().await?;
    Ok(written)
}

async fn total(tx: &mut Tx) -> Result<u64> {
    let Stats {
        amenities,
        cities,
        places,
        reviews,
        states,
        users,
    } = Stats::count_in(tx).await?;
    let rows = amenities + cities + places + reviews + states + users;
    Ok(u64::try_from(rows).unwrap_or(0))
}

/// An export under way.
struct Export<'a, W> {
    tx: Tx,
    out: &'a mut W,
    /// What comes before the next row.
    separator: &'static str,
    done: u64,
    total: u64,
    progress: &'a mut (dyn FnMut(u64, u64) + Send),
}

impl<W: AsyncWrite + Unpin + Send> Export<'_, W> {
    async fn all(&mut self, written: &mut Counts) -> Result<(), ExportError> {
        written.states = self.class(state::SELECT, Head::of_state).await?;
        written.cities = self.class(city::SELECT, Head::of_city).await?;
        written.amenities = self.class(amenity::SELECT, Head::of_amenity).await?;
        written.users = self.class(user::SELECT, Head::of_user).await?;
        (written.places, written.links) = self.places().await?;
        written.reviews = self.class(review::SELECT, Head::of_review).await?;
        Ok(())
    }

    async fn class<T: Row + Serialize>(
        &mut self,
        select: &'static str,
        head: fn(&T) -> Head,
    ) -> Result<u64, ExportError> {
        let mut count = 0;
        let mut next = Some(Page::first(SLICE));
        while let Some(page) = next {
            let rows: Vec<T> = self.slice(select, &page).await?;
            next = rows.last().map(|row| Page::after(head(row).id, SLICE));
            count += rows.len() as u64;
            let mut text = Vec::new();
            for row in &rows {
                let head = head(row);
                self.push(&mut text, &head, head.members(row)?)?;
            }
            self.write(&text, rows.len()).await?;
        }
        Ok(count)
    }

    /// Places and their links, as the member `amenity_ids`; returns the numbers of both.
    async fn places(&mut self) -> Result<(u64, u64), ExportError> {
        let (mut places, mut links) = (0, 0);
        let mut next = Some(Page::first(SLICE));
        while let Some(page) = next {
            let rows: Vec<Place> = self.slice(place::SELECT, &page).await?;
            next = rows.last().map(|place| Page::after(place.id, SLICE));
            let mut amenities = match (rows.first(), rows.last()) {
                (Some(first), Some(last)) => self.links(first.id, last.id).await?,
                _ => HashMap::new(),
            };
            let mut text = Vec::new();
            for place in &rows {
                let ids = amenities.remove(&place.id).unwrap_or_default();
                links += ids.len() as u64;
                let head = Head::of_place(place);
                let mut object = head.members(place)?;
                object.insert("amenity_ids".into(), json(&ids)?);
                self.push(&mut text, &head, object)?;
            }
            places += rows.len() as u64;
            self.write(&text, rows.len()).await?;
        }
        Ok((places, links))
    }

    async fn slice<T: Row>(&mut self, select: &'static str, page: &Page) -> Result<Vec<T>> {
        Ok(on_engine!(self.tx, |c| {
            let mut sql = QueryBuilder::new(select);
            page.push(&mut sql, " WHERE ");
            sql.build_query_as().fetch_all(c).await
        })?)
    }

    /// The amenities of the places from one id to another, in order.
    async fn links(&mut self, first: Id, last: Id) -> Result<HashMap<Id, Vec<Id>>> {
        let sql =
            "SELECT place_id, amenity_id FROM place_amenity WHERE place_id >= $1 AND place_id <= $2
                   ORDER BY place_id, amenity_id";
        let links: Vec<(Id, Id)> = on_engine!(self.tx, |c| {
            sqlx::query_as(sql)
                .bind(first)
                .bind(last)
                .fetch_all(c)
                .await
        })?;
        let mut of_place: HashMap<Id, Vec<Id>> = HashMap::new();
        for (place, amenity) in links {
            of_place.entry(place).or_default().push(amenity);
        }
        Ok(of_place)
    }

    fn push(
        &mut self,
        text: &mut Vec<u8>,
        head: &Head,
        object: Map<String, Value>,
    ) -> Result<(), ExportError> {
        let separator = std::mem::replace(&mut self.separator, ",\n");
        let key = format!("{separator}\"{}.{}\": ", head.class, head.id);
        text.extend_from_slice(key.as_bytes());
        serde_json::to_writer(text, &Value::Object(object)).map_err(io::Error::from)?;
        Ok(())
    }

    async fn write(&mut self, text: &[u8], rows: usize) -> Result<(), ExportError> {
        self.out.write_all(text).await?;
        self.done += rows as u64;
        (self.progress)(self.done, self.total);
        Ok(())
    }
}

/// The JSON value of what cannot fail to have one.
fn json<T: Serialize>(value: &T) -> Result<Value, ExportError> {
    Ok(serde_json::to_value(value).map_err(io::Error::from)?)
}
