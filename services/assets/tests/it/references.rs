//! What files refer to, as the build helper renames it.

use std::fs;

use tempfile::TempDir;

use crate::helper::names;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let top = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let file = top.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    top
}

/// The texts after renaming, with the URL of each file.
fn renamed(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let assets = names::assets(folder(files).path()).unwrap();
    let text = |asset: &names::Asset| String::from_utf8(asset.bytes.clone()).unwrap();
    assets
        .iter()
        .map(|asset| (text(asset), asset.url()))
        .collect()
}

fn error(files: &[(&str, &str)]) -> String {
    names::assets(folder(files).path()).err().unwrap()
}

#[test]
fn scripts() {
    let found = renamed(&[
        ("s/dom.js", "export const a = 1;"),
        (
            "s/main.js",
            "import { a } from \"./dom.js\";\nimport './dom.js';\nexport * from'./dom.js';\n\
             await import( \"../s/dom.js\" );\nconst text = \"./dom.js\";\n// import \"./nope.js\"\n\
             /* from './nope.js'\n * from './nope.js' */\nArray.from('./nope.js');\nxfrom './nope.js';\n",
        ),
    ]);
    let [(_, dom), (main, _)] = &found[..] else {
        panic!("{found:?}");
    };
    assert!(
        dom.starts_with("/static/s/dom.") && dom.ends_with(".js") && dom.len() == 33,
        "{dom}"
    );
    assert_eq!(
        *main,
        format!(
            "import {{ a }} from \"{dom}\";\nimport '{dom}';\nexport * from'{dom}';\n\
             await import( \"{dom}\" );\nconst text = \"./dom.js\";\n// import \"./nope.js\"\n\
             /* from './nope.js'\n * from './nope.js' */\nArray.from('./nope.js');\nxfrom './nope.js';\n"
        )
    );
}

#[test]
fn style_sheets() {
    let found = renamed(&[
        ("i/a.svg", "<svg/>"),
        (
            "s/a.css",
            "@import \"./b.css\";\na { background: url(../i/a.svg#x) url( '../i/a.svg' ) }\n\
             b { background: url(data:./x) url(\"/i/a.svg\") }\n",
        ),
        ("s/b.css", ""),
    ]);
    let [(_, svg), (a, _), (_, b)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        *a,
        format!(
            "@import \"{b}\";\na {{ background: url({svg}#x) url( '{svg}' ) }}\n\
             b {{ background: url(data:./x) url(\"/i/a.svg\") }}\n"
        )
    );
}

#[test]
fn a_change_is_a_new_name_up_to_the_root() {
    let tree = |leaf: &'static str| {
        renamed(&[
            ("a.js", "import './b.js';"),
            ("b.js", "import './c.js';"),
            ("c.js", leaf),
            ("d.js", ""),
        ])
    };
    let (one, other) = (tree("1"), tree("2"));
    for at in 0..3 {
        assert_ne!(one[at].1, other[at].1);
    }
    assert_eq!(one[3], other[3]);
    assert_eq!(one, tree("1"));
}

#[test]
fn circles() {
    let files = [("a.js", "import './b.js';"), ("b.js", "import './a.js';")];
    let wanted = "a.js → b.js → a.js: what refers to itself can have no hashed name";
    assert_eq!(error(&files), wanted);
}

#[test]
fn missing() {
    for name in ["./nope.js", "../../out.js", "./sub/../nope.js"] {
        let text = format!("import '{name}';");
        let wanted = format!("s/a.js refers to {name}, and there is no such file");
        assert_eq!(error(&[("s/a.js", &text)]), wanted);
    }
}

#[test]
fn names_that_cannot_be() {
    for name in ["a b.css", "LICENSE", "caf\u{e9}.css", "a?.css"] {
        let wanted =
            format!("{name}: name it with letters, digits, `-`, `_`, `.` and an extension");
        assert_eq!(error(&[(name, "")]), wanted);
    }
    let wanted = "a.0123456789abcdef.css: this would be a hashed name of a.css";
    assert_eq!(error(&[("a.0123456789abcdef.css", "")]), wanted);
}

#[test]
fn hidden_files_are_left_out() {
    let found = renamed(&[("a.css", ""), (".hidden.css", ""), (".git/x.css", "")]);
    assert_eq!(found.len(), 1);
}
