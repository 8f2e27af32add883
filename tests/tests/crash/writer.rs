//! A client that writes without a pause, and keeps a diary of the answers.

use rig::http::{Reply, get, send};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);

/// What one writer knows, by the paths of rows.
#[derive(Default)]
pub(crate) struct Diary {
    /// Rows as the last answer showed them.
    rows: BTreeMap<String, Value>,
    /// Rows whose deletion was answered.
    gone: BTreeSet<String>,
    /// Places, with the amenity they were given.
    links: BTreeMap<String, String>,
    doubt: Option<Doubt>,
}

/// A write that the server did not live to answer.
enum Doubt {
    Renamed { path: String, name: String },
    Deleted(Vec<String>),
}

pub(crate) struct Writer {
    base: String,
    answered: Arc<AtomicUsize>,
    diary: Diary,
}

/// The server is gone, and with it the answer.
struct Unanswered;

impl Writer {
    pub(crate) fn new(base: &str, answered: Arc<AtomicUsize>) -> Self {
        Self {
            base: base.to_owned(),
            answered,
            diary: Diary::default(),
        }
    }

    /// Writes until the server is gone.
    pub(crate) async fn write_on(mut self) -> Diary {
        // Cannot end otherwise than by a write that was not answered.
        let Err(Unanswered) = self.write_forever().await;
        self.diary
    }

    async fn write_forever(&mut self) -> Result<std::convert::Infallible, Unanswered> {
        let account = json!({"email": "ann@example.org", "password": "pwd", "first_name": "Ann"});
        let user = self.create("/users", "/users", account).await?;
        let amenity = json!({"name": "Wifi"});
        let amenity = self.create("/amenities", "/amenities", amenity).await?;
        for turn in 0_u32.. {
            let rows = self.create_state(&user, &amenity).await?;
            self.rename(&rows[2], &format!("Cabin {turn}")).await?;
            if turn % 2 == 1 {
                self.delete(rows).await?;
            }
        }
        unreachable!("four billion turns")
    }

    /// A state with a city, a place in it, and a review; their paths.
    async fn create_state(&mut self, user: &str, amenity: &str) -> Result<Vec<String>, Unanswered> {
        let name = "Côte d'Azur \u{1f3d6}";
        let state = json!({"name": name});
        let state = self.create("/states", "/states", state).await?;
        let cities = format!("/states/{state}/cities");
        let city = self
            .create(&cities, "/cities", json!({"name": name}))
            .await?;
        let place = json!({"name": name, "user_id": user, "description": name.repeat(40),
            "number_rooms": 3, "price_by_night": 120, "latitude": 43.55, "longitude": 7.01});
        let places = format!("/cities/{city}/places");
        let place = self.create(&places, "/places", place).await?;
        let path = format!("/places/{place}");
        self.link(&path, amenity).await?;
        let review = json!({"text": name, "user_id": user});
        let reviews = format!("{path}/reviews");
        let review = self.create(&reviews, "/reviews", review).await?;
        Ok(vec![
            format!("/states/{state}"),
            format!("/cities/{city}"),
            path,
            format!("/reviews/{review}"),
        ])
    }

    /// Makes a row and returns its id.
    async fn create(
        &mut self,
        collection: &str,
        rows: &str,
        body: Value,
    ) -> Result<String, Unanswered> {
        let row = self.send("POST", collection, Some(body), 201).await?;
        let id = row["id"].as_str().unwrap().to_owned();
        self.diary.rows.insert(format!("{rows}/{id}"), row);
        Ok(id)
    }

    async fn link(&mut self, place: &str, amenity: &str) -> Result<(), Unanswered> {
        let path = format!("{place}/amenities/{amenity}");
        self.send("POST", &path, None, 201).await?;
        self.diary
            .links
            .insert(place.to_owned(), amenity.to_owned());
        Ok(())
    }

    async fn rename(&mut self, path: &str, name: &str) -> Result<(), Unanswered> {
        self.diary.doubt = Some(Doubt::Renamed {
            path: path.to_owned(),
            name: name.to_owned(),
        });
        let row = self
            .send("PUT", path, Some(json!({"name": name})), 200)
            .await?;
        self.diary.doubt = None;
        self.diary.rows.insert(path.to_owned(), row);
        Ok(())
    }

    /// Deletes the first of these rows, to which the others belong.
    async fn delete(&mut self, rows: Vec<String>) -> Result<(), Unanswered> {
        let first = rows[0].clone();
        self.diary.doubt = Some(Doubt::Deleted(rows.clone()));
        self.send("DELETE", &first, None, 200).await?;
        self.diary.doubt = None;
        for path in rows {
            self.diary.rows.remove(&path);
            self.diary.links.remove(&path);
            self.diary.gone.insert(path);
        }
        Ok(())
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        status: u16,
    ) -> Result<Value, Unanswered> {
        let body = body.map(|body| body.to_string().into_bytes());
        let path = format!("/api/v1{path}");
        let json = [("content-type", "application/json")];
        let reply = send(&self.base, method, &path, &json, body, LIMIT).await;
        let reply = reply.map_err(|_| Unanswered)?;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
        self.answered.fetch_add(1, Ordering::Relaxed);
        Ok(reply.json().unwrap())
    }
}

impl Diary {
    /// Finds all that was answered at the server, as it was answered.
    pub(crate) async fn hold_against(&self, base: &str) {
        let doubtful: &[String] = match &self.doubt {
            Some(Doubt::Deleted(rows)) => {
                is_whole_or_gone(base, rows).await;
                rows
            }
            Some(Doubt::Renamed { path, name }) => {
                is_old_or_new(&read(base, path).await, &self.rows[path], name);
                std::slice::from_ref(path)
            }
            None => &[],
        };
        let sure = |path: &&String| !doubtful.contains(path);
        for path in self.rows.keys().filter(sure) {
            let reply = read(base, path).await;
            assert_eq!(reply.status, 200, "{path} is lost");
            assert_eq!(reply.json().unwrap(), self.rows[path], "{path}");
        }
        for path in &self.gone {
            assert_eq!(read(base, path).await.status, 404, "{path} is back");
        }
        for (place, amenity) in self.links.iter().filter(|(path, _)| sure(path)) {
            let linked = read(base, &format!("{place}/amenities")).await;
            assert!(linked.text().contains(amenity), "{place} has lost a link");
        }
    }
}

/// A deletion takes all that belongs to the row, or nothing.
async fn is_whole_or_gone(base: &str, rows: &[String]) {
    let mut statuses = BTreeSet::new();
    for path in rows {
        statuses.insert(read(base, path).await.status);
    }
    let whole = BTreeSet::from([200]);
    let gone = BTreeSet::from([404]);
    assert!(
        statuses == whole || statuses == gone,
        "{rows:?} is half there"
    );
}

fn is_old_or_new(reply: &Reply, old: &Value, name: &str) {
    let row = reply.json().unwrap();
    let mut new = old.clone();
    new["name"] = name.into();
    new["updated_at"] = row["updated_at"].clone();
    assert!(row == *old || row == new, "{row} was {old}");
}

async fn read(base: &str, path: &str) -> Reply {
    get(base, &format!("/api/v1{path}")).await.unwrap()
}
