//! The rules that the objects of every set keep, in one table. Each gives its complaints.

use crate::monitoring;
use crate::objects::{Labels, Objects, labels, list, title};
use crate::policy_pods as pods;
use crate::sets::Set;
use serde_json::Value;

type Rule = fn(&Objects, &Set) -> Vec<String>;

pub(crate) const RULES: &[(&str, Rule)] = &[
    ("pods are restricted", pods::restricted),
    ("pods have no token", pods::no_token),
    (
        "pods know no other services by environment",
        pods::no_service_links,
    ),
    ("images have a tag or digest", pods::images),
    ("containers ask for what they need", pods::resources),
    ("probes ask different questions", pods::probes),
    ("secrets are files", pods::secrets_are_files),
    ("variables are set once", pods::variables),
    ("tasks run where the API may", pods::tasks),
    ("volumes that are mounted are there", pods::mounts),
    ("ConfigMaps and Secrets are there", pods::references),
    ("there is time for the drain", pods::grace),
    ("Deployments roll without a gap", pods::rolls),
    ("pods spread", pods::spread),
    ("labels are the recommended ones", recommended_labels),
    ("selectors are three labels for ever", selectors),
    ("selectors choose a pod", chosen),
    ("ports that are named are there", ports),
    ("routes lead to services", routes),
    ("two replicas have a budget", budgets),
    (
        "what scales has no fixed number, and shrinks slowly",
        scaling,
    ),
    ("every pod has a policy of its own", policies),
    (
        "who scrapes reaches no more than metrics",
        monitoring::scrapers,
    ),
    ("alerts miss what is scraped", monitoring::targets),
    ("names are short, and in the namespace", names),
    ("no controller is named", annotations),
];

const SELECTOR: [&str; 3] = [
    "app.kubernetes.io/component",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/name",
];
const COMPONENTS: [&str; 8] = [
    "edge", "web", "api", "assets", "db", "migrate", "backup", "test",
];

fn complaints(found: impl Iterator<Item = Option<String>>) -> Vec<String> {
    found.flatten().collect()
}

fn is_ours(object: &Value) -> bool {
    // What the values bring has the labels that they give it.
    labels(object, "/metadata/labels")
        .get(SELECTOR[2])
        .is_none_or(|name| name != "mine")
}

fn recommended_labels(objects: &Objects, _: &Set) -> Vec<String> {
    let wanted =
        ["version", "part-of", "managed-by"].map(|name| format!("app.kubernetes.io/{name}"));
    let wanted = SELECTOR.map(str::to_owned).into_iter().chain(wanted);
    let wanted: Vec<String> = wanted.chain(["helm.sh/chart".to_owned()]).collect();
    complaints(
        objects
            .all()
            .filter(|object| is_ours(object))
            .map(|object| {
                let has = labels(object, "/metadata/labels");
                let lacks: Vec<&String> = wanted
                    .iter()
                    .filter(|key| !has.contains_key(*key))
                    .collect();
                (!lacks.is_empty()).then(|| format!("{}: {lacks:?}", title(object)))
            }),
    )
}

fn selectors(objects: &Objects, _: &Set) -> Vec<String> {
    let pods = objects.pods();
    let wrong = pods.iter().filter(|pod| pod.stays()).filter(|pod| {
        let keys: Vec<&str> = pod.selector.keys().map(String::as_str).collect();
        let component = pod.labels.get(SELECTOR[0]).map_or("", String::as_str);
        keys != SELECTOR || !pod.is_chosen_by(&pod.selector) || !COMPONENTS.contains(&component)
    });
    wrong.map(|pod| pod.owner.clone()).collect()
}

/// What an object chooses pods by.
fn choice(object: &Value) -> Option<Labels> {
    let place = match object["kind"].as_str().unwrap() {
        "Service" => "/spec/selector",
        "PodDisruptionBudget" | "PodMonitor" => "/spec/selector/matchLabels",
        "NetworkPolicy" => "/spec/podSelector/matchLabels",
        _ => return None,
    };
    Some(labels(object, place))
}

fn chosen(objects: &Objects, _: &Set) -> Vec<String> {
    let pods = objects.pods();
    complaints(objects.all().map(|object| {
        let selector = choice(object)?;
        let nobody = selector.is_empty() || !pods.iter().any(|pod| pod.is_chosen_by(&selector));
        nobody.then(|| title(object))
    }))
}

