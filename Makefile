# Newsroom's commands. `make help` lists them; a fresh clone needs Python ≥ 3.11 with venv, make and git.

PYTHON ?= python3
BIN := .venv/bin
LOCALES := $(foreach po,$(wildcard newsroom/locale/*/LC_MESSAGES/django.po),--locale $(word 3,$(subst /, ,$(po))))
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test check lint bench messages lock install-run install-dev

help:  ## say what there is
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' Makefile | expand -t 12

run: install-run  ## start web, worker and scheduler with the demo newsroom (PORT, DATA_DIR); Ctrl-C ends them
	@exec $(BIN)/python -m newsroom.supervisor

test: install-dev  ## run the tests on SQLite, and on PostgreSQL with Redis if they are at hand (REQUIRE_ALL=1: they must be)
	@$(BIN)/python -m tests $(ARGS)

check: lint test  ## lint, types, import rules, migrations, templates, then the tests: all that CI runs

lint: install-dev
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	python manage.py makemigrations --check --dry-run
	SITE_URL=https://news.example EMAIL_URL=submission://mail.example python manage.py check --deploy --fail-level WARNING
	python -m tests.templates

bench: install-dev  ## run the benchmarks, as a table of ratios
	@$(BIN)/python -m bench

messages: install-dev  ## list the texts of the code in the catalogues, and compile these (needs GNU gettext)
	python manage.py makemessages $(LOCALES) --no-location --no-obsolete --ignore tests --ignore var
	python manage.py compilemessages $(LOCALES) --ignore .venv

lock:  ## resolve the dependencies of pyproject.toml anew, with hashes (needs uv)
	uv pip compile --universal --generate-hashes --custom-compile-command 'make lock' --upgrade pyproject.toml -o requirements/run.txt
	uv pip compile --universal --generate-hashes --custom-compile-command 'make lock' --upgrade pyproject.toml --group dev -o requirements/dev.txt

install-run:
	@$(PYTHON) newsroom/install.py run

install-dev:
	@$(PYTHON) newsroom/install.py dev
