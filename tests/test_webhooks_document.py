"""What `docs/webhooks.md` tells receivers: its examples verify what we send, its tables say what the code does."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from corrections.webhooks import sending, signing
from corrections.webhooks.models import TEST, EventType

DOCUMENT = (Path(__file__).parent.parent / "docs" / "webhooks.md").read_text()
SECRET = signing.new_secret()
BODY = '{"type":"case.opened","data":{"quote":"їжак “”"}}'


def example(language: str) -> str:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)[0]


def sent(*, secrets: list[str], at: int | None = None, body: str = BODY) -> dict[str, str]:
    return signing.headers("msg_1", timestamp=at or int(time.time()), body=body.encode(), secrets=secrets)


CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "ours": ({"secrets": [SECRET]}, True),
    "signed with another secret too": ({"secrets": [signing.new_secret(), SECRET]}, True),
    "another's": ({"secrets": [signing.new_secret()]}, False),
    "too old": ({"secrets": [SECRET], "at": int(time.time()) - 900}, False),
    "another body": ({"secrets": [SECRET], "body": BODY + " "}, False),
}


@pytest.mark.parametrize("case", CASES)
def test_the_example_in_python_verifies_what_is_ours_and_nothing_else(case: str) -> None:
    values, is_ours = CASES[case]
    names: dict[str, Any] = {}
    exec(example("python"), names)

    if is_ours:
        assert names["verify"](SECRET, sent(**values), BODY.encode()) == json.loads(BODY)
    else:
        with pytest.raises(ValueError, match=r"too old|not ours"):
            names["verify"](SECRET, sent(**values), BODY.encode())


@pytest.mark.parametrize("case", CASES)
def test_the_example_in_javascript_verifies_what_is_ours_and_nothing_else(case: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not at hand")
    values, is_ours = CASES[case]
    call = f"verify({json.dumps(SECRET)}, {json.dumps(sent(**values))}, {json.dumps(BODY)})"
    code = f"{example('js')}\nconsole.log(JSON.stringify({call}));"

    ran = subprocess.run([node, "-e", code], capture_output=True, text=True, timeout=60, check=False)

    assert (ran.returncode == 0) is is_ours, ran.stderr
    if is_ours:
        assert json.loads(ran.stdout) == json.loads(BODY)
    else:
        assert re.search("too old|not ours", ran.stderr)


def test_the_document_names_every_message() -> None:
    assert set(re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", DOCUMENT, re.MULTILINE)) == {*EventType, TEST}


def test_the_document_tells_the_schedule() -> None:
    told = re.search(r"tried ten times: at once, after (.*?) hours", DOCUMENT, re.DOTALL)
    assert told is not None
    seconds, minutes, hours = re.findall(r"^(\d+) seconds, (.*?) minutes, (.*)$", told[1].replace("\n", " "))[0]
    pauses = [int(seconds)]
    pauses += [60 * int(number) for number in re.findall(r"\d+", minutes)]
    pauses += [3600 * int(number) for number in re.findall(r"\d+", hours)]

    assert pauses == [pause.total_seconds() for pause in sending.SCHEDULE[1:]]
