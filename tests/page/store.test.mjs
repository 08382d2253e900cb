import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Store, remaining, uptime } from '../../supervisor/gateway/assets/js/store.js';

const service = (name, more = {}) => ({ name, service: name, instance: 0, state: 'running', pid: 1, cpu_percent: 1, memory_bytes: 10, ...more });

function fixture() {
  let now = 1000;
  const turns = [];
  const store = new Store({ schedule: (f) => turns.push(f), now: () => now });
  return { store, turns, pass: (ms) => { now += ms; }, frame: () => turns.splice(0).forEach((f) => f()) };
}

test('many changes are told once a frame, with the names that changed', () => {
  const { store, turns, frame } = fixture();
  const told = [];
  store.subscribe(['services'], (changes) => told.push([...changes.get('services')]));
  store.apply({ snapshot: true, services: [service('a'), service('b')] });
  store.apply({ services: [service('b')] });
  assert.equal(turns.length, 1);
  frame();
  assert.deepEqual(told, [['a', 'b']]);
  store.apply({ services: [service('b')] });
  frame();
  assert.deepEqual(told[1], ['b']);
});

test('only who asked for a topic is told, and nobody after leaving', () => {
  const { store, frame } = fixture();
  let told = 0;
  const leave = store.subscribe(['host'], () => { told += 1; });
  store.apply({ services: [service('a')] });
  frame();
  assert.equal(told, 0);
  store.apply({ services: [], host: { cpu_percent: 3, memory_used_bytes: 4 } });
  frame();
  assert.equal(told, 1);
  leave();
  store.put('host', null);
  frame();
  assert.equal(told, 1);
});

test('a snapshot takes away what is no more, and says the order', () => {
  const { store } = fixture();
  store.apply({ snapshot: true, services: [service('a'), service('b'), service('c')] });
  store.apply({ snapshot: true, services: [service('c'), service('a')] });
  assert.deepEqual([...store.services.keys()], ['c', 'a']);
  store.apply({ services: [service('d')], removed: ['c'] });
  assert.deepEqual([...store.services.keys()], ['a', 'd']);
});

test('new instances stand with the others of their service', () => {
  const { store } = fixture();
  const instance = (number) => service(`w:${number}`, { service: 'w', instance: number });
  store.apply({ snapshot: true, services: [service('a'), service('w', { service: 'w' }), service('z')] });
  store.apply({ services: [instance(0), instance(1)], removed: ['w'] });
  assert.deepEqual([...store.services.keys()], ['a', 'w:0', 'w:1', 'z']);
});

test('samples are kept for a while, after what the history knows', () => {
  const { store, pass } = fixture();
  pass(100000);
  store.apply({ services: [service('a', { cpu_percent: 5 })] });
  store.apply({ services: [service('a', { cpu_percent: 6 })] });
  assert.deepEqual(store.samples('a').values('cpu'), [5], 'a change of state within a second is no sample');
  store.seed('a', 'cpu', [{ at: 50000, value: 1 }, { at: 90000, value: 2 }, { at: 102000, value: 9 }]);
  assert.deepEqual(store.samples('a').values('cpu'), [1, 2, 5]);
  for (let i = 0; i < 100; i += 1) {
    pass(2000);
    store.apply({ services: [service('a', { cpu_percent: i })] });
  }
  assert.equal(store.samples('a').values('cpu').length, 60);
  assert.equal(store.samples('a').values('cpu').at(-1), 99);
});

test('what does not run has no samples', () => {
  const { store } = fixture();
  store.apply({ services: [service('a', { pid: null, state: 'backoff', cpu_percent: 0 })] });
  assert.deepEqual(store.samples('a').values('cpu'), []);
});

test('an action is expected until the state changes, and not for ever', () => {
  const { store, pass } = fixture();
  store.apply({ snapshot: true, services: [service('a'), service('b')] });
  store.expect(['a', 'b'], 'stop');
  store.apply({ services: [service('a')] });
  assert.ok(store.pending.has('a'), 'a number that moved is no answer');
  store.apply({ services: [service('a', { state: 'stopping' })] });
  assert.ok(!store.pending.has('a'));
  pass(60000);
  store.dropStale();
  assert.equal(store.pending.size, 0);
});

test('events come once and are not kept without end', () => {
  const { store } = fixture();
  for (let id = 1; id <= 600; id += 1) store.addEvent({ id });
  store.addEvent({ id: 600 });
  store.addEvent({ id: 12 });
  assert.equal(store.events.length, 500);
  assert.equal(store.events.at(-1).id, 600);
});

test('countdowns and uptimes go on from when they were received', () => {
  assert.equal(remaining(10, 1000, 5000), 6);
  assert.equal(remaining(1, 1000, 5000), 0);
  assert.equal(remaining(null, 1000, 5000), null);
  assert.equal(uptime({ uptime_seconds: 60, received: 1000 }, 5000), 64);
  assert.equal(uptime({ uptime_seconds: null, received: 1000 }, 5000), null);
});