/// Ports that Services and probes name.
fn ports(objects: &Objects, _: &Set) -> Vec<String> {
    let pods = objects.pods();
    let mut wrong = Vec::new();
    for service in objects.kind("Service") {
        let selector = labels(service, "/spec/selector");
        for port in list(service, "/spec/ports") {
            let name = port["targetPort"].as_str().unwrap();
            let mut behind = pods.iter().filter(|pod| pod.is_chosen_by(&selector));
            // One for scrapers serves pods of several kinds.
            let optional = service["spec"]["publishNotReadyAddresses"] == true;
            if !optional && !behind.any(|pod| pod.ports().contains(&name)) {
                wrong.push(format!("{}: {name}", title(service)));
            }
        }
    }
    for pod in &pods {
        for container in pod.containers() {
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                let port =
                    ["httpGet", "tcpSocket"].map(|how| container[probe][how]["port"].as_str());
                let port = port.into_iter().flatten().next();
                if port.is_some_and(|port| !pod.ports().contains(&port)) {
                    wrong.push(format!("{}: {probe}", pod.name(container)));
                }
            }
        }
    }
    wrong
}

fn routes(objects: &Objects, set: &Set) -> Vec<String> {
    let mut named = Vec::new();
    for ingress in objects.kind("Ingress") {
        for rule in list(ingress, "/spec/rules") {
            let paths = list(rule, "/http/paths").into_iter();
            named.extend(paths.map(|path| &path["backend"]["service"]["name"]));
        }
    }
    for route in objects.kind("HTTPRoute") {
        for rule in list(route, "/spec/rules") {
            named.extend(list(rule, "/backendRefs").into_iter().map(|to| &to["name"]));
        }
    }
    let named = named.into_iter().map(|name| name.as_str().unwrap());
    let missing = named.filter(|name| {
        !objects.has("Service", name) && !set.services.iter().any(|other| other == name)
    });
    missing.map(str::to_owned).collect()
}

fn budgets(objects: &Objects, set: &Set) -> Vec<String> {
    if set.values["pdb"]["enabled"] == false {
        return Vec::new();
    }
    let deployments = objects.kind("Deployment");
    let many = deployments.filter(|object| object["spec"]["replicas"] != 1);
    let without = many.filter(|object| {
        let name = object["metadata"]["name"].as_str().unwrap();
        !objects.has("PodDisruptionBudget", name)
    });
    without.map(title).collect()
}

fn scaling(objects: &Objects, _: &Set) -> Vec<String> {
    let scalers = objects.kind("HorizontalPodAutoscaler");
    complaints(scalers.map(|scaler| {
        let name = &scaler["spec"]["scaleTargetRef"]["name"];
        let target = objects
            .kind("Deployment")
            .find(|object| object["metadata"]["name"] == *name);
        let calm = &scaler["spec"]["behavior"]["scaleDown"]["stabilizationWindowSeconds"];
        let right = target.is_some_and(|target| target["spec"].get("replicas").is_none())
            && calm.as_u64().is_some_and(|seconds| seconds >= 300);
        (!right).then(|| title(scaler))
    }))
}

/// Beside the one that closes all.
fn policies(objects: &Objects, set: &Set) -> Vec<String> {
    if set.values["networkPolicy"]["enabled"] == false {
        return Vec::new();
    }
    let policies: Vec<Labels> = objects
        .kind("NetworkPolicy")
        .map(|policy| labels(policy, "/spec/podSelector/matchLabels"))
        .collect();
    let closed = policies.iter().any(|policy| policy.len() == 2);
    let pods = objects.pods();
    let open = pods.iter().filter(|pod| {
        let own = |policy: &&Labels| policy.len() == 3 && pod.is_chosen_by(policy);
        !closed || !policies.iter().any(|policy| own(&policy))
    });
    open.map(|pod| pod.owner.clone()).collect()
}

fn names(objects: &Objects, _: &Set) -> Vec<String> {
    let wrong = objects
        .all()
        .filter(|object| is_ours(object))
        .filter(|object| {
            let name = object["metadata"]["name"].as_str().unwrap();
            // What has no namespace is alone in the cluster with its name.
            let inside = match object["kind"] == "PriorityClass" {
                true => name.ends_with(".here"),
                false => object["metadata"]["namespace"] == "here",
            };
            // A Job's pods have eleven letters more, and a name may be 63 long.
            name.len() > 52 || !inside
        });
    wrong.map(title).collect()
}

/// Annotations are those of the values alone.
fn annotations(objects: &Objects, set: &Set) -> Vec<String> {
    let said = set.values.pointer("/ingress/annotations");
    let routes = objects
        .all()
        .filter(|object| ["Ingress", "HTTPRoute"].contains(&object["kind"].as_str().unwrap()));
    let with = routes.filter(|route| route["metadata"].get("annotations") != said);
    with.map(title).collect()
}
