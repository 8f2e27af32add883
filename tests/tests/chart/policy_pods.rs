//! The rules about pods.

use crate::objects::{Objects, Pod, list};
use crate::sets::Set;
use serde_json::Value;
use std::collections::BTreeSet;

const COMPONENT: &str = "app.kubernetes.io/component";
/// Seconds that a program may take beside what its variables say, a master for its workers.
const TO_END: u64 = 6;

/// The containers of all pods about which `wrong` has something to say.
fn containers(
    objects: &Objects,
    wrong: impl Fn(&Pod<'_>, &Value) -> Option<String>,
) -> Vec<String> {
    let mut found = Vec::new();
    for pod in objects.pods() {
        for container in pod.containers() {
            let what = wrong(&pod, container);
            found.extend(what.map(|what| format!("{}: {what}", pod.name(container))));
        }
    }
    found
}

fn pods(objects: &Objects, wrong: impl Fn(&Pod<'_>) -> bool) -> Vec<String> {
    let pods = objects.pods();
    let wrong = pods.iter().filter(|pod| wrong(pod));
    wrong.map(|pod| pod.owner.clone()).collect()
}

fn when(wrong: bool, what: &str) -> Option<String> {
    wrong.then(|| what.to_owned())
}

/// The standard "restricted", and a file system that cannot be written.
pub(crate) fn restricted(objects: &Objects, _: &Set) -> Vec<String> {
    let mut wrong = pods(objects, |pod| {
        let context = &pod.spec["securityContext"];
        context["runAsNonRoot"] != true
            || context["runAsUser"].as_u64().is_none_or(|user| user == 0)
            || context["seccompProfile"]["type"] != "RuntimeDefault"
            || ["hostNetwork", "hostPID", "hostIPC"]
                .iter()
                .any(|shared| pod.spec[shared] == true)
    });
    wrong.extend(containers(objects, |_, container| {
        let context = &container["securityContext"];
        let right = context["allowPrivilegeEscalation"] == false
            && context["readOnlyRootFilesystem"] == true
            && context["capabilities"]["drop"] == serde_json::json!(["ALL"])
            && context["capabilities"].get("add").is_none();
        when(!right, "its securityContext")
    }));
    wrong
}

pub(crate) fn no_token(objects: &Objects, _: &Set) -> Vec<String> {
    let mut wrong = pods(objects, |pod| {
        let account = pod.spec["serviceAccountName"].as_str().unwrap();
        pod.spec["automountServiceAccountToken"] != false
            || !(account == "default" || objects.has("ServiceAccount", account))
    });
    let accounts = objects.kind("ServiceAccount");
    let with = accounts.filter(|account| account["automountServiceAccountToken"] != false);
    wrong.extend(with.map(crate::objects::title));
    wrong
}

pub(crate) fn no_service_links(objects: &Objects, _: &Set) -> Vec<String> {
    pods(objects, |pod| pod.spec["enableServiceLinks"] != false)
}

pub(crate) fn images(objects: &Objects, set: &Set) -> Vec<String> {
    let registry = set.values["global"]["imageRegistry"].as_str();
    let mut wrong = containers(objects, |_, container| {
        let image = container["image"].as_str().unwrap();
        let name = image.rsplit('/').next().unwrap();
        let exact = name.contains("@sha256:") || name.contains(':');
        let mirrored = registry.is_none_or(|registry| image.starts_with(registry));
        when(!exact || !mirrored || name.ends_with(":latest"), image)
    });
    if !set.images.is_empty() {
        let pods = objects.pods();
        let all = pods.iter().flat_map(Pod::containers);
        let all: BTreeSet<String> = all
            .map(|container| container["image"].as_str().unwrap().to_owned())
            .collect();
        wrong.extend(all.symmetric_difference(&set.images).cloned());
    }
    wrong
}

/// Processor time and memory; no limit of processor time, which would only slow down.
pub(crate) fn resources(objects: &Objects, _: &Set) -> Vec<String> {
    containers(objects, |_, container| {
        let asked = &container["resources"];
        let right = asked["requests"]["cpu"].is_string()
            && asked["requests"]["memory"].is_string()
            && asked["limits"]["memory"].is_string()
            && asked["limits"].get("cpu").is_none();
        when(!right, &asked.to_string())
    })
}

fn question(probe: &Value) -> Option<String> {
    let how = ["httpGet", "tcpSocket", "exec"];
    let asked = how.iter().find_map(|how| probe.get(how))?;
    Some(asked.to_string())
}

pub(crate) fn probes(objects: &Objects, _: &Set) -> Vec<String> {
    containers(objects, |pod, container| {
        let helper = container["name"] == "exporter";
        let at_start = list(pod.spec, "/initContainers").contains(&container);
        if !pod.stays() || at_start {
            return None;
        }
        let [ready, live, startup] = ["readinessProbe", "livenessProbe", "startupProbe"]
            .map(|name| question(&container[name]));
        let missing = ready.is_none() || live.is_none() || (startup.is_none() && !helper);
        // nginx and PostgreSQL have one way to tell that they serve, which is also that they have started.
        let theirs = ["edge", "db"].contains(&container["name"].as_str().unwrap());
        let same = live == ready || live == startup || (ready == startup && !theirs);
        when(missing || same, "its probes")
    })
}

pub(crate) fn secrets_are_files(objects: &Objects, _: &Set) -> Vec<String> {
    containers(objects, |_, container| {
        let by_environment = list(container, "/env")
            .iter()
            .any(|variable| variable.pointer("/valueFrom/secretKeyRef").is_some());
        when(
            by_environment || container.get("envFrom").is_some(),
            "its env",
        )
    })
}

pub(crate) fn variables(objects: &Objects, _: &Set) -> Vec<String> {
    containers(objects, |_, container| {
        let mut names = BTreeSet::new();
        let mut variables = list(container, "/env").into_iter();
        let twice = variables.find(|variable| !names.insert(variable["name"].as_str()))?;
        Some(twice["name"].to_string())
    })
}

pub(crate) fn tasks(objects: &Objects, _: &Set) -> Vec<String> {
    let placed = |pod: &Pod<'_>| {
        ["nodeSelector", "tolerations", "affinity"].map(|name| pod.spec.get(name).cloned())
    };
    let of = |component: &str| {
        let pods = objects.pods().into_iter();
        pods.filter(|pod| pod.labels.get(COMPONENT).is_some_and(|it| it == component))
            .map(|pod| placed(&pod))
            .collect::<Vec<_>>()
    };
    let wanted = of("api");
    let tasks = ["migrate", "test"].into_iter();
    tasks
        .filter(|task| of(task).iter().any(|placed| !wanted.contains(placed)))
        .map(str::to_owned)
        .collect()
}

pub(crate) fn mounts(objects: &Objects, _: &Set) -> Vec<String> {
    containers(objects, |pod, container| {
        let claims = objects
            .kind("StatefulSet")
            .filter(|set| crate::objects::title(set) == pod.owner)
            .flat_map(|set| list(set, "/spec/volumeClaimTemplates"))
            .map(|claim| claim["metadata"]["name"].as_str());
        let volumes = list(pod.spec, "/volumes").into_iter();
        let there: BTreeSet<Option<&str>> = volumes
            .map(|volume| volume["name"].as_str())
            .chain(claims)
            .collect();
        let mut mounted = list(container, "/volumeMounts").into_iter();
        let missing = mounted.find(|mount| !there.contains(&mount["name"].as_str()))?;
        Some(missing["name"].to_string())
    })
}

/// The objects that volumes are made of, or the sets of values name as somebody else's.
pub(crate) fn references(objects: &Objects, set: &Set) -> Vec<String> {
    let mut missing = Vec::new();
    let known = |name: &str| objects.has("Secret", name) || set.secrets.iter().any(|it| it == name);
    for pod in objects.pods() {
        for volume in list(pod.spec, "/volumes") {
            let map = volume["configMap"]["name"].as_str();
            missing.extend(map.filter(|name| !objects.has("ConfigMap", name)));
            let secret = volume["secret"]["secretName"].as_str();
            missing.extend(secret.filter(|name| !known(name)));
            let claim = volume["persistentVolumeClaim"]["claimName"].as_str();
            missing.extend(claim.filter(|name| !objects.has("PersistentVolumeClaim", name)));
        }
        let logins = list(pod.spec, "/imagePullSecrets").into_iter();
        let logins = logins.map(|login| login["name"].as_str().unwrap());
        missing.extend(logins.filter(|name| !known(name)));
        let class = pod.spec["priorityClassName"].as_str();
        // Kubernetes has two of its own.
        let class = class.filter(|name| !name.starts_with("system-"));
        missing.extend(class.filter(|name| !objects.has("PriorityClass", name)));
    }
    for ingress in objects.kind("Ingress") {
        let certificates = list(ingress, "/spec/tls").into_iter();
        let certificates = certificates.filter_map(|tls| tls["secretName"].as_str());
        missing.extend(certificates.filter(|name| !known(name)));
    }
    missing.into_iter().map(str::to_owned).collect()
}

/// Seconds of a variable such as `30s`.
fn seconds(container: &Value, name: &str) -> u64 {
    let variables = list(container, "/env").into_iter();
    let found = variables.filter(|variable| variable["name"] == name);
    let texts = found.filter_map(|variable| variable["value"].as_str()?.strip_suffix('s'));
    texts.map(|text| text.parse::<u64>().unwrap()).sum()
}

pub(crate) fn grace(objects: &Objects, _: &Set) -> Vec<String> {
    containers(objects, |pod, container| {
        if !pod.stays() {
            return None;
        }
        let before = container.pointer("/lifecycle/preStop/sleep/seconds");
        let needed = before.and_then(Value::as_u64).unwrap_or(0)
            + seconds(container, "HBNB_DRAIN_DELAY")
            + seconds(container, "HBNB_DRAIN_DEADLINE");
        let grace = pod.spec["terminationGracePeriodSeconds"].as_u64()?;
        when(
            grace < needed + TO_END,
            &format!("{needed} s and {TO_END} in {grace} s"),
        )
    })
}

pub(crate) fn rolls(objects: &Objects, _: &Set) -> Vec<String> {
    let wrong = objects.kind("Deployment").filter(|deployment| {
        let spec = &deployment["spec"];
        let rolling = &spec["strategy"]["rollingUpdate"];
        rolling["maxUnavailable"] != 0
            || rolling["maxSurge"] != 1
            || spec["minReadySeconds"] != 3
            || !spec["revisionHistoryLimit"].is_u64()
            || !spec["progressDeadlineSeconds"].is_u64()
    });
    wrong.map(crate::objects::title).collect()
}

pub(crate) fn spread(objects: &Objects, _: &Set) -> Vec<String> {
    pods(objects, |pod| {
        pod.kind == "Deployment" && list(pod.spec, "/topologySpreadConstraints").is_empty()
    })
}
