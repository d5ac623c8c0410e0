"""What an action refuses with is told to people, in their language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from corrections import actions
from tests.desk import make_case, make_editor

ROOT = Path(__file__).resolve().parent.parent
PLACES = [*sorted((ROOT / "corrections/actions").glob("*.py")), ROOT / "articles/actions.py"]


def bare_words(tree: ast.AST) -> Iterator[int]:
    """Give the lines that raise an exception with words of their own that are not to be translated."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for argument in node.exc.args:
                is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                if is_text or isinstance(argument, ast.JoinedStr):
                    yield node.lineno


@pytest.mark.parametrize("path", PLACES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_refusal_of_an_action_can_be_translated(path: Path) -> None:
    assert list(bare_words(ast.parse(path.read_text()))) == []


def test_bare_words_are_noticed() -> None:
    assert list(bare_words(ast.parse('raise X("no")\nraise X(_("no"))\nraise X(f"no {1}")'))) == [1, 3]


@pytest.mark.django_db
def test_a_ukrainian_editor_is_refused_in_ukrainian(client: Client) -> None:
    case = make_case()
    client.force_login(make_editor())
    actions.claim_case(case, by=make_editor("petro"))

    answer = client.post(reverse("admin:corrections_case_claim", args=[case.pk]), headers={"accept-language": "uk"})

    assert f"petro працює над справою {case.pk}" in answer.content.decode()
