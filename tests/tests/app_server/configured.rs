//! A site whose configuration stands in a file, which stories write anew.

use std::fs;
use std::path::PathBuf;

use rig::process::free_port;
use rig::{Binary, Master, Server, Site, Storage};

/// A site whose configuration stands in a file.
pub(crate) struct Configured {
    pub(crate) site: Site,
    file: PathBuf,
    /// The lines that stay.
    fixed: String,
    pub(crate) main: String,
}

impl Configured {
    /// Two workers on an empty SQLite file.
    pub(crate) async fn start() -> Configured {
        Configured::start_with(2).await
    }

    pub(crate) async fn start_with(workers: usize) -> Configured {
        let storage = Storage::sqlite().unwrap();
        let [main, admin] = [(); 2].map(|()| format!("127.0.0.1:{}", free_port().unwrap()));
        let fixed = format!("admin_bind = \"{admin}\"\nno_demo = true\n");
        let file = storage.folder().join("hbnb.toml");
        let text = text(
            &fixed,
            &main,
            storage.url(),
            &format!("workers = {workers}"),
        );
        fs::write(&file, text).unwrap();
        let args = ["serve", "--config", file.to_str().unwrap()];
        let hbnb = Binary::named("hbnb").unwrap();
        let command = hbnb.command(&args, &[], storage.folder());
        let (base, admin) = (format!("http://{main}"), format!("http://{admin}"));
        let mut server = Server::launch(command, &base, &admin).unwrap();
        server.until_ready().await.unwrap();
        let master = Master::of(server, storage.folder());
        let site = Site { master, storage };
        Configured {
            site,
            file,
            fixed,
            main,
        }
    }

    /// Writes the file with these in it.
    pub(crate) fn write(&self, main: &str, url: &str, lines: &str) {
        fs::write(&self.file, text(&self.fixed, main, url, lines)).unwrap();
    }
}

fn text(fixed: &str, main: &str, url: &str, lines: &str) -> String {
    let wait = match lines.contains("database_wait") {
        true => "",
        false => "database_wait = \"500ms\"\n",
    };
    format!("{fixed}{wait}bind = \"{main}\"\ndatabase_url = \"{url}\"\n{lines}\n")
}
