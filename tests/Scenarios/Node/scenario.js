'use strict';

// What a user of npm's etcd3 does: node scenario.js SLOT HOST:PORT,HOST:PORT,…
// The member in the slot is killed and started again when a line "please kill" or "please start" asks for it; a line on
// standard input says that it was done.

const assert = require('node:assert');
const { once } = require('node:events');
const readline = require('node:readline');
const { Etcd3, EtcdLeaseInvalidError, EtcdLockFailedError } = require('etcd3');

const slot = Number(process.argv[2]);
const hosts = process.argv[3].split(',').map(host => `http://${host}`);
const prefix = `node/${slot}/`;
const patience = 60_000;

// All that asks one member goes to the member in the slot; others is for what must go on while that one is dead.
const client = new Etcd3({ hosts: hosts[slot], grpcOptions: { 'grpc.max_reconnect_backoff_ms': 1000 } });
const others = new Etcd3({ hosts: hosts.filter((_, at) => at !== slot) });
const all = new Etcd3({ hosts });
const space = client.namespace(prefix);

const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function check(what, found, wanted) {
  assert.deepStrictEqual(found, wanted, what);
  console.log(`ok ${what}`);
}

async function ask(what) {
  console.log(`please ${what}`);
  check(`${what}: done`, (await answers.next()).value, 'done');
}

