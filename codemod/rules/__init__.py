"""All rules, and what was left out on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.rules import (
    lm101_wrong_option_value,
    lm102_mode_removed,
    lm103_stale_warning_filter,
    lm104_unset_scope_is_fatal,
    lm105_second_pytest_table,
    lm106_option_not_read,
    lm107_unknown_option,
    lm108_set_by_command,
    lm201_value_crosses_loops,
    lm202_module_resource_crosses_loops,
    lm203_loop_narrower_than_cache,
    lm204_foreign_loop_shares_resource,
    lm205_application_may_cross_loops,
    lm206_loops_refused,
    lm211_plain_async_fixture,
    lm212_yield_fixture,
    lm213_positional_loop_scope,
    lm301_mark_scope_keyword,
    lm302_mark_arguments_ignored,
    lm303_mark_on_fixture,
    lm304_mark_on_sync_test,
    lm305_redundant_mark,
    lm306_asyncio_event_loop_mark,
    lm307_pytestmark_out_of_reach,
    lm308_async_generator_test,
    lm309_async_test_in_testcase,
    lm310_marking_hook,
    lm400_loops_of_old_version,
    lm401_event_loop_override,
    lm402_event_loop_parameter,
    lm403_event_loop_in_sync_code,
    lm405_event_loop_policy_fixture,
    lm406_get_event_loop_in_async_code,
    lm407_get_event_loop_in_sync_code,
    lm408_removed_internal,
    lm409_outside_fixture,
    lm410_removed_plugin_fixture,
    lm411_anyio_under_auto,
    lm412_policy_set_in_fixture,
    lm413_get_event_loop_at_import,
    lm501_version_too_old,
    lm502_python_too_old,
    lm503_pin_out_of_reach,
    lm602_suppressed_loop_error,
    lm603_loop_argument,
    lm901_unknown_resource_crosses_loops,
    lm902_primitive_crosses_loops,
)
from codemod.rules._base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemod.analysis.suite import Suite
    from codemod.model import Finding, Remedy

RULES: tuple[Rule, ...] = (
    lm101_wrong_option_value.RULE,
    lm102_mode_removed.RULE,
    lm103_stale_warning_filter.RULE,
    lm104_unset_scope_is_fatal.RULE,
    lm105_second_pytest_table.RULE,
    lm106_option_not_read.RULE,
    lm107_unknown_option.RULE,
    lm108_set_by_command.RULE,
    lm201_value_crosses_loops.RULE,
    lm202_module_resource_crosses_loops.RULE,
    lm203_loop_narrower_than_cache.RULE,
    lm204_foreign_loop_shares_resource.RULE,
    lm205_application_may_cross_loops.RULE,
    lm206_loops_refused.RULE,
    lm211_plain_async_fixture.RULE,
    lm212_yield_fixture.RULE,
    lm213_positional_loop_scope.RULE,
    lm301_mark_scope_keyword.RULE,
    lm302_mark_arguments_ignored.RULE,
    lm303_mark_on_fixture.RULE,
    lm304_mark_on_sync_test.RULE,
    lm305_redundant_mark.RULE,
    lm306_asyncio_event_loop_mark.RULE,
    lm307_pytestmark_out_of_reach.RULE,
    lm308_async_generator_test.RULE,
    lm309_async_test_in_testcase.RULE,
    lm310_marking_hook.RULE,
    lm400_loops_of_old_version.RULE,
    lm401_event_loop_override.RULE,
    lm402_event_loop_parameter.RULE,
    lm403_event_loop_in_sync_code.RULE,
    lm405_event_loop_policy_fixture.RULE,
    lm406_get_event_loop_in_async_code.RULE,
    lm407_get_event_loop_in_sync_code.RULE,
    lm408_removed_internal.RULE,
    lm409_outside_fixture.RULE,
    lm410_removed_plugin_fixture.RULE,
    lm411_anyio_under_auto.RULE,
    lm412_policy_set_in_fixture.RULE,
    lm413_get_event_loop_at_import.RULE,
    lm501_version_too_old.RULE,
    lm502_python_too_old.RULE,
    lm503_pin_out_of_reach.RULE,
    lm602_suppressed_loop_error.RULE,
    lm603_loop_argument.RULE,
    lm901_unknown_resource_crosses_loops.RULE,
    lm902_primitive_crosses_loops.RULE,
)

__all__ = ["EXCLUDED", "RULES", "Rule", "check", "is_selected", "remedies"]

EXCLUDED: Mapping[str, str] = {
    "normalise-loop-scope-options": "In a suite without a crossing it betters nothing and breaks wide fixtures.",
    "pool-pre-ping": "`pool_pre_ping=True` fails once and then heals; the failure only moves.",
    "close-at-end-of-session": "`asyncio.run(engine.dispose())` in a finalizer is yet another loop: it still fails.",
}


def check(suite: Suite, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Yield the findings of every selected rule. Codes in ``select`` and ``ignore`` are prefixes; longer wins."""
    for rule in _selected(select, ignore):
        yield from rule.check(suite)


def remedies(suite: Suite, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> Iterator[Remedy]:
    """Yield the remedies of the selected local rules."""
    for rule in _selected(select, ignore):
        yield from rule.remedies(suite)


def _selected(select: tuple[str, ...], ignore: tuple[str, ...]) -> Iterator[Rule]:
    for rule in RULES:
        if is_selected(rule.code, select, ignore) and (rule.code in select or not rule.optional):
            yield rule


def is_selected(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    """Tell whether a rule takes part."""
    chosen = max((len(p) for p in select if code.startswith(p)), default=0 if not select else -1)
    refused = max((len(p) for p in ignore if code.startswith(p)), default=-1)
    return chosen >= 0 and refused < max(chosen, 1)
