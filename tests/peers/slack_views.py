"""The views methods: modals, which need a trigger, and home tabs, which need a user."""

from __future__ import annotations

from slack_arguments import messages, needed, refuse_if
from slack_blocks import faults_of_view
from slack_workspace import VIEW_STACK, Json, Refused, View, Workspace


def _checked_view(args: Json) -> Json:
    view = args.get("view")
    if faults := faults_of_view(view):
        raise Refused("invalid_arguments", **messages(faults))
    assert isinstance(view, dict)
    return view


def open_view(world: Workspace, args: Json) -> Json:
    view = _checked_view(args)
    refuse_if(view["type"] != "modal", "invalid_arguments")
    trigger = world.exchange(needed(args, "trigger_id"))
    for old in world.modals(trigger.user):
        old.open = False
    return {"view": world.show(trigger.user, view).public(world.ids())}


def push_view(world: Workspace, args: Json) -> Json:
    view = _checked_view(args)
    trigger = world.exchange(needed(args, "trigger_id"))
    below = world.modals(trigger.user)
    refuse_if(not below, "not_found")
    refuse_if(len(below) >= VIEW_STACK, "push_limit_reached")
    return {"view": world.show(trigger.user, view, below[-1]).public(world.ids())}


def update_view(world: Workspace, args: Json) -> Json:
    content = _checked_view(args)
    wanted, outside = args.get("view_id"), args.get("external_id")
    found = world.views.get(str(wanted)) or next(
        (v for v in world.views.values() if outside and v.content.get("external_id") == outside),
        None,
    )
    if found is None or not found.open:
        raise Refused("not_found")
    refuse_if(bool(args.get("hash")) and args["hash"] != found.hash, "hash_conflict")
    found.content, found.hash = world.named_view(content), world.new_hash()
    return {"view": found.public(world.ids())}


def publish_view(world: Workspace, args: Json) -> Json:
    content = _checked_view(args)
    user = needed(args, "user_id")
    refuse_if(user not in world.users, "user_not_found")
    refuse_if(content["type"] != "home", "invalid_arguments")
    old = world.homes.get(user)
    refuse_if(bool(args.get("hash") and old) and args["hash"] != old.hash, "hash_conflict")
    name = old.id if old else world.new_id("V")
    home = View(name, user, world.named_view(content), world.new_hash(), name)
    world.homes[user] = home
    return {"view": home.public(world.ids())}
