# SPDX-License-Identifier: Apache-2.0
"""A valid call of every operation, by its id.

A question's path comes from the operation. Whoever adds an operation to the simulator adds its
questions here, and to :mod:`world` whatever they need to get an answer with something in it.
"""

from __future__ import annotations

from .outbound_bodies import FILTER, FRESH
from .walk_outbound import OUTBOUND_WALK, PAGE, SORTED
from .world import (
    CLIENT,
    CONTACT,
    DEFINITION,
    ENTITY,
    MAPPING,
    QUEUE,
    RECORD,
    REFUSED_CALLS,
    ROLE,
    ROW,
    SKILL_GROUP,
    TABLE,
    USER,
    Ask,
)

SPARE_LIST = {"contactListId": "$spareListId"}

WALK: dict[str, list[Ask]] = {
    **OUTBOUND_WALK,
    # Logging in
    "post_oauth_token": [
        Ask(form={"grant_type": "client_credentials"}),
        Ask(form={"grant_type": "password"}, status=400),
    ],
    "get_tokens_me": [Ask(query={"preserveIdleTTL": "false"})],
    "head_tokens_me": [Ask()],
    "delete_tokens_me": [Ask()],
    "post_oauth_clients": [Ask(CLIENT), Ask({**CLIENT, "roleDivisions": [], "state": "inactive"})],
    "get_oauth_clients": [Ask()],
    "get_oauth_client": [Ask()],
    "put_oauth_client": [Ask({**CLIENT, "state": "disabled"})],
    "delete_oauth_client": [Ask()],
    "post_oauth_client_secret": [Ask()],
    # Divisions and roles
    "get_authorization_divisions": [Ask(), Ask(query={**PAGE, "name": "e"})],
    "get_authorization_divisions_home": [Ask()],
    "get_authorization_division": [Ask(query={"objectCount": "false"})],
    "post_authorization_divisions": [Ask({"name": "North", "description": "Leads up there"})],
    "put_authorization_division": [Ask({"name": "South"})],
    "delete_authorization_division": [
        Ask(path={"divisionId": "$spareDivisionId"}, query={"force": "false"})
    ],
    "get_authorization_roles": [Ask(), Ask(query={**PAGE, "name": "e"})],
    "get_authorization_role": [Ask(query={"userCount": "false"})],
    "post_authorization_roles": [Ask({**ROLE, "name": "Another", "permissions": []})],
    "put_authorization_role": [Ask({**ROLE, "description": "Changed"})],
    "delete_authorization_role": [Ask()],
    "get_authorization_permissions": [
        Ask(),
        Ask(query={"queryType": "domain", "query": "outbound", **PAGE}),
    ],
    "get_authorization_subjects_me": [Ask(), Ask(query={"includeFullRoles": "true"})],
    "post_authorization_division_object": [
        Ask(["$queueId"], path={"divisionId": "$spareDivisionId"}),
        Ask(["$contactListId"], path={"objectType": "CONTACTLIST"}),
    ],
    # Agents and queues
    "get_users": [Ask(), Ask(query={**PAGE, "state": "active", "expand": "skills"})],
    "post_users": [
        Ask({**USER, "email": "c@example.com"}),
        Ask({"name": "Fewest words", "email": "d@example.com"}),
    ],
    "get_user": [Ask(), Ask(query={"expand": "skills"})],
    "delete_user": [Ask()],
    "get_user_routingskills": [Ask(), Ask(query={**PAGE, "sortOrder": "descending"})],
    "post_user_routingskills": [Ask({"id": "$spareSkillId", "proficiency": 2.5})],
    "put_user_routingskills_bulk": [
        Ask([{"id": "$spareSkillId", "proficiency": 2}, {"id": "$skillId"}]),
    ],
    "delete_user_routingskill": [Ask()],
    "get_user_queues": [
        Ask(),
        Ask(query={**PAGE, "joined": "true", "divisionId": "$divisionId"}),
    ],
    "get_routing_skills": [Ask(), Ask(query={**PAGE, "name": "high"})],
    "post_routing_skills": [
        Ask({"name": "Another"}),
        Ask({"name": "Of a division", "divisionId": "$divisionId"}),
    ],
    "get_routing_skill": [Ask()],
    "delete_routing_skill": [Ask(path={"skillId": "$spareSkillId"})],
    "get_routing_skillgroups": [Ask(), Ask(query={"pageSize": "1", "name": "sen"})],
    "post_routing_skillgroups": [
        Ask({**SKILL_GROUP, "name": "Another", "memberDivisions": ["$spareDivisionId"]}),
        Ask({"name": "Fewest words"}),
    ],
    "get_routing_skillgroup": [Ask()],
    "patch_routing_skillgroup": [
        Ask({"description": "Changed"}),
        Ask({**SKILL_GROUP, "skillConditions": []}),
    ],
    "delete_routing_skillgroup": [Ask(path={"skillGroupId": "$spareGroupId"})],
    "get_routing_skillgroup_members": [
        Ask(),
        Ask(query={"pageSize": "1", "expand": "entities", "after": "$userId"}),
    ],
    "get_routing_skillgroup_members_divisions": [Ask()],
    "post_routing_skillgroup_members_divisions": [
        Ask({"addDivisionIds": ["$spareDivisionId"]}),
        Ask({"addDivisionIds": ["*"], "removeDivisionIds": ["$spareDivisionId"]}),
        Ask(),
    ],
    "get_routing_wrapupcodes": [Ask(), Ask(query={**PAGE, "name": "W", "sortBy": "name"})],
    "post_routing_wrapupcodes": [
        Ask({"name": "Another", "description": "", "division": {"id": "$divisionId"}}),
        Ask({"name": "Fewest words"}),
    ],
    "get_routing_wrapupcode": [Ask()],
    "put_routing_wrapupcode": [Ask({"name": "Won again", "division": {"id": "*"}})],
    "delete_routing_wrapupcode": [Ask(path={"codeId": "$spareCodeId"})],
    "get_routing_queues": [
        Ask(),
        Ask(query={**PAGE, "name": "*queue*", "hasPeer": "false", "divisionId": "$divisionId"}),
    ],
    "post_routing_queues": [
        Ask({**QUEUE, "name": "Another"}),
        Ask({"name": "Fewest words"}),
    ],
    "get_routing_queue": [Ask()],
    "put_routing_queue": [Ask({**QUEUE, "memberGroups": None}), Ask({"name": "Fewest words"})],
    "delete_routing_queue": [Ask(query={"forceDelete": "true"}, path={"queueId": "$spareQueueId"})],
    "get_routing_queue_members": [
        Ask(),
        Ask(query={**PAGE, "memberBy": "user", "joined": "true", "name": "A"}),
        Ask(query={**PAGE, "skills": "High Value Sales"}),
    ],
    "post_routing_queue_members": [
        Ask([{"id": "$userId"}], query={"delete": "false"}),
        Ask([{"id": "$memberId"}], query={"delete": "true"}),
    ],
    "patch_routing_queue_members": [Ask([{"id": "$memberId", "ringNumber": 2}])],
    "patch_routing_queue_member": [Ask({"id": "$memberId", "joined": False})],
    "delete_routing_queue_member": [Ask()],
    "get_routing_queue_wrapupcodes": [Ask(), Ask(query={**PAGE, "name": "W*"})],
    "post_routing_queue_wrapupcodes": [Ask([{"id": "$spareCodeId"}, {"id": "$codeId"}])],
    "delete_routing_queue_wrapupcode": [Ask()],
    "get_telephony_providers_edges_sites": [Ask(), Ask(query={**PAGE, "managed": "false"})],
    "get_telephony_providers_edges_site": [Ask()],
    "get_telephony_providers_edges_edgegroups": [Ask(), Ask(query={**PAGE, "managed": "true"})],
    "get_telephony_providers_edges_edgegroup": [Ask()],
    "get_scripts": [
        Ask(),
        Ask(query={**PAGE, "name": "Default", "sortBy": "name", "sortOrder": "descending"}),
    ],
    "get_script": [Ask()],
    "get_scripts_published": [Ask(), Ask(query={**PAGE, "name": "Default Outbound Script"})],
    "get_scripts_published_script_id": [Ask()],
    # The organisation
    "get_organizations_me": [Ask()],
    "get_authorization_products": [Ask()],
    "get_organizations_limits_namespaces": [Ask(), Ask(query=PAGE)],
    "get_organizations_limits_namespace": [
        Ask(),
        Ask(path={"namespaceName": "outbound"}),
        Ask(path={"namespaceName": "datatables"}),
    ],
    "get_organizations_limits_namespace_defaults": [Ask(), Ask(path={"namespaceName": "outbound"})],
    # Contact lists
    "get_outbound_contactlists": [
        Ask(query={"includeSize": "true", "includeImportStatus": "true"}),
        Ask(query=SORTED),
        Ask(query={"id": "$contactListId,$spareListId", "divisionId": "$divisionId"}),
        Ask(query={"name": "no such list", "allowEmptyResult": "true"}),
    ],
    "post_outbound_contactlists": [
        Ask({**DEFINITION, "name": "More leads"}),
        Ask(
            {
                "name": "Fewest words",
                "columnNames": ["phone"],
                "phoneColumns": [{"columnName": "phone", "type": "home"}],
            }
        ),
    ],
    "delete_outbound_contactlists": [Ask(query={"id": "$spareListId"})],
    "get_outbound_contactlist": [
        Ask(query={"includeSize": "true", "includeImportStatus": "true"}),
        Ask(path=SPARE_LIST),
    ],
    "put_outbound_contactlist": [
        Ask({**DEFINITION, "name": "Renamed", "retentionType": "Never", "version": 1})
    ],
    "delete_outbound_contactlist": [Ask(path=SPARE_LIST)],
    "get_outbound_contactlists_divisionviews": [
        Ask(query={"includeSize": "true"}),
        Ask(query=SORTED),
    ],
    "get_outbound_contactlists_divisionview": [Ask(query={"includeSize": "true"}), Ask()],
    # Contacts
    "post_outbound_contactlist_contacts": [
        Ask([CONTACT, {"contactListId": "$contactListId", "data": {"phone": "+442"}}]),
        Ask(
            [CONTACT],
            query={"priority": "true", "clearSystemData": "true", "doNotQueue": "true"},
        ),
        Ask([]),
    ],
    "delete_outbound_contactlist_contacts": [Ask(query={"contactIds": "a,b,nobody"})],
    "post_outbound_contactlist_contacts_bulk": [Ask(["a", "b", "nobody"]), Ask([])],
    "get_outbound_contactlist_contact": [Ask(), Ask(path={"contactId": "b"})],
    "put_outbound_contactlist_contact": [
        Ask(CONTACT),
        Ask({**CONTACT, "configurationOverrides": {"priority": True}}),
    ],
    "delete_outbound_contactlist_contact": [Ask()],
    "post_outbound_contactlist_clear": [Ask()],
    "post_outbound_contactlist_contacts_search": [
        Ask({}),
        Ask({"contactListFilterId": "$contactListFilterId", "pageSize": 1, "pageNumber": 2}),
        Ask(
            {
                "criteria": FRESH,
                "pageSize": 100,
                "contactSorts": [
                    {"fieldName": "ml_score", "direction": "DESC", "numeric": True},
                    {"fieldName": "lead_id", "direction": "ASC"},
                ],
            }
        ),
    ],
    # Files with contacts, out and in
    "post_outbound_contactlist_export": [Ask(), Ask({"contactIds": ["a"]})],
    "get_outbound_contactlist_export": [Ask(query={"download": "false"})],
    "get_download": [Ask(), Ask(query={"issueRedirect": "false"})],
    "get_download_file": [Ask()],
    "get_outbound_contactlist_importstatus": [Ask()],
    "post_outbound_contactlists_uploads": [Ask({"contentType": "text/csv"}, status=501)],
    # Filters
    "get_outbound_contactlistfilters": [
        Ask(),
        Ask(query={**SORTED, "contactListId": "$contactListId"}),
    ],
    "post_outbound_contactlistfilters": [
        Ask({**FILTER, "name": "Another"}),
        Ask({"name": "Fewest words", "contactList": {"id": "$contactListId"}}),
    ],
    "post_outbound_contactlistfilters_bulk_retrieve": [Ask({"ids": ["$contactListFilterId", "x"]})],
    "post_outbound_contactlistfilters_preview": [Ask(FILTER)],
    "get_outbound_contactlistfilter": [Ask()],
    "put_outbound_contactlistfilter": [Ask({**FILTER, "name": "Changed", "version": 1})],
    "delete_outbound_contactlistfilter": [Ask()],
    # Bulk jobs
    "post_outbound_contactlist_contacts_bulk_update": [
        Ask({"contactIds": ["a", "b"], "contact": {"data": {"ml_score": "0"}}}),
        Ask(
            {
                "criteria": FRESH,
                "contact": {"data": {"ml_score": "0"}},
                "generateDownloadURI": False,
            }
        ),
    ],
    "post_outbound_contactlist_contacts_bulk_remove": [
        Ask({"contactListFilterId": "$contactListFilterId"})
    ],
    "get_outbound_contactlist_contacts_bulk_jobs": [Ask()],
    "get_outbound_contactlist_contacts_bulk_job": [
        Ask(),
        Ask(path={"jobId": "$runningJobId"}),
    ],
    # Data tables
    "get_flows_datatables": [
        Ask(),
        Ask(query={**PAGE, "name": "lead*", "expand": "schema", "divisionId": "$divisionId"}),
    ],
    "post_flows_datatables": [
        Ask({**TABLE, "name": "Another"}),
        Ask({"name": "Fewest words", "schema": {"properties": {"key": {"type": "string"}}}}),
    ],
    "get_flows_datatables_divisionviews": [Ask(), Ask(query={**PAGE, "expand": "schema"})],
    "get_flows_datatables_divisionview": [Ask(), Ask(query={"expand": "schema"})],
    "get_flows_datatable": [Ask(), Ask(query={"expand": "schema"}), Ask(query={"expand": ""})],
    "put_flows_datatable": [Ask({**TABLE, "name": "Renamed"}, query={"expand": "schema"})],
    "delete_flows_datatable": [Ask(query={"force": "true"})],
    "get_flows_datatable_rows": [Ask(), Ask(query={**PAGE, "showbrief": "false"})],
    "post_flows_datatable_rows": [Ask({**ROW, "key": "b", "share": 0.5, "locked": True})],
    "get_flows_datatable_row": [Ask(), Ask(query={"showbrief": "false"})],
    "put_flows_datatable_row": [Ask({**ROW, "priorityScore": 88})],
    "delete_flows_datatable_row": [Ask()],
    # The guide's data service
    "get_data_services": [Ask(), Ask(query=SORTED)],
    "post_data_services": [Ask({"name": "Another", "division": {"id": "$divisionId"}})],
    "get_data_service": [Ask(), Ask(path={"serviceId": "LeadScoringIntegration"})],
    "delete_data_service": [Ask()],
    "get_data_service_entities": [Ask(), Ask(query=PAGE)],
    "post_data_service_entities": [Ask({**ENTITY, "name": "Another"})],
    "get_data_service_entity": [Ask()],
    "put_data_service_entity": [Ask({**ENTITY, "description": "Changed"})],
    "delete_data_service_entity": [Ask()],
    "get_data_service_entity_mapping": [Ask()],
    "put_data_service_entity_mapping": [Ask(MAPPING)],
    "delete_data_service_entity_mapping": [Ask()],
    "get_data_service_entity_records": [Ask(), Ask(query=PAGE)],
    "get_data_service_entity_record": [Ask()],
    "put_data_service_entity_record": [Ask(RECORD)],
    "post_data_service_entity_record": [Ask(RECORD)],
    "delete_data_service_entity_record": [Ask()],
    # What happened
    "get_outbound_events": [Ask(), Ask(query={**PAGE, "category": "CONTACT", "level": "ERROR"})],
    "get_outbound_event": [Ask()],
    "post_analytics_ratelimits_aggregates_query": [Ask(REFUSED_CALLS)],
}
