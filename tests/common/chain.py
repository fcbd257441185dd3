"""The chain of `changes`, which no service that errs can pass: each change of an entity must begin where the one before ended.

The last value of each key proves too little. A service that skips its silent phase, or commits its state before Kafka, can
leave the right last values behind; it cannot leave a chain without a break, a repeat or a gap.
"""

import json


class Failure(Exception):
    """What a test says when it fails."""


def merge_patch(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


def show(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def compose(changes, golden, erasures=False):
    """Follows each entity through @changes, an iterable of (where, entity id, change) in order, from nothing to @golden (entity
    id -> golden record). With @erasures a change may forget what was before. Returns the number of changes."""
    chains, count = {}, 0
    for where, key, change in changes:
        count += 1
        where = "%s (%s %s)" % (where, change["kind"], key)
        digest, record = chains.get(key, (None, None))
        if change.get("digest_before") != digest:
            raise Failure("%s: begins at %s, the entity stood at %s" % (where, change.get("digest_before"), digest))
        following = merge_patch(record, change.get("after"))
        previous = merge_patch(following, change.get("before"))
        forgets = erasures and digest is not None and change.get("before") is None
        if not forgets and (previous or None) != (record or None):
            raise Failure("%s: `before` does not lead back to\n  %s\nbut to\n  %s" % (where, show(record), show(previous)))
        chains[key] = (change.get("digest_after"), following)
    for key, (digest, record) in chains.items():
        if (digest is None) != (key not in golden):
            raise Failure("entity %s: the last change %s, but it %s"
                          % (key, "ends it" if digest is None else "keeps it", "exists" if key in golden else "does not exist"))
        if digest is not None and record != golden[key]:
            raise Failure("entity %s: its changes lead to\n  %s\nbut it is\n  %s" % (key, show(record), show(golden[key])))
    for key in golden:
        if key not in chains:
            raise Failure("entity %s exists and no change says so" % key)
    return count
