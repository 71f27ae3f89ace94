"""An odd call gets a sentence that says what is the case and what to do, whichever command it is."""

import ast
import json
import re
import sys
from operator import itemgetter
from pathlib import Path

import pytest

from chalicelib.cli import rows
from chalicelib.cli.next_command import PROGRAM
from chalicelib.cli.registry import COMMANDS
from chalicelib.cli.trouble import TROUBLE
from tests.cli import calls
from tests.cli.prompt import Answered, run
from tests.cli.stack import Prompt
from tests.local.patience import finished
from tests.unit import one_each, pairs
from tests.unit.test_imports import SOURCES, tree

ROOT = Path(__file__).parents[2]
LEAVES = dict(calls.leaves())
OF_A_STAGE = {name: found for name, found in LEAVES.items() if calls.takes(found, "--stage")}
WITH_FILES = [name for name, found in LEAVES.items() if calls.takes_files(found)]
WITH_A_TEAM = [name for name, found in OF_A_STAGE.items() if calls.takes(found, "--team")]
NOBODY = {
    "AWS_ACCESS_KEY_ID": "",
    "AWS_SECRET_ACCESS_KEY": "",
    "AWS_SESSION_TOKEN": "",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}
NO_NETWORK = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
NO_ALERT = [b"", b"{}", b"[]", b"null", bytes(range(256)), b'{"a":' * 5_000, b"\xff\xfe{"]
ALERT = json.dumps({"title": "Odd", "state": "FIRING"})

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def prompt(prompt: Prompt) -> Prompt:
    """No odd call becomes an alert, so no function need run."""
    prompt.stack.stop_functions()
    return prompt


def call(name: str, *more: str) -> str:
    return " ".join(filter(None, (name, calls.needed(LEAVES[name]), *more)))


def told(answered: Answered) -> str:
    """What was said, which is no trace, and no fault of the program."""
    said = answered.out + answered.err
    assert "Traceback" not in said
    assert "fault of the command" not in said, said
    assert said.strip(), "a command that says nothing"
    for line in re.findall(rf"`({re.escape(PROGRAM)}[^`]*)`", said.replace("\n", " ")):
        calls.parse(line)
    return said


def sentence(answered: Answered, *words: str) -> None:
    """One sentence, or two: what is the case, and what to do; `doctor` has it as its one finding."""
    said = told(answered)
    if "things to do" in said or "thing to do" in said:
        assert (answered.code, "1 thing to do" in said) == (1, True), said
        assert all(word in answered.words for word in words), said
        return
    assert answered.code == TROUBLE, said
    assert (answered.out, said.count("\n")) == ("", 1), said
    assert re.search(r"[.`]\n$", said), said
    assert all(word in said for word in words), said


@pytest.mark.parametrize("name", LEAVES)
def test_each_command_says_what_it_is_for(name: str) -> None:
    answered = run(f"{name} --help")
    assert answered.code == 0
    assert "Usage" in told(answered)


@pytest.mark.parametrize("name", OF_A_STAGE)
@pytest.mark.parametrize(
    ("option", "word"),
    [
        ("--stage nowhere", "--region"),
        ("--stage 'No Stage!'", "lower-case letters"),
        ("--stage dev --region nowhere", "us-east-1"),
        ("--stage dev --region 'no region'", "us-east-1"),
    ],
)
def test_a_stage_or_a_region_that_there_cannot_be(name: str, option: str, word: str) -> None:
    sentence(run(call(name, option), stdin=ALERT, AWS_REGION="", AWS_DEFAULT_REGION=""), word)


@pytest.mark.parametrize("name", OF_A_STAGE)
def test_without_credentials_it_says_to_log_in(name: str) -> None:
    sentence(run(call(name, "--stage dev"), stdin=ALERT, **NOBODY), "no credentials for AWS", "Log in")


@pytest.mark.parametrize("name", OF_A_STAGE)
def test_without_a_stack_it_says_what_to_start(name: str) -> None:
    sentence(run(call(name), stdin=ALERT, **NO_NETWORK), "Nothing answers at", "make local")


@pytest.mark.parametrize("name", one_each(OF_A_STAGE, lambda name: str(name).partition(" ")[0]))
def test_a_stage_that_was_never_made_is_told(prompt: Prompt, name: str) -> None:
    answered = prompt(call(name, "--stage nowhere --region us-west-2"), stdin=ALERT)
    said = told(answered)
    assert answered.code in (1, TROUBLE)
    assert "--stage" in said or "nowhere" in said


