# SPDX-License-Identifier: Apache-2.0
"""Everything that is simulated: the operation tables of all resource modules, joined.

To add a resource: write a module with a state class and ``OPERATIONS`` (see
:mod:`simulator.http`), put the state into :class:`simulator.organisation.Organisation` and the
module into this list.
"""

from __future__ import annotations

from simulator import (
    bulk_jobs,
    contact_exports,
    contact_list_filters,
    contact_list_views,
    contact_lists,
    contact_search,
    contacts,
    data_entities,
    data_records,
    data_services,
    data_table_rows,
    data_tables,
    division_objects,
    divisions,
    events,
    oauth,
    oauth_clients,
    organization_info,
    rate_report,
    roles,
    scripts,
    subjects,
)
from simulator.http import Operation
from simulator.outbound import (
    attempt_limits,
    call_analysis,
    callable_times,
    campaign_calls,
    campaigns,
    dnc_entries,
    dnc_lists,
    rule_sets,
    sequences,
    settings,
)
from simulator.routing import (
    queue_members,
    queue_wrapup_codes,
    queues,
    skill_groups,
    skills,
    user_skills,
    users,
    wrapup_codes,
)
from simulator.telephony import edge_groups, sites

OPERATIONS: tuple[Operation, ...] = (
    *oauth.OPERATIONS,
    *oauth_clients.OPERATIONS,
    *divisions.OPERATIONS,
    *division_objects.OPERATIONS,
    *roles.OPERATIONS,
    *subjects.OPERATIONS,
    *organization_info.OPERATIONS,
    *users.OPERATIONS,
    *user_skills.OPERATIONS,
    *skills.OPERATIONS,
    *skill_groups.OPERATIONS,
    *wrapup_codes.OPERATIONS,
    *queues.OPERATIONS,
    *queue_members.OPERATIONS,
    *queue_wrapup_codes.OPERATIONS,
    *sites.OPERATIONS,
    *edge_groups.OPERATIONS,
    *scripts.OPERATIONS,
    *contact_lists.OPERATIONS,
    *contact_list_views.OPERATIONS,
    *contacts.OPERATIONS,
    *contact_search.OPERATIONS,
    *contact_exports.OPERATIONS,
    *contact_list_filters.OPERATIONS,
    *bulk_jobs.OPERATIONS,
    *attempt_limits.OPERATIONS,
    *callable_times.OPERATIONS,
    *call_analysis.OPERATIONS,
    *dnc_lists.OPERATIONS,
    *dnc_entries.OPERATIONS,
    *rule_sets.OPERATIONS,
    *campaigns.OPERATIONS,
    *campaign_calls.OPERATIONS,
    *sequences.OPERATIONS,
    *settings.OPERATIONS,
    *data_tables.OPERATIONS,
    *data_table_rows.OPERATIONS,
    *data_services.OPERATIONS,
    *data_entities.OPERATIONS,
    *data_records.OPERATIONS,
    *events.OPERATIONS,
    *rate_report.OPERATIONS,
)
