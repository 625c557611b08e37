# SPDX-License-Identifier: Apache-2.0
"""The rules, each as a function of what was observed: a list of violations, empty if it held."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from benchmarks.weather.plan import LONG_MODEL, READ, START_MS, WRITE
from benchmarks.weather.run import Observation, Request
from integration.outbox import ArrivalRecord

DAY_MS: Final = 24 * 3_600_000
_ACCEPTED: Final = {"delivered", "duplicate", "superseded", "conflict", "unknown_lead", "rejected"}
_TOLERANCE: Final = 1e-6


def violations(seen: Observation) -> list[str]:
    """Every rule that did not hold, in words."""
    return [f"{rule.__name__}: {one}" for rule in RULES for one in rule(seen)]


def nothing_is_lost(seen: Observation) -> Iterator[str]:
    """Every accepted row has an outcome, and nothing waits in fair weather."""
    yield from (f"the product crashed: {crash}" for crash in seen.crashes)
    if seen.left:
        yield f"{seen.left} scores still wait in fair weather"
    rows = Counter(run for run, _ in seen.arrivals)
    for run, push in enumerate(seen.plan.pushes, 1):
        if rows[run] not in {len(push.rows), 0}:
            yield f"run {run} kept {rows[run]} of {len(push.rows)} rows"
        if push.rows and not rows[run] and push.killed_at is None:
            yield f"run {run} kept nothing"
    for run, one in seen.arrivals:
        if one.verdict not in _ACCEPTED:
            yield f"run {run} row {one.row} of {one.lead_id} ended as {one.verdict}"


def newest_wins(seen: Observation) -> Iterator[str]:
    """The newest accepted score of each lead is what the list holds in the end."""
    written_by_others = {one.lead_id for one in seen.plan.writers}
    wanted: dict[str, tuple[int, int]] = {}
    refused = {
        row.lead_id
        for push in seen.plan.pushes
        for row in push.rows
        if row.based_on is not None  # whether it was let through depends on the moment
    }
    for lead in seen.plan.leads:
        if lead.at is not None and lead.score is not None:
            wanted[lead.lead_id] = (lead.at, lead.score)
    for one, model in _accepted(seen):
        if model == LONG_MODEL:
            refused.add(one.lead_id)
            continue
        assert one.at is not None
        assert one.score is not None
        best = wanted.get(one.lead_id)
        if best is None or one.at > best[0]:
            wanted[one.lead_id] = (one.at, one.score)
    for lead in seen.plan.leads:
        if not lead.listed or lead.lead_id in refused | written_by_others:
            continue
        best = wanted.get(lead.lead_id)
        held = (_instant(seen, lead.lead_id), _shown(seen, lead.lead_id))
        if best is None:
            good = held == (None, "")
        else:
            stale = START_MS + int(seen.seconds * 1000) - best[0] > DAY_MS
            good = held[0] == best[0] and held[1] in {str(best[1]), *(["0"] if stale else [])}
        if not good:
            yield f"{lead.lead_id} holds {held}, the newest is {best}"


def _shown(seen: Observation, lead: str) -> str:
    """The score that a lead is dialled by: in its own tier's list, where there are two."""
    for tier, contact in seen.final[lead].items():
        if tier in {"", contact["data"]["route_tier"]}:
            return str(contact["data"]["ml_score"])
    return "no tier"


def one_tier_at_a_time(seen: Observation) -> Iterator[str]:
    """No lead is ever dialled from both lists, and what lies wrong can be mended."""
    yield from (f"{lead} was dialled from both lists" for lead in sorted(seen.twice))
    written_by_others = {one.lead_id for one in seen.plan.writers}
    waits = {one.lead_id for one in seen.plan.leads if one.recall}
    for lead, kinds in seen.wrong:
        if lead in written_by_others or (lead in waits and kinds == ("wrong_tier",)):
            continue
        yield f"{lead} is still found as {', '.join(kinds)}"


def older_never_replaces_newer(seen: Observation) -> Iterator[str]:
    """No write of ours puts an older score over a newer one that it could have seen."""
    others: dict[str, float] = {}
    reads = _reads(seen)
    for change in seen.changes:
        if not change.ours:
            others[change.lead_id] = change.time
            continue
        before, after = change.before[1], change.after[1]
        if before is None or (after is not None and after >= before):
            continue
        unseen = others.get(change.lead_id)
        last_read = max(
            (sent for sent in reads[change.lead_id] if sent <= change.time), default=-1.0
        )
        if unseen is None or unseen < last_read:
            yield f"{change.lead_id} went back from {before} to {after} at {change.time:.2f} s"


def retry_after_is_kept(seen: Observation) -> Iterator[str]:
    """After a refusal no request leaves before the time that the platform asked for."""
    for refusal in seen.requests:
        if refusal.status != 429 or refusal.retry_after is None or refusal.answered is None:
            continue
        opens = refusal.answered + refusal.retry_after
        for other in seen.requests:
            late = refusal.answered + _TOLERANCE < other.sent < opens - _TOLERANCE
            if late and other.process == refusal.process and other.kind != "token":
                yield (
                    f"{other.kind} left at {other.sent:.3f} s, {opens - other.sent:.3f} s too "
                    f"early after the 429 of {refusal.answered:.3f} s"
                )