@pytest.mark.parametrize("name", WITH_A_TEAM)
def test_a_team_that_nobody_has(prompt: Prompt, name: str) -> None:
    told(prompt(call(name, "--team nobody-has-it"), stdin=ALERT))


@pytest.mark.parametrize("name", WITH_FILES)
@pytest.mark.parametrize("file", ["no such file", "."])
def test_a_file_that_cannot_be_read(prompt: Prompt, name: str, file: str) -> None:
    sentence(prompt(name, file), "Name a file that can be read")


def test_a_misspelt_file_is_no_title_that_never_arrived() -> None:
    sentence(run("why no-such-payload.json"), "Name a file that can be read")


@pytest.mark.parametrize(("name", "content"), pairs(list(LEAVES), NO_ALERT))
def test_a_file_that_holds_no_alert(prompt: Prompt, name: str, content: bytes, tmp_path: Path) -> None:
    if name not in WITH_FILES:
        arguments = [] if not calls.needed(LEAVES[name]) else [content.decode("latin-1").replace("\0", "?")]
        told(prompt(name, *arguments[:1]))
        return
    file = tmp_path / "odd.json"
    file.write_bytes(content)
    answered = prompt(name, str(file))
    assert told(answered)
    assert answered.code in (0, 1, TROUBLE)


def test_a_command_that_does_not_exist_names_the_one_that_was_meant() -> None:
    answered = run("expain x")
    assert (answered.code, "'explain'" in told(answered)) == (2, True)


def test_a_fault_of_the_program_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object, **__: object) -> None:
        raise KeyError("glsa_secret")

    monkeypatch.setattr(rows, "living", wrong)
    answered = run("list")
    assert (answered.code, answered.out) == (TROUBLE, "")
    assert "This is a fault of the command itself: KeyError" in answered.err
    assert "glsa_secret" not in answered.err


PRINTING = {
    module: path
    for module, path in SOURCES.items()
    if module.startswith("cli.") and not module.startswith("cli.why")
}
"""`why` prints its next command on a line of its own, and tests/stage/test_why.py runs it."""


@pytest.mark.parametrize("module", PRINTING)
def test_no_command_is_printed_that_cannot_be_pasted(module: str) -> None:
    """Docstrings and the options' help are read in the help, where the program's name stands above."""
    code = tree(PRINTING[module])
    of_help = {
        id(text)
        for node in ast.walk(code)
        if isinstance(node, ast.keyword) and node.arg == "help"
        for text in ast.walk(node.value)
    }
    docstrings = {id(node.value) for node in ast.walk(code) if isinstance(node, ast.Expr)}
    texts = [
        node.value
        for node in ast.walk(code)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in of_help | docstrings
    ]
    names = "|".join(COMMANDS)
    assert [text for text in texts if re.search(rf"`(?:{names}) [^`]*`?|`(?:{names}) ?$", text)] == []


NEEDS_NO_AWS = """
import json, sys
from chalicelib.cli.__main__ import app
try:
    app({words})
except SystemExit:
    pass
print()
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
SLOW = {"boto3", "botocore", "chalice", "httpx", "jwt", "cryptography"}


WORDS = [
    ["--help"],
    ["explain", "tests/samples/cloudwatch/contributor-sns.json"],
    ["explain", "--template", "grafana"],
    ["explain", "tests/samples/grafana/address-that-is-none.json"],
    ["explain", "no such file"],
    ["why", "--source", "grafana", "tests/samples/cloudwatch/contributor-sns.json"],
    ["why", "--help"],
]
OF_EACH_COMMAND = one_each(WORDS, itemgetter(0))


@pytest.mark.parametrize("words", OF_EACH_COMMAND)
def test_what_asks_no_aws_waits_for_none_of_its_libraries(words: list[str]) -> None:
    done = finished([sys.executable, "-c", NEEDS_NO_AWS.format(words=words)], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert SLOW.isdisjoint(json.loads(done.stdout.splitlines()[-1]))


def test_the_help_has_a_line_for_each_command() -> None:
    said = run("--help").words
    assert [
        name for name, command in COMMANDS.items() if f"{name} {command.summary}" not in spaced(said)
    ] == []


def spaced(text: str) -> str:
    return " ".join(text.split())
