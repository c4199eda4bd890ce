//! The files to run the bot: nobody is root, nothing is written where it need not be, and no secret stands in them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use aside::config::{Config, Log};
use serde_json::Value;

use super::file;

fn yaml(path: &str) -> Vec<Value> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(&file(path)).unwrap();
    documents.into_iter().filter(|document| !document.is_null()).collect()
}

fn of_kind(kind: &str) -> Value {
    let all = yaml("deploy/kubernetes/aside.yaml");
    all.into_iter().find(|document| document["kind"] == kind).unwrap()
}

fn aside(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_aside"))
        .args(arguments)
        .env_clear()
        .current_dir(folder.path())
        .output()
        .unwrap()
}

/// The same arguments with the settings of the repository in the place of those in the image.
fn here(arguments: &[&str]) -> Vec<String> {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/docker/config.toml");
    let place = |word: &&str| *word == "/etc/aside/config.toml";
    let put = |word: &&str| if place(word) { settings.display().to_string() } else { (*word).to_owned() };
    arguments.iter().map(put).collect()
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

/// What is asked of the program is understood, and nobody answers here.
fn assert_asks_for_health(arguments: &[&str]) {
    let arguments = here(arguments);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(arguments[0], "health");
    let output = aside(&arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && told.contains("nobody answers"), "{arguments:?}: {told}");
}

#[test]
fn settings_of_images_are_valid() {
    let config_map = of_kind("ConfigMap");
    let in_cluster = config_map["data"]["config.toml"].as_str().unwrap();
    for text in [file("deploy/docker/config.toml"), in_cluster.to_owned()] {
        let config = Config::parse(&text, Path::new("config.toml")).unwrap().telemetry;
        assert_eq!((config.listen.unwrap().port(), config.log), (9464, Log::Json));
    }
}

#[test]
fn no_secret_stands_in_a_file() {
    let all = [
        "deploy/Dockerfile",
        "deploy/compose.yaml",
        "deploy/docker/config.toml",
        "deploy/systemd/aside.service",
        "deploy/kubernetes/aside.yaml",
        "deploy/kubernetes/secret.example.yaml",
    ];
    // A bot token, and an address with a password.
    let secret = regex::Regex::new(r"[\w-]{23,}\.[\w-]{6,}\.[\w-]{27,}|://\w+:[^$@\s]+@").unwrap();
    for path in all {
        assert!(!secret.is_match(&file(path)), "{path}");
    }
    let example = &yaml("deploy/kubernetes/secret.example.yaml")[0];
    let values = example["stringData"].as_object().unwrap();
    assert!(values.values().all(|value| value == ""), "{values:?}");
}

#[test]
fn the_image_runs_as_nobody_and_asks_for_its_own_health() {
    let text = file("deploy/Dockerfile").replace("\\\n", " ");
    let last = |instruction: &str| text.lines().rev().find_map(|line| line.trim().strip_prefix(instruction));
    assert!(last("FROM ").unwrap().ends_with(":nonroot"), "no shell, no package manager");
    let user: u32 = last("USER ").unwrap().split(':').next().unwrap().parse().unwrap();
    assert!(user > 0);
    let check: Value =
        serde_json::from_str(last("HEALTHCHECK ").unwrap().split_once("CMD ").unwrap().1).unwrap();
    assert_asks_for_health(&words(&check)[1..]);
    let version = file("Cargo.toml")
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = ").map(str::to_owned))
        .unwrap();
    assert!(
        text.contains(&format!("FROM rust:{}-", version.trim_matches('"'))),
        "built by the Rust that it needs"
    );
}

#[test]
fn containers_of_compose_can_do_little() {
    let compose = &yaml("deploy/compose.yaml")[0];
    for (name, service) in compose["services"].as_object().unwrap() {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], serde_json::json!(["ALL"]), "{name}");
        assert_eq!(service["security_opt"], serde_json::json!(["no-new-privileges:true"]), "{name}");
        assert!(service["privileged"].is_null() && service["cap_add"].is_null(), "{name}");
        let user = service["user"].as_str().unwrap();
        assert!(!user.is_empty() && !user.starts_with('0') && !user.starts_with("root"), "{name}: {user}");
        assert!(service["healthcheck"]["test"].is_array(), "{name}");
        let ports = service["ports"].as_array().into_iter().flatten();
        for port in ports {
            assert!(
                port.as_str().unwrap().starts_with("127.0.0.1:"),
                "{name} is reached from elsewhere: {port}"
            );
        }
        for (variable, value) in service["environment"].as_object().unwrap() {
            let secret = ["TOKEN", "PASSWORD", "URL"].iter().any(|part| variable.contains(part));
            assert!(!secret || value.as_str().unwrap().contains("${"), "{name}: {variable}");
        }
    }
    assert_asks_for_health(&words(&compose["services"]["aside"]["healthcheck"]["test"])[2..]);
}