/** Waits for a condition, with a deadline. */
async function until(what, condition) {
  const end = Date.now() + patience;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `waited in vain until ${what}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  console.log(`ok ${what}`);
}

async function keys() {
  check('absent key', await space.get('none').string(), null);
  const first = await space.put('a').value('1');
  check('value', await space.get('a').string(), '1');
  const again = await space.put('a').value('2').getPrevious();
  check('previous value', [again.value.toString(), again.version, again.mod_revision], ['1', '1', first.header.revision]);
  const binary = Buffer.from(Array.from({ length: 4096 }, (_, at) => at % 256));
  await space.put('binary').value(binary);
  check('binary value', (await space.get('binary').buffer()).equals(binary), true);
  const { kvs: [kept] } = await space.get('a').exec();
  check('version', [kept.version, kept.create_revision], ['2', first.header.revision]);
  check('the past', (await client.getAll().prefix(prefix).revision(first.header.revision).strings()), { [`${prefix}a`]: '1' });

  for (let i = 0; i < 10; i++) {
    await space.put(`range/${i}`).value(String((i * 7) % 10));
  }
  const range = space.getAll().prefix('range/');
  check('prefix', Object.keys(await range.strings()), Array.from({ length: 10 }, (_, at) => `range/${at}`));
  check('limit, by value, falling', (await space.getAll().prefix('range/').sort('Value', 'Descend').limit(3).exec()).kvs
    .map(kv => kv.value.toString()), ['9', '8', '7']);
  check('keys', (await space.getAll().prefix('range/').keys()).length, 10);
  check('count', await space.getAll().prefix('range/').count(), 10);
  check('delete', (await space.delete().key('a')).deleted, '1');
  check('delete, again', (await space.delete().key('a')).deleted, '0');
  check('delete prefix', (await space.delete().prefix('range/')).deleted, '10');
}

async function transactions() {
  const own = space.namespace('transactions/');
  const swap = (from, to) => own.if('a', 'Value', '==', from).then(own.put('a').value(to)).else(own.get('a')).commit();
  const create = value => own.if('a', 'Create', '==', 0).then(own.put('a').value(value)).commit();
  check('create', (await create('1')).succeeded, true);
  check('create, again', (await create('2')).succeeded, false);
  check('swap', (await swap('1', '2')).succeeded, true);
  const refused = await swap('1', '3');
  check('swap of what is no more', [refused.succeeded, refused.responses[0].response_range.kvs[0].value.toString()], [false, '2']);

  await own.put('counter').value('0');
  const raise = async () => {
    for (let steps = 0; steps < 10;) {
      const found = await own.get('counter').string();
      const raised = await own.if('counter', 'Value', '==', found).then(own.put('counter').value(String(Number(found) + 1))).commit();
      steps += raised.succeeded ? 1 : 0;
    }
  };
  await Promise.all(Array.from({ length: 4 }, raise));
  check('a counter raised by four loses no step', await own.get('counter').string(), '40');

  await client.stm().transact(async tx => {
    const found = await tx.get(`${prefix}transactions/counter`).string();
    await tx.put(`${prefix}transactions/counter`).value(String(Number(found) + 1));
  });
  check('software transaction', await own.get('counter').string(), '41');
}

/** Everything a watcher saw, in order. */
function recorded(watcher) {
  const seen = [];
  watcher.on('data', data => data.events.forEach(event =>
    seen.push([event.type, event.kv.key.toString(), event.kv.value.toString(), event.kv.mod_revision, event.prev_kv && event.prev_kv.value.toString()])));
  return seen;
}

async function watches() {
  const own = space.namespace('watch/');
  const begun = await own.put('before').value('x');
  const whole = await own.watch().prefix('').withPreviousKV().create();
  const deletes = await own.watch().prefix('').only('delete').create();
  const past = await own.watch().key('before').startRevision(begun.header.revision).create();
  const [seen, deleted, replayed] = [whole, deletes, past].map(recorded);
  const one = await own.put('one').value('1');
  const two = await own.put('one').value('2');
  const both = await own.if('none', 'Create', '==', 0).then(own.put('left').value('l'), own.put('right').value('r')).commit();
  const gone = await own.delete().prefix('');
  await until('all events came', () => seen.length >= 8 && deleted.length >= 4 && replayed.length >= 2);
  const order = (left, right) => left[1] < right[1] ? -1 : 1;
  check('puts', seen.slice(0, 2), [
    ['Put', 'one', '1', one.header.revision, null],
    ['Put', 'one', '2', two.header.revision, '1']]);
  check('the puts of a transaction have one revision', seen.slice(2, 4), [
    ['Put', 'left', 'l', both.header.revision, null],
    ['Put', 'right', 'r', both.header.revision, null]]);
  check('deletes with what was there', seen.slice(4, 8).sort(order), [
    ['Delete', 'before', '', gone.header.revision, 'x'],
    ['Delete', 'left', '', gone.header.revision, 'l'],
    ['Delete', 'one', '', gone.header.revision, '2'],
    ['Delete', 'right', '', gone.header.revision, 'r']]);
  check('filtered', deleted.map(event => event[1]).sort(), ['before', 'left', 'one', 'right']);
  check('from the past', replayed.map(event => event[0]), ['Put', 'Delete']);
  await Promise.all([whole.cancel(), deletes.cancel(), past.cancel()]);
  await own.put('one').value('3');
  check('nothing after the cancel', [seen.length, deleted.length, replayed.length], [8, 4, 2]);
}

async function resumption() {
  const own = space.namespace('resume/');
  const elsewhere = others.namespace(`${prefix}resume/`);
  const watcher = await own.watch().prefix('').create();
  watcher.on('error', error => { throw error; });
  const seen = recorded(watcher);
  await own.put('k').value('0');
  await until('the first event came', () => seen.length === 1);
  const lost = once(watcher, 'disconnected');
  await ask('kill');
  await lost;
  for (let i = 1; i <= 20; i++) {
    await until(`put ${i} while the member is dead`, () => elsewhere.put('k').value(String(i)).then(() => true, () => false));
  }
  await ask('start');
  await until('what was missed came', () => seen.length >= 21);
  await until('a put through the restarted member', () => own.put('k').value('21').then(() => true, () => false));
  await until('the last event came', () => seen.some(event => event[2] === '21'));
  const values = seen.map(event => Number(event[2]));
  const revisions = seen.map(event => BigInt(event[3]));
  check('every revision once and in order', revisions.every((revision, at) => at === 0 || revision > revisions[at - 1]), true);
  check('no value was missed', [...new Set(values)], Array.from({ length: 22 }, (_, at) => at));
  await watcher.cancel();
}

async function leases() {
  const ttl = 3;
  const lease = space.lease(ttl);
  const id = await lease.grant();
  let renewals = 0;
  lease.on('keepaliveSucceeded', () => renewals++);
  await lease.put('leased').value('held');
  check('the key has its lease', (await space.get('leased').exec()).kvs[0].lease, id);
  const told = await client.leaseClient.leaseTimeToLive({ ID: id, keys: true });
  check('time to live', [told.grantedTTL, told.keys.map(String), Number(told.TTL) <= ttl], [String(ttl), [`${prefix}leased`], true]);

  // Renewed three times a TTL: after eight of them it has outlived itself twice.
  await until('it was kept alive', () => renewals >= 8);
  check('kept alive, the key stays', await space.get('leased').string(), 'held');
  check('kept alive once', (await lease.keepaliveOnce()).TTL, String(ttl));
  const watcher = await space.watch().key('leased').create();
  const seen = recorded(watcher);
  const left = Date.now();
  lease.release();
  await until('not kept alive, the key goes', async () => (await space.get('leased').string()) === null);
  check('not before its time', Date.now() - left > (ttl - 1) * 1000, true);
  await until('the watcher saw it go', () => seen.length === 1 && seen[0][0] === 'Delete');
  await watcher.cancel();
  await assert.rejects(space.put('late').value('x').lease(id), EtcdLeaseInvalidError);
  console.log('ok an expired lease is refused');

  const revoked = space.lease(600);
  await revoked.put('revoked').value('x');
  await revoked.revoke();
  check('revoked, the key is gone', await space.get('revoked').string(), null);
}

async function locks() {
  const lock = space.lock('lock');
  await lock.acquire();
  await assert.rejects(all.namespace(prefix).lock('lock').acquire(), EtcdLockFailedError);
  console.log('ok a lock that is held is refused');
  await lock.release();
  check('released, another takes it', await all.namespace(prefix).lock('lock').do(() => 'mine'), 'mine');
}

async function elections() {
  const election = space.election('election', 10);
  const first = election.campaign('first');
  await first.wait();
  check('the first candidate leads', await election.leader(), 'first');
  const second = all.namespace(prefix).election('election', 10).campaign('second');
  const won = second.wait();
  const observer = await election.observe();
  await until('an observer sees the leader', () => observer.leader() === 'first');
  await first.proclaim('still first');
  await until('an observer sees what it proclaims', () => observer.leader() === 'still first');
  await first.resign();
  await won;
  check('it resigned: the second leads', await election.leader(), 'second');
  await until('an observer sees the second', () => observer.leader() === 'second');
  await second.resign();
  await until('nobody leads', async () => (await election.leader()) === undefined);
}

async function main() {
  await keys();
  await transactions();
  await watches();
  await leases();
  await locks();
  await elections();
  await resumption();
  await all.delete().prefix(prefix);
  check('nothing left', await all.getAll().prefix(prefix).count(), 0);
  console.log('done');
}

main().then(() => process.exit(0), error => {
  console.log(`FAILED ${error.stack}`);
  process.exit(1);
});