def the_budget_is_kept(seen: Observation) -> Iterator[str]:
    """Where the stated limit is true and ours alone, no call is made beyond it.

    A process that takes over from another does not know what that one used until it is told.
    """
    plan = seen.plan
    if plan.hidden is not None or plan.others_per_minute or plan.limit_later is not None:
        return
    later = len({request.process for request in seen.requests}) - 1
    if seen.refusal_episodes > later:
        yield f"{seen.refusal_episodes} times over the limit, with {later} later processes"


def nobody_is_called_again(seen: Observation) -> Iterator[str]:
    """Writes touch the dialler's data never, and its queue only for leads never called."""
    spent = {lead.lead_id for lead in seen.plan.leads if lead.called or not lead.callable}
    for request in seen.requests:
        if request.kind == WRITE:
            yield from _meddling(request, spent)
    homes = {lead.lead_id: lead.tier for lead in seen.plan.leads}
    for lead_id in spent & seen.final.keys():
        for tier, contact in seen.final[lead_id].items():
            if contact["queue"]["requeued"]:
                yield f"{lead_id} stands in the queue again"
            moved = tier and contact["data"]["route_tier"] == tier != homes[lead_id]
            if moved and contact["callable"]:
                yield f"{lead_id} can be called again in its new tier {tier}"


def _meddling(request: Request, spent: set[str]) -> Iterator[str]:
    for row in request.body:
        extra = set(row) - {"id", "contactListId", "data"}
        if extra == {"callable"} and request.tier and row["callable"] is False:
            continue  # it moves to this list, and was called from the other one
        if extra:
            yield f"a write carried {', '.join(sorted(extra))} for {row['id']}"
    if request.query.get("clearSystemData") != "false":
        yield "a write cleared system data"
    if request.query.get("doNotQueue") != "true":
        for lead_id in spent.intersection(request.leads):
            yield f"{lead_id} was queued again, but was called or may not be"


def no_avoidable_call(seen: Observation) -> Iterator[str]:
    """A write that was confirmed is not repeated, and one token serves all callers."""
    confirmed: dict[tuple[str, str, str], tuple[int, float]] = {}
    others = {one.lead_id for one in seen.plan.writers}
    for request in seen.requests:
        if request.kind != WRITE:
            continue
        done = request.status == 200 and request.readable
        for row in request.body:
            key = (request.tier, row["id"], row["data"]["ml_score_at"])
            if request.tier and row["data"]["route_tier"] != request.tier:
                confirmed.pop(key, None)  # it leaves this list, and may have to come back
                continue
            known = confirmed.get(key, (-1, 0.0))
            again = known[0] == request.process and known[1] <= request.sent
            if again and row["id"] not in others:
                yield f"{row['id']} was written again after the platform had confirmed it"
            if done and request.answered is not None:
                confirmed[key] = (request.process, request.answered)
    yield from _tokens(seen)


def _tokens(seen: Observation) -> Iterator[str]:
    processes = {request.process for request in seen.requests}
    for process in processes:
        mine = [request for request in seen.requests if request.process == process]
        asked = [request for request in mine if request.kind == "token"]
        failed = sum(request.status != 200 or not request.readable for request in asked)
        refused = sum(request.status == 401 for request in mine if request.kind != "token")
        lasted = mine[-1].sent - mine[0].sent
        renewals = lasted / (seen.plan.token_life * 0.5)
        if len(asked) > 1 + failed + refused + renewals:
            yield f"process {process} asked for {len(asked)} tokens"


def previous_values_are_true(seen: Observation) -> Iterator[str]:
    """The ledger's previous value is what the list held before our write."""
    written_by_others = {one.lead_id for one in seen.plan.writers}
    before = {
        (change.lead_id, change.after[1]): change.before for change in seen.changes if change.ours
    }
    for lead, entries in seen.ledger.items():
        for entry in entries:
            if entry.outcome != "delivered" or lead in written_by_others:
                continue
            if entry.at == entry.previous_at:
                continue  # the same score, put where it counts
            was = before.get((lead, entry.at))
            if was is None:
                yield f"{lead}: {entry.at} is on record as delivered, but was never written"
            elif was != (entry.previous, entry.previous_at):
                yield f"{lead}: previous value {entry.previous} on record, it was {was[0]}"


def _accepted(seen: Observation) -> Iterator[tuple[ArrivalRecord, str]]:
    for run, one in seen.arrivals:
        if one.score is not None:
            yield one, seen.plan.pushes[run - 1].rows[one.row - 1].model


def _reads(seen: Observation) -> dict[str, list[float]]:
    reads: dict[str, list[float]] = defaultdict(list)
    for request in seen.requests:
        if request.kind == READ and request.status == 200:
            for lead in request.leads:
                reads[lead].append(request.sent)
    return reads


def _instant(seen: Observation, lead: str) -> int | None:
    held = [change.after[1] for change in seen.changes if change.lead_id == lead]
    if held:
        return held[-1]
    return next((one.at for one in seen.plan.leads if one.lead_id == lead), None)


Rule = Callable[[Observation], Iterator[str]]
RULES: Final[tuple[Rule, ...]] = (
    nothing_is_lost,
    newest_wins,
    older_never_replaces_newer,
    retry_after_is_kept,
    the_budget_is_kept,
    one_tier_at_a_time,
    nobody_is_called_again,
    no_avoidable_call,
    previous_values_are_true,
)
