"""What the API's document says of every call, held against a running newsroom by Schemathesis: all of its checks.

Examples, edge cases of every parameter and body, random data, and sequences of calls; with a key that may do all, and
without one. The suite looks briefly, and at the same data each time, so that it fails for a change of ours alone.
``CONFORMANCE_EXAMPLES=200 CONFORMANCE_SEED=42 pytest tests/test_api_conformance.py`` looks longer, and at other data.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.newsroom import ROOT, Newsroom, as_in_this_run

pytestmark = [pytest.mark.processes, pytest.mark.django_db]
EXAMPLES = os.environ.get("CONFORMANCE_EXAMPLES", "8")
SEED = os.environ.get("CONFORMANCE_SEED", "1")

KNOWN = """
import json
from django.contrib.auth.models import User
from articles.models import Article
from articles.rest.keys import make_key
from articles.rest.models import Scope
from corrections.models import Case, Correction, Report
from corrections.webhooks import actions

admin = User.objects.get(username="admin")
key = make_key(name="Conformance", scopes=list(Scope), acts_for=admin, per_minute=1_000_000)
endpoints = [actions.create_endpoint(f"https://cms{number}.example.org/hook", by=admin) for number in range(3)]
deliveries = [actions.send_test(endpoint, by=admin) for endpoint in endpoints]
print(json.dumps({
    "key": key.secret,
    "articles": [str(pk) for pk in Article.objects.published().values_list("pk", flat=True)],
    "cases": list(Case.objects.exclude(status="resolved").values_list("pk", flat=True)[:20]),
    "corrections": list(Correction.objects.public().values_list("number", flat=True)),
    "reports": list(Report.objects.values_list("token", flat=True)[:20]),
    "webhooks": [str(endpoint.pk) for endpoint in endpoints],
    "deliveries": [str(delivery.pk) for delivery in deliveries],
}))
"""
"""Makes a key and webhooks, and names what there is, so that calls reach something."""

CONFIGURATION = """
hooks = "{hooks}"
continue-on-failure = true
workers = 1

[generation]
database = "none"

[phases.stateful.generation]
max-examples = {sequences}

# Refused for the state that things are in, not for how the request is written: as much an answer as 404 and 409.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "410", "412", "428", "429"]

# What no schema can say: which corrections the policy takes, and that a time lies ahead or another case exists.
[[operations]]
include-operation-id = ["correct_case", "merge_case"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "412", "422", "428", "429"]
"""


class Server:
    """A running newsroom with the demo in it, and what of it is known."""

    def __init__(self, newsroom: Newsroom, known: dict[str, Any]) -> None:
        self.newsroom = newsroom
        self.known = known

    def configuration(self, *, sequences: int) -> str:
        """Write down what is checked how, and in which addresses there is something to be found."""
        dictionaries = {
            name: self.known[name] for name in ("articles", "cases", "corrections", "reports", "webhooks", "deliveries")
        }
        bound = [
            (r"/articles/\\{id\\}", "path.id", "articles", 0.9),
            (r"/cases/\\{id\\}", "path.id", "cases", 0.9),
            (r"/corrections/\\{number\\}", "path.number", "corrections", 0.9),
            (r"/reports/\\{token\\}", "path.token", "reports", 0.9),
            (r"/webhooks/\\{id\\}", "path.id", "webhooks", 0.9),
            (r"/webhooks/\\{id\\}", "path.delivery", "deliveries", 0.9),
            (r"/reports/$", "body.article", "articles", 0.7),
        ]
        lines = [CONFIGURATION.format(sequences=sequences, hooks=ROOT / "tests" / "conformance_hooks.py")]
        lines += [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}" for name, values in dictionaries.items()]
        lines += [
            f'[[operations]]\ninclude-path-regex = "{path}"\n'
            f'parameters."{name}" = {{ dictionary = "{dictionary}", probability = {probability} }}'
            for path, name, dictionary, probability in bound
        ]
        return "\n\n".join(lines)

    def cursors(self) -> dict[str, str]:
        """Give the cursor of each list's second page, by the list's address."""
        cursors = {}
        for address in ("/api/v1/articles/", "/api/v1/corrections/", "/api/v1/cases/", "/api/v1/webhooks/"):
            request = Request(f"{self.newsroom.url}{address}?page_size=1")
            request.add_header("Authorization", f"Bearer {self.known['key']}")
            with urlopen(request) as response:
                following = json.load(response)["next"]
            cursors[address] = parse_qs(urlsplit(following).query)["cursor"][0]
        return cursors


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    with django_db_blocker.unblock(), as_in_this_run() as environment:
        newsroom = Newsroom(tmp_path_factory.mktemp("conformance"), **environment)
        newsroom.command("migrate", "-v", "0")
        newsroom.command("load_demo")
        known = json.loads(newsroom.python(KNOWN).splitlines()[-1])
        try:
            newsroom.start("web")
            newsroom.wait_until_up()
            yield Server(newsroom, known)
        finally:
            newsroom.kill("web")


def run(server: Server, folder: Path, *, key: str | None, phases: str, sequences: int) -> None:
    configuration = server.configuration(sequences=sequences)
    if key:
        configuration += f'\n\n[auth.openapi.key]\nbearer = "{key}"\n'
    file = folder / "schemathesis.toml"
    file.write_text(configuration)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(file), "run"]
    options = ["--checks", "all", "--phases", phases, "--max-examples", EXAMPLES, "--seed", SEED, "--no-color"]

    of_hooks = {
        "CONFORMANCE_API": f"{server.newsroom.url}/api/v1/",
        "CONFORMANCE_CURSORS": json.dumps(server.cursors()),
        "CONFORMANCE_KEY": key or "",
    }

    ran = subprocess.run(
        [*command, f"{server.newsroom.url}/api/v1/schema/", *options],
        cwd=folder,
        env=os.environ | of_hooks,
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr


def test_every_call_does_what_the_document_says_with_a_key_that_may_do_all(server: Server, tmp_path: Path) -> None:
    run(server, tmp_path, key=server.known["key"], phases="examples,coverage,fuzzing,stateful", sequences=4)


def test_every_call_does_what_the_document_says_without_a_key(server: Server, tmp_path: Path) -> None:
    run(server, tmp_path, key=None, phases="examples,coverage", sequences=1)