#[test]
fn pods_can_do_little_and_are_asked_how_they_are() {
    let set = of_kind("StatefulSet");
    let pod = &set["spec"]["template"]["spec"];
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert!(pod["securityContext"]["runAsUser"].as_u64().unwrap() > 0);
    assert_eq!(pod["automountServiceAccountToken"], false);
    let container = &pod["containers"][0];
    let may = &container["securityContext"];
    assert_eq!(
        (&may["allowPrivilegeEscalation"], &may["readOnlyRootFilesystem"]),
        (&false.into(), &true.into())
    );
    assert_eq!(may["capabilities"]["drop"], serde_json::json!(["ALL"]));
    assert!(container["resources"]["limits"]["memory"].is_string());
    for (probe, path) in [
        ("startupProbe", "/health/live"),
        ("livenessProbe", "/health/live"),
        ("readinessProbe", "/health/ready"),
    ] {
        assert_eq!(container[probe]["httpGet"]["path"], path, "{probe}");
        assert_eq!(container[probe]["httpGet"]["port"], container["ports"][0]["name"], "{probe}");
    }
    assert_eq!(container["ports"][0]["containerPort"], 9464);
    for variable in container["env"].as_array().unwrap() {
        assert!(variable["value"].is_null(), "{variable} stands in the file");
    }
}

#[test]
fn pods_have_all_shards_among_them() {
    let set = of_kind("StatefulSet");
    let arguments = words(&set["spec"]["template"]["spec"]["containers"][0]["args"]);
    let after = |option: &str| {
        let at = arguments.iter().position(|word| *word == option).unwrap();
        arguments[at + 1]
    };
    let (each, total) = after("--shards").split_once('/').unwrap();
    let (each, total): (u64, u64) = (each.parse().unwrap(), total.parse().unwrap());
    assert_eq!(set["spec"]["replicas"].as_u64().unwrap() * each, total);
    assert_eq!(after("--replica"), "$(POD_NAME)");
    for kind in ["ConfigMap", "Service", "PodDisruptionBudget", "NetworkPolicy"] {
        assert_eq!(of_kind(kind)["metadata"]["name"], set["metadata"]["name"], "{kind}");
    }
    assert_eq!(set["spec"]["serviceName"], of_kind("Service")["metadata"]["name"]);
}

#[test]
fn the_unit_is_one() {
    let unit = file("deploy/systemd/aside.service");
    let kept = [
        "DynamicUser=yes",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "StateDirectory=aside",
        "MemoryDenyWriteExecute=yes",
        "Restart=on-failure",
        "RestartPreventExitStatus=78 2",
    ];
    for line in kept {
        assert!(unit.lines().any(|one| one == line), "{line}");
    }
    assert!(
        !unit.lines().any(|line| line.starts_with("Environment=")),
        "secrets stand in a file of their own"
    );
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("aside.service");
    fs::write(&copy, unit.replace("/usr/local/bin/aside", env!("CARGO_BIN_EXE_aside"))).unwrap();
    match Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&copy).output() {
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && !told.contains("aside.service"), "{told}");
        }
        Err(error) => println!("the unit is not verified: systemd-analyze cannot be run here ({error})"),
    }
}
