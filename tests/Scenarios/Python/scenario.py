"""What a user of python3-etcd3 does, through one member: python3 scenario.py HOST PORT."""

import os
import sys
import threading
import time

import etcd3

host, port = sys.argv[1], int(sys.argv[2])
prefix = "python/%s/" % port


def check(what, found, wanted):
    if found != wanted:
        print("FAILED %s: found %r instead of %r" % (what, found, wanted))
        sys.exit(1)
    print("ok %s" % what)


def check_raises(what, kind, text, action):
    try:
        action()
    except kind as e:
        if text not in repr(e) and text not in str(getattr(e, "details", lambda: "")()):
            print("FAILED %s: %r doesn't say %r" % (what, e, text))
            sys.exit(1)
        print("ok %s" % what)
        return
    print("FAILED %s: nothing was raised" % what)
    sys.exit(1)


client = etcd3.client(host=host, port=port, timeout=20)

# put and get
check("absent key", client.get(prefix + "none"), (None, None))
client.put(prefix + "a", "1")
value, meta = client.get(prefix + "a")
check("value", value, b"1")
check("key", meta.key, (prefix + "a").encode())
check("version", meta.version, 1)
check("created as modified", meta.create_revision, meta.mod_revision)
first = meta.mod_revision
reply = client.put(prefix + "a", "2", prev_kv=True)
check("previous value", reply.prev_kv.value, b"1")
value, meta = client.get(prefix + "a", serializable=True)
value, meta = client.get(prefix + "a")
check("new version", (value, meta.version, meta.mod_revision), (b"2", 2, first + 1))
binary = bytes(range(256)) * 16
client.put(prefix + "binary", binary)
check("binary value", client.get(prefix + "binary")[0], binary)

# ranges
for i in range(10):
    client.put("%srange/%d" % (prefix, i), str((i * 7) % 10))
check("prefix", [v for v, _ in client.get_prefix(prefix + "range/")], [str((i * 7) % 10).encode() for i in range(10)])
check("prefix, by value, falling",
      [v for v, _ in client.get_prefix(prefix + "range/", sort_order="descend", sort_target="value")],
      [str(i).encode() for i in range(9, -1, -1)])
check("keys only", [(v, m.key) for v, m in client.get_prefix(prefix + "range/", keys_only=True)][:2],
      [(b"", (prefix + "range/0").encode()), (b"", (prefix + "range/1").encode())])
check("range", len(list(client.get_range(prefix + "range/2", prefix + "range/5"))), 3)

# transactions
ok, replies = client.transaction(
    compare=[client.transactions.value(prefix + "a") == "2", client.transactions.version(prefix + "a") > 1],
    success=[client.transactions.put(prefix + "a", "3"), client.transactions.get(prefix + "a")],
    failure=[client.transactions.put(prefix + "a", "never")])
check("transaction's success", (ok, replies[1][0][0]), (True, b"3"))
ok, replies = client.transaction(
    compare=[client.transactions.mod(prefix + "a") == 1],
    success=[client.transactions.put(prefix + "a", "never")],
    failure=[client.transactions.get(prefix + "a")])
check("transaction's failure", (ok, replies[0][0][0]), (False, b"3"))
check("put if absent", client.put_if_not_exists(prefix + "once", "x"), True)
check("put if absent, again", client.put_if_not_exists(prefix + "once", "y"), False)
check("replace", client.replace(prefix + "once", "x", "z"), True)
check("replace, again", client.replace(prefix + "once", "x", "w"), False)
check("replaced", client.get(prefix + "once")[0], b"z")

# a counter that eight threads raise by compare and swap loses no step
client.put(prefix + "counter", "0")


def raise_counter():
    own = etcd3.client(host=host, port=port, timeout=20)
    for _ in range(10):
        while True:
            found, _ = own.get(prefix + "counter")
            if own.replace(prefix + "counter", found.decode(), str(int(found) + 1)):
                break


threads = [threading.Thread(target=raise_counter) for _ in range(8)]
for t in threads:
    t.start()
for t in threads:
    t.join()
check("counter", client.get(prefix + "counter")[0], b"80")

