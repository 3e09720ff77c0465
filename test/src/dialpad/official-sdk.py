"""Drives a sandbox with Dialpad's official Python SDK and prints what came back, one JSON object."""

import json
import sys

import requests
from dialpad import DialpadClient

client = DialpadClient("any-key", base_url=sys.argv[1])
users, numbers, offices, departments = client.users, client.numbers, client.offices, client.departments


def status_of(call):
    try:
        call()
    except requests.HTTPError as error:
        return error.response.status_code
    return 200


office = next(each for each in offices.list() if each["name"] == "San Francisco")
made = users.create({"email": "sdk@example.com", "office_id": int(office["id"]), "first_name": "S", "last_name": "K", "auto_assign": True})
pooled = [each["number"] for each in numbers.list(status="available")]
named = users.assign_number(int(made["id"]), {"number": pooled[0], "primary": False})
department = next(departments.list(office_id=int(office["id"])))
operator = {"operator_id": int(made["id"]), "operator_type": "user"}
joined = departments.add_operator(int(department["id"]), {**operator, "role": "operator"})
members = [each["id"] for each in departments.list_operators(int(department["id"]))["users"]]
left = departments.remove_operator(int(department["id"]), operator)
center = int(next(client.call_centers.list(office_id=int(office["id"])))["id"])
agent = {"user_id": int(made["id"])}
client.call_centers.add_operator(center, {**agent, "role": "operator", "skill_level": 40, "license_type": "agents"})
duty = client.call_center_operators.update_duty_status(int(made["id"]), {"on_duty": True})
skill = client.call_centers.get_operator_skill_level(center, int(made["id"]))
agents = [each["id"] for each in client.call_centers.list_operators(center)["users"]]
client.call_centers.remove_operator(center, agent)
main_line = int(office["id"])
offices.add_operator(main_line, {**operator, "role": "operator"})
answering = [each["id"] for each in offices.list_operators(main_line)["users"]]
offices.remove_operator(main_line, operator)
address = {"address": "1 Main St", "city": "San Francisco", "state": "CA", "zip": "94105", "country": "us"}
offices.update_e911_address(main_line, address)
shown = offices.get(main_line)
inside = {
    "departments": len(list(offices.list_departments(main_line))),
    "call_centers": len(list(offices.list_call_centers(main_line))),
    "teams": len(list(offices.list_coaching_teams(main_line))),
}
renamed = users.partial_update(made["id"], {"job_title": "Tester", "state": "suspended"})
caller = users.set_caller_id(made["id"], {"caller_id": "blocked"})
released = numbers.unassign(pooled[0], release=True)
phone_owner = next(each for each in client.user_devices.list())["user_id"]
phone = next(iter(users.list_deskphones(int(phone_owner))))
nothing = users.delete_deskphone(phone["id"], int(phone_owner))

print(
    json.dumps(
        {
            "everybody": len(list(users.list(state="all"))),
            "admins": len(list(users.list(company_admin=True, state="active"))),
            "made": made,
            "duplicate": status_of(lambda: users.create({"email": "sdk@example.com", "office_id": int(office["id"])})),
            "named": named,
            "seats": offices.list_available_licenses(int(office["id"])),
            "office": shown,
            "plan": offices.get_billing_plan(main_line),
            "address": offices.get_e911_address(main_line),
            "inside": inside,
            "answering": answering,
            "agents": agents,
            "duty": duty,
            "skill": skill,
            "company": client.company.get(),
            "joined": joined["id"],
            "members": members,
            "left": left["id"],
            "renamed": renamed,
            "caller": caller,
            "released": [released["number"], status_of(lambda: numbers.get(pooled[0]))],
            "nothing": nothing,
            "deleted": users.delete(made["id"]),
            "gone": status_of(lambda: users.get("1")),
        }
    )
)
