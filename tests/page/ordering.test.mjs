import assert from 'node:assert/strict';
import { test } from 'node:test';

import { arrange, placesOf, tagsOf } from '../../supervisor/gateway/assets/js/parts/ordering.js';
import { severity, slowest, tally, tone } from '../../supervisor/gateway/assets/js/parts/state.js';
import { checkWords, healthWords, stateWords } from '../../supervisor/gateway/assets/js/parts/words.js';
import { range } from '../../supervisor/gateway/assets/js/parts/window.js';

const settings = new Map([
  ['backend', { tags: ['web'], description: 'Takes orders' }],
  ['worker', { tags: ['jobs', 'web'], description: '' }],
]);
const settingsOf = (name) => settings.get(name) ?? { tags: [], description: '' };
const service = (name, more = {}) => ({
  name, service: name, state: 'running', health: 'none', pid: 1, cpu_percent: 1, memory_bytes: 1, restarts: 0, unstable_runs: 0, ports: [], ...more,
});
const names = (items) => items.map((item) => item.name ?? `@${item.tag}`);

test('without a choice it is the order of the supervisor', () => {
  assert.deepEqual(names(arrange([service('b'), service('a')], { settingsOf })), ['b', 'a']);
});

test('what is not known comes last, upwards and downwards', () => {
  const all = [service('down', { pid: null, cpu_percent: 0 }), service('much', { cpu_percent: 9 }), service('little', { cpu_percent: 0.1 })];
  const sorted = (descending) => names(arrange(all, { settingsOf, sort: { column: 'cpu', descending } }));
  assert.deepEqual(sorted(true), ['much', 'little', 'down']);
  assert.deepEqual(sorted(false), ['little', 'much', 'down']);
});

test('names sort as people count', () => {
  const all = ['worker:10', 'worker:9', 'api'].map((name) => service(name));
  assert.deepEqual(names(arrange(all, { settingsOf, sort: { column: 'name', descending: false } })), ['api', 'worker:9', 'worker:10']);
});

test('every column that can be clicked sorts', () => {
  for (const column of ['name', 'state', 'health', 'uptime', 'restarts', 'cpu', 'memory', 'ports']) {
    assert.equal(arrange([service('b'), service('a')], { settingsOf, sort: { column, descending: false } }).length, 2, column);
  }
});

test('places are kept while they are frozen, newcomers come last', () => {
  const frozen = placesOf([{ name: 'c' }, { name: 'a' }]);
  const all = [service('a', { cpu_percent: 9 }), service('b'), service('c')];
  assert.deepEqual(names(arrange(all, { settingsOf, sort: { column: 'cpu', descending: true }, frozen })), ['c', 'a', 'b']);
});

test('all words of a search have to be found, in names, tags, states, descriptions and ports', () => {
  const all = [service('backend', { ports: [8000] }), service('worker', { state: 'failed' })];
  const found = (search) => names(arrange(all, { settingsOf, search }));
  assert.deepEqual(found('BACK'), ['backend']);
  assert.deepEqual(found('@web failed'), ['worker']);
  assert.deepEqual(found('8000'), ['backend']);
  assert.deepEqual(found('orders'), ['backend']);
  assert.deepEqual(found('nothing'), []);
});

test('totals and tags narrow the list', () => {
  const all = [service('backend', { health: 'unhealthy' }), service('worker', { state: 'backoff' }), service('x', { state: 'exited' })];
  const shown = (choice) => names(arrange(all, { settingsOf, ...choice }));
  assert.deepEqual(shown({ only: 'unhealthy' }), ['backend']);
  assert.deepEqual(shown({ only: 'restarting' }), ['worker']);
  assert.deepEqual(shown({ only: 'stopped' }), ['x']);
  assert.deepEqual(shown({ tag: 'web' }), ['backend', 'worker']);
});

test('a group has its heading, one with two tags is in both, those without come last', () => {
  const all = [service('x'), service('backend'), service('worker')];
  const items = arrange(all, { settingsOf, group: true });
  assert.deepEqual(names(items), ['@jobs', 'worker', '@web', 'backend', 'worker', '@', 'x']);
  assert.equal(new Set(items.map((item) => item.key)).size, items.length);
  assert.deepEqual(tagsOf(settings), ['jobs', 'web']);
});

test('every state counts in one total, unhealthy besides', () => {
  const states = ['running', 'starting', 'stopping', 'backoff', 'failed', 'waiting', 'stopped', 'exited'];
  const totals = tally([...states.map((state) => service(state, { state })), service('u', { health: 'unhealthy' })]);
  assert.deepEqual(totals, { all: 9, running: 4, restarting: 1, failed: 1, unhealthy: 1, waiting: 1, stopped: 2 });
});

test('a crash loop needs a person also while it runs for a moment', () => {
  assert.equal(severity(service('a')), 0);
  assert.ok(severity(service('a', { unstable_runs: 3 })) > 0);
  assert.ok(severity(service('a', { state: 'failed' })) > severity(service('a', { state: 'backoff' })));
  assert.equal(severity(service('a', { state: 'stopped', unstable_runs: 3 })), 0, 'somebody stopped it');
  assert.equal(tone(service('a', { health: 'unhealthy' })), 'bad');
});

test('only rows near the screen are made', () => {
  const [first, last] = range(-16000, 800, 32, 1000);
  assert.ok(first <= 500 && first > 480);
  assert.ok(last >= 525 && last < 545);
  assert.deepEqual(range(200, 800, 32, 3), [0, 3]);
  assert.deepEqual(range(-90000, 800, 32, 10), [10, 10], 'the list became shorter than where one is');
  assert.deepEqual(range(0, 800, 32, 0), [0, 0]);
});

test('a heartbeat answers nobody, so it is not slow', () => {
  const beat = { kind: 'heartbeat', state: 'healthy', target: '', latency_ms: 1074, last_error: '' };
  const asked = { ...beat, kind: 'http', target: 'http://a/', latency_ms: 3.1 };
  assert.equal(slowest({ checks: [beat, asked] }), asked);
  assert.equal(slowest({ checks: [beat, { ...asked, latency_ms: null }] }), null);
  assert.equal(healthWords({ health: 'healthy', checks: [beat] }), 'healthy');
  assert.equal(healthWords({ health: 'healthy', checks: [beat, asked] }), 'healthy 3.1 ms');
  assert.equal(checkWords(beat).includes('1'), false);
  assert.match(checkWords(asked), /^http http:\/\/a\/: healthy, 3\.1 ms$/);
});

test('how a service ended that is not started again is said where it was not well', () => {
  const ended = (last_exit) => ({ name: 'a', state: 'exited', health: 'none', last_exit });
  const said = (service) => [stateWords(service, null, 0), tone(service), severity(service)];
  assert.deepEqual(said(ended({ code: 0, signal: null })), ['exited', 'off', 0]);
  assert.deepEqual(said(ended({ code: 2, signal: null })), ['exited, code 2', 'warn', 0]);
  assert.deepEqual(said(ended({ code: null, signal: 'SEGV' })), ['exited, signal SEGV', 'bad', 2]);
  assert.deepEqual(said(ended(null)), ['exited', 'off', 0]);
  assert.deepEqual(said({ ...ended({ code: null, signal: 'TERM' }), state: 'stopped' }), ['stopped', 'off', 0]);
});
