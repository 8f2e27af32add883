//! Which requests are traced: `OTEL_TRACES_SAMPLER` and its argument.

use opentelemetry_sdk::trace::Sampler;

use super::variable::{Variable, VariableError};
use crate::config::Env;

const NAME: &str = "OTEL_TRACES_SAMPLER";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";
const RIGHT: &str = "give always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or \
                     parentbased_traceidratio";

/// The sampler that the environment names; without a word of it, what the caller decided, and everything that begins here.
pub(super) fn sampler(env: &Env) -> Result<Sampler, VariableError> {
    let by_parent = |root| Sampler::ParentBased(Box::new(root));
    let Some(variable) = Variable::first(env, &[NAME]) else {
        return Ok(by_parent(Sampler::AlwaysOn));
    };
    Ok(match variable.value {
        "always_on" => Sampler::AlwaysOn,
        "always_off" => Sampler::AlwaysOff,
        "traceidratio" => ratio(env)?,
        "parentbased_always_on" => by_parent(Sampler::AlwaysOn),
        "parentbased_always_off" => by_parent(Sampler::AlwaysOff),
        "parentbased_traceidratio" => by_parent(ratio(env)?),
        _ => return Err(variable.wrong(RIGHT)),
    })
}

fn ratio(env: &Env) -> Result<Sampler, VariableError> {
    let Some(variable) = Variable::first(env, &[ARGUMENT]) else {
        return Ok(Sampler::TraceIdRatioBased(1.0));
    };
    match variable.value.parse::<f64>() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(Sampler::TraceIdRatioBased(ratio)),
        _ => Err(variable.wrong("give the ratio of traces, a number from 0 to 1")),
    }
}

#[cfg(test)]
mod tests {
    use super::sampler;
    use crate::config::Env;

    fn of(name: &str, argument: &str) -> Result<String, String> {
        let env = Env::of([
            ("OTEL_TRACES_SAMPLER", name),
            ("OTEL_TRACES_SAMPLER_ARG", argument),
        ]);
        match sampler(&env) {
            Ok(sampler) => Ok(format!("{sampler:?}")),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn names() {
        for (name, argument, wanted) in [
            ("", "", "ParentBased(AlwaysOn)"),
            ("always_on", "", "AlwaysOn"),
            ("always_off", "", "AlwaysOff"),
            ("traceidratio", "", "TraceIdRatioBased(1.0)"),
            ("traceidratio", "0.25", "TraceIdRatioBased(0.25)"),
            ("parentbased_always_on", "", "ParentBased(AlwaysOn)"),
            ("parentbased_always_off", "", "ParentBased(AlwaysOff)"),
            (
                "parentbased_traceidratio",
                "0",
                "ParentBased(TraceIdRatioBased(0.0))",
            ),
        ] {
            assert_eq!(of(name, argument).as_deref(), Ok(wanted), "{name}");
        }
    }

    #[test]
    fn wrong() {
        let error = of("sometimes", "").unwrap_err();
        assert!(
            error.starts_with(
                r#"the variable OTEL_TRACES_SAMPLER has a wrong value "sometimes": give always_on, "#
            ),
            "{error}"
        );
        for argument in ["half", "-0.1", "1.1", "NaN"] {
            let error = of("traceidratio", argument).unwrap_err();
            assert!(error.contains("OTEL_TRACES_SAMPLER_ARG"), "{error}");
            assert!(error.contains(argument), "{error}");
        }
    }
}