# deletes
check("delete", client.delete(prefix + "a"), True)
check("delete, again", client.delete(prefix + "a"), False)
check("delete prefix", client.delete_prefix(prefix + "range/").deleted, 10)

# watches
def take(events, count):
    found = []
    for event in events:
        kind = "put" if isinstance(event, etcd3.events.PutEvent) else "delete"
        found.append((kind, event.key.decode()[len(prefix):], event.value.decode()))
        if len(found) == count:
            return found


events, cancel = client.watch(prefix + "w/a", prev_kv=True)
ranged, cancel_range = client.watch_prefix(prefix + "w/")
begin = int(client.put(prefix + "w/a", "1").header.revision)
client.put(prefix + "w/b", "2")
client.transaction(compare=[], success=[client.transactions.put(prefix + "w/c", "3"), client.transactions.delete(prefix + "w/b")], failure=[])
client.delete(prefix + "w/a")
check("watch of a key", take(events, 2), [("put", "w/a", "1"), ("delete", "w/a", "")])
whole = [("put", "w/a", "1"), ("put", "w/b", "2"), ("put", "w/c", "3"), ("delete", "w/b", ""), ("delete", "w/a", "")]
check("watch of a prefix", take(ranged, 5), whole)
cancel()
cancel_range()
past, cancel = client.watch_prefix(prefix + "w/", start_revision=begin)
check("watch from the past", take(past, 5), whole)
cancel()
future, cancel = client.watch(prefix + "w/d", start_revision=begin + 5)
client.put(prefix + "w/d", "too early")
client.put(prefix + "w/d", "just right")
check("watch from the future", take(future, 1), [("put", "w/d", "just right")])
cancel()
check_raises("watch once, in vain", etcd3.exceptions.WatchTimedOut, "", lambda: client.watch_once(prefix + "w/none", timeout=0.2))

# leases and locks
lease = client.lease(30)
client.put(prefix + "leased/b", "1", lease=lease)
client.put(prefix + "leased/a", "1", lease=lease.id)
check("granted", lease.granted_ttl, 30)
check("remaining", 25 <= lease.remaining_ttl <= 30, True)
check("keys of the lease", sorted(lease.keys), [(prefix + "leased/a").encode(), (prefix + "leased/b").encode()])
check("refreshed", [answer.TTL for answer in lease.refresh()], [30])
lease.revoke()
check("gone with the lease", len(list(client.get_prefix(prefix + "leased/"))), 0)
check("refreshed when gone", [answer.TTL for answer in lease.refresh()], [0])
short = client.lease(1)
client.put(prefix + "short", "1", lease=short)
deadline = time.monotonic() + 30
while client.get(prefix + "short")[0] is not None and time.monotonic() < deadline:
    time.sleep(0.05)
check("gone with its time", client.get(prefix + "short")[0], None)
held = client.lock("python-%s" % port, ttl=20)
check("lock", held.acquire(timeout=5), True)
check("lock is held", held.is_acquired(), True)
check("lock of another", etcd3.client(host=host, port=port, timeout=20).lock("python-%s" % port, ttl=20).acquire(timeout=0), False)
held.refresh()
check("unlock", held.release(), True)
check("lock, again", held.acquire(timeout=5), True)
held.release()

# members and maintenance
members = list(client.members)
check("members' client urls", sorted(url for m in members for url in m.client_urls), sorted(sys.argv[3].split(",")))
check("members have names", all(m.name for m in members), True)
status = client.status()
check("leader is a member", status.leader.id in [m.id for m in members], True)
check("size is told", status.db_size > 0, True)
client.compact(first)
compacted, cancel = client.watch(prefix + "a", start_revision=first - 1)
check_raises("watch of the compacted past", etcd3.exceptions.RevisionCompactedError, "", lambda: next(compacted))

# errors
check_raises("empty key", Exception, "key is not provided", lambda: client.put("", "x"))
client.delete_prefix(prefix)
check("nothing left", len(list(client.get_prefix(prefix))), 0)
print("done")
sys.stdout.flush()
os._exit(0)
