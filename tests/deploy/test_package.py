"""The deployment package: small, always the same, and nothing in it but what the functions need."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.bench.child import Runtime
from tests.deploy.cloud import Cloud
from tests.deploy.tools import ROOT, absent
from tests.deploy.world import Checkout
from tests.local.patience import finished

FOR_PEOPLE = ("chalicelib/cli/", "chalicelib/wiring/checkout.py")
"""What needs a checkout, which no function has."""

COMMIT = "chalicelib/commit.txt"
MOST_BYTES = 12_000_000
NOT_FOR_LAMBDA = {
    *("tests", "ops", "infra-extra", ".chalice", "docs"),
    *("pytest", "_pytest", "moto", "mypy", "ruff", "hypothesis", "selenium", "werkzeug", "typer", "rich"),
    *("boto3", "botocore", "pip", "setuptools"),
}
FROM_LAMBDA = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "role", "AWS_SECRET_ACCESS_KEY": "role"}
PINS = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)
STARTED = """
import json, os, sys
code = sys.argv[1]
sys.path += sys.argv[1:]
import app
cached = {name: getattr(module, "__cached__", None) or "" for name, module in sys.modules.items()}
print(json.dumps({name: os.path.exists(file) for name, file in cached.items() if file.startswith(code)}))
"""
"""Which modules of the package a start loads, and whether each is compiled."""
SBOM_TOOL = ROOT / "build" / "supply" / "bin" / "cyclonedx-py"


def checkout(folder: Path) -> Checkout:
    """Make a checkout in git; its one commit is the same each time."""
    made = Checkout.make(folder / "checkout", Cloud("http://127.0.0.1:1", "us-west-2"))
    shutil.copy(ROOT / ".gitignore", made.path)
    who = {"NAME": "Somebody", "EMAIL": "somebody@example.org", "DATE": "2026-01-01T00:00:00Z"}
    environment = {
        f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()
    }
    for command in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message=all")):
        assert made.run("git", *command, **environment).returncode == 0
    return made


def packaged(made: Checkout) -> Path:
    """What `make package-prod` makes, as `make deploy-prod` would upload it."""
    return Path(made.make_target("package-prod").splitlines()[-1])


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packaged(checkout(tmp_path_factory.mktemp("package")))


def names(package: Path) -> set[str]:
    """What it holds, but for what is compiled."""
    listed = zipfile.ZipFile(package).namelist()
    return {name for name in listed if not name.endswith("/") and "__pycache__" not in name}


def test_it_is_under_twelve_megabytes(package: Path) -> None:
    assert package.stat().st_size < MOST_BYTES


def test_it_holds_all_of_our_code_and_the_routing_but_not_the_command_line(package: Path) -> None:
    files = [path for path in (ROOT / "chalicelib").rglob("*") if path.suffix in {".py", ".toml", ".md"}]
    ours = {name for path in files if not (name := str(path.relative_to(ROOT))).startswith(FOR_PEOPLE)}
    assert {name for name in names(package) if name.startswith("chalicelib/")} == ours | {COMMIT}
    assert "app.py" in names(package)


def test_it_holds_no_web_page_of_a_library(package: Path) -> None:
    assert [name for name in names(package) if name.endswith((".js", ".css", ".html"))] == []


def test_it_holds_no_test_no_stand_in_and_no_development_dependency(package: Path) -> None:
    top = {name.split("/")[0] for name in names(package)}
    assert top & NOT_FOR_LAMBDA == set()
    assert {each.removesuffix(".py") for each in top} & NOT_FOR_LAMBDA == set()


def test_it_holds_what_the_lock_pins_and_no_other_library(package: Path) -> None:
    found = {name.split(".dist-info")[0].lower() for name in names(package) if ".dist-info/" in name}
    pinned = PINS.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert found == {f"{name.replace('-', '_')}-{version}".lower() for name, version in pinned}


def test_it_names_the_commit_that_it_was_built_from(package: Path) -> None:
    commit = zipfile.ZipFile(package).read(COMMIT).decode()
    assert re.fullmatch("[0-9a-f]{12}", commit)


@pytest.mark.parametrize("handler", ["app.app", "app.collector"])
def test_a_start_compiles_nothing(package: Path, tmp_path: Path, handler: str) -> None:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "code")
    aws = Runtime(tmp_path / "code", tmp_path).boto3()
    command = [sys.executable, "-I", "-S", "-B", "-c", STARTED, str(tmp_path / "code"), str(aws)]
    done = finished(command, env={"_HANDLER": handler, **FROM_LAMBDA})
    assert done.returncode == 0, done.stderr
    started = json.loads(done.stdout)
    assert {"app", "chalice.app", "aws_lambda_powertools"} <= started.keys()
    assert ("httpx" in started) is (handler == "app.collector")
    assert [name for name, compiled in started.items() if not compiled] == []


def test_what_a_first_message_loads_is_compiled_too_but_not_what_reconcile_loads(package: Path) -> None:
    listed = zipfile.ZipFile(package).namelist()
    ours = {name.removesuffix(".py") for name in listed if re.fullmatch(r"chalicelib/.*\.py", name)}
    kept = re.compile(rf"(chalicelib/.*)__pycache__/(\w+)\.{sys.implementation.cache_tag}\.pyc")
    compiled = {"".join(found.groups()) for name in listed if (found := kept.fullmatch(name))}
    first = {
        "adapters/grafana",
        "adapters/cloudwatch",
        "adapters/opsgenie",
        "aws/metric_data",
        "store/census",
    }
    assert {f"chalicelib/{name}" for name in first} <= compiled
    assert {"chalicelib/reconcile/drift", "chalicelib/lookups/pagerduty"} <= ours - compiled
    assert {name.split("/")[1] for name in ours - compiled} == {"reconcile", "lookups"}


def test_it_is_for_the_python_and_the_machine_of_the_stage_whoever_makes_it(tmp_path: Path) -> None:
    other = checkout(tmp_path)
    stage = other.path / "infra-extra" / "stages" / "prod.toml"
    text = re.sub(r'python = ".*"', 'python = "3.14"\narchitecture = "arm64"', stage.read_text("utf-8"))
    stage.write_text(text, encoding="utf-8")
    other.make_target("stage-prod")
    made = packaged(other)
    libraries = {Path(name).name for name in names(made) if name.endswith(".so")}
    assert any(name.endswith(".cpython-314-aarch64-linux-gnu.so") for name in libraries)
    assert [name for name in libraries if "x86_64" in name or "cpython-311" in name] == []
    template = json.loads((made.parent / "template" / "sam.json").read_text(encoding="utf-8"))
    made_of = [each["Properties"] for each in template["Resources"].values() if "Function" in each["Type"]]
    assert [(each["Runtime"], each["Architectures"]) for each in made_of] == [("python3.14", ["arm64"])] * 3


def test_a_second_build_from_a_checkout_with_rubbish_is_the_same_byte_for_byte(
    package: Path, tmp_path: Path
) -> None:
    other = checkout(tmp_path)
    compiled = other.path / "chalicelib" / "__pycache__" / "act.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"compiled")
    (other.path / "app.py").chmod(0o600)
    assert digest(packaged(other)) == digest(package)


def test_a_library_that_is_not_the_one_of_the_lock_is_refused(tmp_path: Path) -> None:
    other = checkout(tmp_path)
    lock = other.path / "requirements.lock"
    forged = re.sub(r"(h11==.*\n)(?:    --hash.*\n)+", rf"\1    --hash=sha256:{'0' * 64}\n", lock.read_text())
    lock.write_text(forged)
    refusal = other.refused("package-prod")
    assert "package-prod: " in refusal
    assert "h11" in refusal
    assert not list(other.path.rglob("deployment.zip"))


def test_what_chalice_makes_by_hand_has_the_same_files_and_the_command_line(
    package: Path, tmp_path: Path
) -> None:
    other = checkout(tmp_path)
    chalice = str(Path(sys.executable).with_name("chalice"))
    settled = {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = other.run(chalice, "package", "--stage", "prod", str(tmp_path / "template"), **settled)
    assert done.returncode == 0, done.stderr
    made, ours = contents(tmp_path / "template" / "deployment.zip"), contents(package)
    del ours[COMMIT]
    left_out = {name for name in made if name.startswith(FOR_PEOPLE) or name.endswith((".js", ".css"))}
    assert {name: digest for name, digest in made.items() if name not in left_out} == ours


def test_its_bill_of_materials_names_every_library_with_its_hashes(tmp_path: Path) -> None:
    if not SBOM_TOOL.is_file():
        absent("the tools of the lock are not installed: make build/supply/installed")
    done = finished(["make", "--no-print-directory", "sbom", f"SBOM={tmp_path / 'sbom.json'}"], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    bill = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    listed = {canonicalize_name(each["name"]): each for each in bill["components"]}
    pinned = dict(PINS.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    assert {name: each["version"] for name, each in listed.items() if name != "chalice"} == pinned
    assert "chalice" in listed
    assert all(each["externalReferences"][0]["hashes"] for name, each in listed.items() if name != "chalice")


def released(package: Path, folder: Path) -> Path:
    """A package as a release has it, with its digest next to it."""
    file = folder / "alerting.zip"
    if package != file:
        shutil.copy(package, file)
    Path(f"{file}.sha256").write_text(f"{digest(file)}  {file.name}\n", encoding="utf-8")
    return file


def taken(other: Checkout, file: Path) -> subprocess.CompletedProcess[str]:
    """Prepare a released package where no library can be had."""
    command = (sys.executable, "-m", "ops", "package", "prod", "--released", str(file))
    return other.run(*command, PIP_INDEX_URL="http://127.0.0.1:1", PIP_NO_CACHE_DIR="1")


def test_a_released_package_is_deployed_as_it_is_but_for_the_rules_of_the_checkout(
    package: Path, tmp_path: Path
) -> None:
    other, file = checkout(tmp_path), released(package, tmp_path)
    done = taken(other, file)
    assert done.returncode == 0, done.stderr
    assert digest(Path(done.stdout.splitlines()[-1])) == digest(package)
    names = ("routing.toml", "maintenance.toml", "incidents/default.md", "incidents/storage.md")
    own = {f"chalicelib/{name}": f"# our own {name}\n".encode() for name in names}
    for name, content in own.items():
        (other.path / name).write_bytes(content)
    (other.path / "app.py").write_text("raise SystemExit", encoding="utf-8")
    made = Path(taken(other, file).stdout.splitlines()[-1])
    assert contents(made) == contents(package) | {
        name: hashlib.sha256(content).hexdigest() for name, content in own.items()
    }


def test_a_released_package_that_is_damaged_or_for_another_python_is_refused(
    package: Path, tmp_path: Path
) -> None:
    other, file = checkout(tmp_path), released(package, tmp_path)
    with zipfile.ZipFile(file, "a") as changed:
        changed.writestr("library.cpython-39-x86_64-linux-gnu.so", b"")
    assert "is not the file that alerting.zip.sha256 describes" in taken(other, file).stderr
    assert "alerting.zip is for Python 3.9 on x86_64" in taken(other, released(file, tmp_path)).stderr
    Path(f"{file}.sha256").unlink()
    assert "alerting.zip.sha256 does not exist" in taken(other, file).stderr


def contents(package: Path) -> dict[str, str]:
    with zipfile.ZipFile(package) as files:
        return {name: hashlib.sha256(files.read(name)).hexdigest() for name in names(package)}


def digest(package: Path) -> str:
    return hashlib.sha256(package.read_bytes()).hexdigest()
