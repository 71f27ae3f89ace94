"""The workflows of GitHub Actions: what they may do, whose code they run, and that all they call is there."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
FILES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((GITHUB / "workflows").glob("*.yml"))}
WORKFLOWS: dict[str, Any] = {name: yaml.safe_load(text) for name, text in FILES.items()}
JOBS = {(name, job): body for name, flow in WORKFLOWS.items() for job, body in flow["jobs"].items()}
RUNS = [(*where, step["run"]) for where, job in JOBS.items() for step in job["steps"] if "run" in step] + [
    ("deploy", "script", (GITHUB / "comment-plan.sh").read_text(encoding="utf-8"))
]

READ = {"contents": "read"}
PERMISSIONS = {
    ("ci", "check"): READ,
    ("codeql", "analyze"): READ | {"actions": "read", "security-events": "write"},
    ("deploy", "plan"): READ | {"id-token": "write", "pull-requests": "write"},
    ("deploy", "deploy"): READ | {"id-token": "write"},
    ("release", "release"): {"attestations": "write", "contents": "write", "id-token": "write"},
}
STARTED_BY = {"pull_request", "push", "schedule"}
"""None of these runs a stranger's code with rights, as `pull_request_target` would."""


def started_by(workflow: dict[Any, Any]) -> set[str]:
    """What starts a workflow; YAML takes its `on` for a boolean."""
    return set(workflow[True])


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_has_no_rights_but_those_its_jobs_need(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {}
    assert started_by(WORKFLOWS[name]) <= STARTED_BY


def test_each_job_has_the_rights_that_are_listed_here_and_an_end() -> None:
    assert {where: job["permissions"] for where, job in JOBS.items()} == PERMISSIONS
    assert all(job["timeout-minutes"] <= 90 for job in JOBS.values())


def test_an_action_is_a_commit_with_its_version_and_everywhere_the_same() -> None:
    used = [line for text in FILES.values() for line in re.findall(r"uses: *(.*)", text)]
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []
    commits = {re.sub(r"(/\w+)?@", "@", line, count=1) for line in used if line.count("/") > 1} | {
        line for line in used if line.count("/") == 1
    }
    assert len(commits) == len({line.partition("@")[0] for line in commits})


@pytest.mark.parametrize("name", FILES)
def test_there_is_no_secret_and_no_foreign_text_in_a_command(name: str) -> None:
    assert "secrets" not in FILES[name]
    assert [run for where, _, run in RUNS if where == name and "${{" in run] == []


def test_no_step_leaves_the_token_of_a_checkout_behind() -> None:
    checkouts = [step for job in JOBS.values() for step in job["steps"] if "checkout" in step.get("uses", "")]
    assert len(checkouts) == len(JOBS)
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def targets() -> Iterator[str]:
    """Every make target that a workflow names, for one stage."""
    for *_, run in RUNS:
        for line in re.findall(r"^make (.*)", run, re.MULTILINE):
            words = re.split(r"[|>]|2>", line.replace('"', "").replace("$STAGE", "dev"))[0].split()
            yield from (word for word in words if "=" not in word)


def test_each_make_target_is_there() -> None:
    named = set(targets())
    assert named == {"deploy-dev", "plan-dev", "package-prod", "sbom", "notes"}
    for target in named:
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


FRESH = """#!/bin/sh
case "$*" in *ops.changelog*) echo "the notes" ;; *"pip install"*) echo "a progress bar" ;; esac
"""


def test_the_notes_of_a_release_are_all_that_make_prints_on_a_fresh_machine(tmp_path: Path) -> None:
    """There it sets up Python's environment first."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(FRESH, encoding="utf-8")
    python.chmod(0o755)
    command = ["make", "--no-print-directory", "notes", "TAG=v1.2.3", f"VENV={tmp_path}", f"PYTHON={python}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Setting up" in done.stderr
    assert done.stdout == "the notes\n"


def test_deploying_is_off_until_a_variable_names_the_stages() -> None:
    plan, deploy = (JOBS["deploy", name] for name in ("plan", "deploy"))
    assert all(job["if"].startswith("vars.DEPLOY &&") for job in (plan, deploy))
    assert all(
        job["strategy"]["matrix"] == {"include": "${{ fromJSON(vars.DEPLOY) }}"} for job in (plan, deploy)
    )


def test_a_pull_request_plans_and_main_deploys_each_with_the_role_that_terraform_makes_for_it() -> None:
    """A job that names an environment has that in its subject, even in a pull request."""
    plan, deploy = (JOBS["deploy", name] for name in ("plan", "deploy"))
    assert "github.event_name == 'pull_request'" in plan["if"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in plan["if"]
    assert "environment" not in plan
    assert "github.event_name == 'push'" in deploy["if"]
    assert WORKFLOWS["deploy"][True]["push"] == {"branches": ["main"]}
    assert deploy["environment"] == "${{ matrix.stage }}"
    module = (ROOT / "infra-extra" / "ci" / "main.tf").read_text(encoding="utf-8")
    assert '"ci-${local.prefix}-${each.key}"' in module
    for name, job in {"plan": plan, "deploy": deploy}.items():
        (role,) = [
            step["with"]["role-to-assume"] for step in job["steps"] if "aws-actions" in step.get("uses", "")
        ]
        assert (
            role == f"arn:aws:iam::${{{{ matrix.account }}}}:role/ci-alerting-${{{{ matrix.stage }}}}-{name}"
        )


def test_dependabot_watches_every_folder_with_dependencies() -> None:
    updates = yaml.safe_load((GITHUB / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    watched = {
        each["package-ecosystem"]: each.get("directories", [each.get("directory")]) for each in updates
    }
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for ecosystem, pattern in {
        "npm": r"^(.*/)package\.json$",
        "terraform": r"^(.*/)versions\.tf$",
        "pip": r"^(.*/)?(?:requirements[\w-]*|checkov|supply)\.txt$",
    }.items():
        found = re.finditer(pattern, listed, re.MULTILINE)
        folders = {f"/{match[1] or ''}".rstrip("/") or "/" for match in found}
        assert set(watched[ecosystem]) == folders, ecosystem


GH = """#!/bin/sh
echo "$@" >>"$CALLS"
case "$*" in *--jq*) cat "$THERE" ;; *) cat comment.md >"$BODY" ;; esac
"""


def test_a_plan_has_one_comment_which_is_edited(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text(GH, encoding="utf-8")
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "plan.txt").write_text("x" * 70_000 + "\nPlan: 1 to add\n", encoding="utf-8")
    calls, there, body = (tmp_path / name for name in ("calls", "there", "body"))
    named = {
        "GITHUB_REPOSITORY": "example-org/alerting",
        "PULL_REQUEST": "7",
        "STAGE": "dev",
        "GH_TOKEN": "t",
    }
    files = {"CALLS": str(calls), "THERE": str(there), "BODY": str(body)}
    environment = os.environ | named | files | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for ids in ("", "41\n42\n"):
        there.write_text(ids, encoding="utf-8")
        command = [str(GITHUB / "comment-plan.sh"), "plan.txt"]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True)
        text = body.read_text(encoding="utf-8")
        assert text.startswith("<!-- plan of dev -->\n")
        assert "Plan: 1 to add\n" in text
        assert len(text) < 65_536
    _, made, _, edited = calls.read_text(encoding="utf-8").splitlines()
    assert "--method POST repos/example-org/alerting/issues/7/comments" in made
    assert "--method PATCH repos/example-org/alerting/issues/comments/41 " in edited


def test_the_guides_example_names_what_the_workflow_reads() -> None:
    guide = (ROOT / "docs" / "deploy-ci.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^ *(\[\{.*\}\])$", guide, re.MULTILINE)
    read = set(re.findall(r"matrix\.(\w+)", FILES["deploy"]))
    assert all(set(stage) == read for stage in json.loads(example))
