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
