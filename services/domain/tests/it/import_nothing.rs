//! Imports that leave no trace: not all came in, and all was asked for; or the file is none.

use domain::Stats;
use domain::import::{self, ImportError};
use serde_json::json;

use crate::each_engine;
use crate::import::import;
use crate::import_refusals::{good_rows, id};

#[tokio::test]
async fn strict() {
    each_engine(|store| async move {
        let mut rows = good_rows();
        rows[format!("State.{}", id(1))] = json!({"colour": "red"});
        rows["BaseModel.x"] = json!({});
        rows[format!("Place.{}", id(5))] =
            json!({"city_id": id(2), "user_id": id(4), "amenity_ids": [id(99)]});
        let (outcome, lines) = import(&store, &rows.to_string(), true).await;
        let error = outcome.unwrap_err();
        assert!(matches!(error, ImportError::Strict { faults: 2, .. }));
        assert!(
            error
                .to_string()
                .contains("file.json holds 2 rows or links")
        );
        assert_eq!(lines.len(), 3);
        assert!(Stats::count(&store).await.unwrap().is_empty());

        rows.as_object_mut().unwrap().remove("BaseModel.x");
        rows[format!("Amenity.{}", id(99))] = json!({});
        let (outcome, lines) = import(&store, &rows.to_string(), true).await;
        outcome.unwrap();
        assert_eq!(
            lines.len(),
            1,
            "an unknown attribute alone is no fault: {lines:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn not_json() {
    each_engine(|store| async move {
        let good = good_rows().to_string();
        let cut = good[..good.len() - 1].to_owned() + ",\n\"City.x\": nope}";
        for (text, part) in [
            (cut.as_str(), "file.json is not valid JSON: expected ident at line 2 column 12; nothing was imported"),
            ("", "EOF while parsing a value at line 1 column 0"),
            ("{} {}", "trailing characters at line 1 column 4"),
            ("{\"State.x\": \n\n\"\\q\"}", "invalid escape at line 3 column 3"),
            ("[]", "must be one JSON object"),
            ("null", "must be one JSON object"),
            ("5", "must be one JSON object"),
        ] {
            let (outcome, _) = import(&store, text, false).await;
            let error = outcome.unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert!(Stats::count(&store).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn no_file() {
    each_engine(|store| async move {
        for (name, part) in [
            (
                "/nowhere/file.json",
                "/nowhere/file.json cannot be read: No such file",
            ),
            ("/", "the file / cannot be read: it must be a regular file"),
        ] {
            let error = import::run(&store, name.as_ref(), false, &mut |_| {})
                .await
                .unwrap_err()
                .to_string();
            assert!(error.contains(part), "{error}");
        }
    })
    .await;
}
