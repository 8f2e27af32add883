//! A program that is one service: its command line, and what it reads before it serves.

use std::process::ExitCode;

use clap::{ArgMatches, Command};

use super::{Ground, Opened, Stop, Supervisors, run};
use crate::config::{Common, ConfigError, Env, Opt, Settings, flags};
use crate::notify::Notifier;
use crate::program;
use crate::serve::{self, Inherited, Listeners, Master, Outcome, ServeError, signal};
use crate::telemetry::Service;

/// A program that is one service.
pub struct Program {
    /// What it is called, also on the command line.
    pub service: Service,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// What `--help` ends with.
    pub examples: &'static str,
    /// All its options, in the order in which they are shown; those that every program has are among them.
    pub options: Vec<Opt>,
}

impl Program {
    /// The command line: `serve`, which is done without a command too, and `check`.
    pub fn command(&self) -> Command {
        let serve = Command::new("serve");
        Command::new(self.service.name)
            .about(self.about)
            .version(self.service.version)
            .after_help(self.examples)
            .args(
                flags(&self.options)
                    .into_iter()
                    .map(|flag| flag.global(true)),
            )
            .subcommand(serve.about("Answer requests (what it does without a command)"))
            .subcommand(program::check_command())
    }

    /// The settings under these flags.
    pub fn settings(&self, flags: &ArgMatches) -> Result<Settings, ConfigError> {
        Settings::load(&self.options, &Env::read(), flags)
    }

    /// The whole of a `main` that has no other command.
    pub fn run(
        self,
        serve: impl AsyncFnOnce(Start) -> anyhow::Result<Outcome> + Send + 'static,
    ) -> ExitCode {
        let matches = self.command().get_matches();
        program::run(self.service.name, async move || {
            self.obey(&matches, serve).await
        })
    }

    /// Does what the flags of [`Program::command`] say: asks a probe, or has `serve` do its work.
    pub async fn obey(
        &self,
        matches: &ArgMatches,
        serve: impl AsyncFnOnce(Start) -> anyhow::Result<Outcome>,
    ) -> anyhow::Result<ExitCode> {
        let flags = match matches.subcommand() {
            Some(("check", flags)) => return program::probe(&self.settings(flags)?, flags).await,
            Some((_, flags)) => flags,
            None => matches,
        };
        let outcome = serve(Start::read(self.service, &self.options, flags)?).await?;
        Ok(ExitCode::from(outcome.code()))
    }
}

/// A service before it listens: its settings are read, its log and traces have begun.
pub struct Start {
    /// All its options.
    pub settings: Settings,
    common: Common,
    inherited: Inherited,
    supervisors: Supervisors,
    service: Service,
}

impl Start {
    /// Reads the settings, and starts what they say of the log and of traces.
    pub fn read(service: Service, options: &[Opt], flags: &ArgMatches) -> anyhow::Result<Start> {
        let env = Env::read();
        let settings = Settings::load(options, &env, flags)?;
        let inherited = Inherited::take(&env);
        Start::with(service, settings, &env, inherited, None)
    }

    /// The same for a worker, whose master has handed the settings over.
    pub fn handed(service: Service, options: &[Opt]) -> anyhow::Result<Start> {
        let env = Env::read();
        let inherited = Inherited::take(&env);
        let master = Master::of(&inherited)?;
        let settings = Settings::handed(options, &master.settings)?;
        Start::with(service, settings, &env, inherited, Some(master))
    }

    fn with(
        service: Service,
        settings: Settings,
        env: &Env,
        inherited: Inherited,
        master: Option<Master>,
    ) -> anyhow::Result<Start> {
        serve::hear_reopen().map_err(ServeError::Signals)?;
        // Before there are sockets: told to stop from then on, it leaves no file of one behind.
        let stop = master.is_none().then(|| Box::pin(signal()) as Stop);
        program::start_telemetry(&settings, env, &inherited, service)?;
        let common = settings.get()?;
        Ok(Start {
            settings,
            common,
            inherited,
            supervisors: Supervisors {
                notifier: Notifier::from_env(env),
                master,
                stop,
            },
            service,
        })
    }

    /// Binds the main and the admin listeners, as [`serve::bind`] does. Those that were inherited are had once.
    pub async fn bind(&self) -> Result<(Listeners, Listeners), ServeError> {
        let common = &self.common;
        let (main, admin, access) = (&common.bind, &common.admin_bind, common.socket_access());
        serve::bind(main, admin, &access, &self.inherited).await
    }

    /// Binds, says so in the log, and serves as [`run`] does.
    pub async fn serve(
        self,
        open: impl AsyncFnOnce(&Ground) -> anyhow::Result<Opened>,
    ) -> anyhow::Result<Outcome> {
        let (main, admin) = self.bind().await?;
        tracing::info!(addresses = ?main.addresses(), admin = ?admin.addresses(), "listening");
        self.serve_on((main, admin), open).await
    }

    /// The same on listeners that are bound.
    pub async fn serve_on(
        self,
        listeners: (Listeners, Listeners),
        open: impl AsyncFnOnce(&Ground) -> anyhow::Result<Opened>,
    ) -> anyhow::Result<Outcome> {
        run(
            self.service,
            &self.common,
            self.supervisors,
            listeners,
            open,
        )
        .await
    }
}
