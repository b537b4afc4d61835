"""Checks: which are installed, what they are told, and whether they stand what a check must."""

import asyncio
import sys

import click

from service.cli.common import told
from service.domain.errors import GranskaError
from service.domain.finding import CheckResult
from service.pipeline import conformance
from service.pipeline.installed import Parameter
from service.pipeline.registry import Registry
from service.words import DEFAULT, Catalogue


@click.group(invoke_without_command=True)
@click.pass_context
@told
def checks(context: click.Context) -> None:
    """Checks that are installed: where from, what they ask, their parameters and needs."""
    if context.invoked_subcommand is None:
        registry = Registry()
        asyncio.run(_list(registry, _words(registry)))


@checks.command("try")
@click.argument("name")
@told
def try_check(name: str) -> None:
    """Run the examples that the check NAME brings."""
    registry = _with(name)
    asyncio.run(_try(registry, name, _words(registry)))


@checks.command()
@click.argument("name")
@told
def conform(name: str) -> None:
    """Try the check NAME against empty and hostile inputs, its examples and its words; exit status 1 if it fails."""
    registry = _with(name)
    words = _words(registry)
    trials = asyncio.run(conformance.conform(registry, name, words))
    for trial in trials:
        mark = "ok " if trial.passed else "FEL"
        click.echo(f"{mark}  {words.say(DEFAULT, trial.code, {})}")
        for fault in trial.faults[:10]:
            click.echo(f"       {fault}")
    if not all(trial.passed for trial in trials):
        sys.exit(1)


def _with(name: str) -> Registry:
    registry = Registry()
    if name not in registry.installed():
        raise GranskaError("checks.not_installed", name=name)
    return registry


def _words(registry: Registry) -> Catalogue:
    from service.app import words_with

    return words_with(registry)


async def _list(registry: Registry, words: Catalogue) -> None:
    for name in sorted(registry.installed()):
        origin = registry.origin(name)
        where = {"name": origin.distribution, "version": origin.version, "sha256": origin.sha256[:16]}
        try:
            known = await registry.told(name)
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
            click.echo(f"{name}: {words.say(DEFAULT, 'checks.broke', {'error': type(error).__name__})}\n")
            continue
        description = known.description
        click.echo(f"{name} {description.version}: {words.say(DEFAULT, f'check.{name}.question', {})}")
        click.echo("  " + words.say(DEFAULT, "checks.from", where))
        click.echo(
            "  " + words.say(DEFAULT, "checks.owner", {"owner": description.owner, "link": description.rests_on})
        )
        kinds = ", ".join(words.term(DEFAULT, "kind", kind.value).lower() for kind in sorted(description.kinds))
        click.echo("  " + words.say(DEFAULT, "checks.kinds", {"kinds": kinds}))
        needs = ", ".join(words.term(DEFAULT, "need", need.value) for need in sorted(description.needs))
        if needs:
            click.echo("  " + words.say(DEFAULT, "checks.needs", {"needs": needs}))
        traits = ", ".join(words.term(DEFAULT, "trait", trait.value) for trait in sorted(description.traits))
        if traits:
            click.echo("  " + words.say(DEFAULT, "checks.traits", {"traits": traits}))
        for parameter in known.parameters:
            click.echo("  " + _parameter(name, parameter, words))
        click.echo()


def _parameter(check: str, parameter: Parameter, words: Catalogue) -> str:
    holds = words.term(DEFAULT, "holds_param", parameter.holds)
    if parameter.choices:
        holds += f" ({', '.join(parameter.choices)})"
    if parameter.least is not None or parameter.most is not None:
        bounds = ["" if bound is None else str(bound) for bound in (parameter.least, parameter.most)]
        holds += f" {'–'.join(bounds)}"
    code = "checks.parameter_required" if parameter.required else "checks.parameter"
    means = words.text(DEFAULT, f"check.{check}.param.{parameter.name}")
    return words.say(DEFAULT, code, {"parameter": parameter.name, "holds": holds, "means": means})


async def _try(registry: Registry, name: str, words: Catalogue) -> None:
    for number, example in enumerate(await registry.examples(name), 1):
        result = await registry.run(name, example.given, example.params)
        params = ", ".join(f"{key} = {value}" for key, value in example.params.items()) or "-"
        click.echo(words.say(DEFAULT, "checks.example", {"number": number, "given": params}))
        for line in _said(name, result, words):
            click.echo(f"  {line}")
        if (result.outcome, result.code) != (example.outcome, example.code):
            raise GranskaError("checks.example_differs", expected=example.code, came=result.code)


def _said(name: str, result: CheckResult, words: Catalogue) -> list[str]:
    heading = words.text(DEFAULT, f"check.{name}.heading.{result.outcome}")
    lines = [f"{words.term(DEFAULT, 'outcome', result.outcome.value)}: {heading}"]
    lines.append(words.say(DEFAULT, result.code, result.params))
    return lines + [f"- {words.say(DEFAULT, piece.code, piece.params)}" for piece in result.evidence]
