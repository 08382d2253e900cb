import assert from 'node:assert/strict';
import { test } from 'node:test';

import { eventWords, toneOf } from '../../supervisor/gateway/assets/js/parts/event_words.js';
import { needsReading, nextWords, reckoning, untilNext, wayTo }
  from '../../supervisor/gateway/assets/js/parts/why_words.js';

const format = { seconds: (value) => `${value} s`, inSeconds: (value) => `${Math.ceil(value)} s` };
const texts = {
  'event.started': 'started', 'event.code': 'exited with code {code}', 'event.signal': 'died by {signal}',
  'event.after': 'after {time}', 'event.ended': 'ended', 'event.core': 'core dumped',
  'event.backoff': 'start in {time} after {attempt}', 'word.of': 'of', 'word.to': 'to', 'cause.unhealthy': 'ill',
  'event.action': '{what}, asked by {who}: {result}', 'cause.autostart': 'by itself', 'event.failed': 'failed',
  'event.monitor_down': 'monitor {name} ({what}) is down',
};
const t = (key, values) => (texts[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values?.[name] ?? all);
const words = (kind, data) => eventWords({ kind, data }, { t, format });

test('an event is a sentence', () => {
  assert.equal(words('service_started', { cause: 'autostart', pid: '7' }), 'started (by itself), pid 7');
  assert.equal(words('service_started', { cause: 'restart.at' }), 'started (restart.at)');
  assert.equal(words('service_exited', { code: '2', run_ms: '1700', cause: 'exited' }), 'exited with code 2 after 1.7 s');
  assert.equal(words('service_exited', { signal: 'SEGV', core: 'true', cause: 'unhealthy', note: 'tcp' }),
      'died by SEGV, core dumped (ill: tcp)');
  assert.equal(words('service_exited', { error: 'cannot run x' }), 'cannot run x');
  assert.equal(words('service_exited', {}), 'ended');
  assert.equal(words('service_failed', { reason: 'too many' }), 'failed: too many');
  assert.equal(words('service_backoff', { delay_ms: '500', cause: 'unstable run', attempt: '2', max_restarts: '16' }),
      'start in 0.5 s after unstable run 2 of 16');
  assert.equal(words('monitor_down', { monitor: 'db', check: 'tcp', target: ':1', error: 'refused' }),
      'monitor db (tcp :1) is down: refused');
  assert.equal(words('action', { who: 'uid 0', user: 'root', verb: 'stop', targets: 'a', result: 'denied', reason: 'no' }),
      'stop a, asked by uid 0 (root): denied: no');
  assert.equal(words('action', { who: 'uid 0', verb: 'config apply', rollback: 'true', result: 'accepted' }),
      'config apply --rollback, asked by uid 0: accepted');
  assert.equal(words('config_applied', { file: '/e.yaml', rollback: 'true' }), 'event.config_rolled_back: /e.yaml');
});

test('kinds that are called like parts of objects are not known', () => {
  assert.equal(words('constructor', { a: '1' }), 'constructor a=1');
});

test('an event that the page does not know is told as it is', () => {
  assert.equal(words('moon_rose', { phase: 'full' }), 'moon_rose phase=full');
});

test('events have a tone', () => {
  assert.equal(toneOf({ kind: 'service_exited', data: { code: '1' } }), 'bad');
  assert.equal(toneOf({ kind: 'service_exited', data: { code: '0' } }), '');
  assert.equal(toneOf({ kind: 'service_exited', data: { signal: 'TERM', cause: 'stopped' } }), '');
  assert.equal(toneOf({ kind: 'action', data: { result: 'denied' } }), 'warn');
  assert.equal(toneOf({ kind: 'moon_rose' }), '');
});

test('the countdown goes on by itself and never below zero', () => {
  const service = { next_start_in_seconds: 4.2, kill_in_seconds: null };
  assert.equal(untilNext(service, 1000, 3000), 2.2);
  assert.equal(untilNext(service, 1000, 9000), 0);
  assert.equal(untilNext({ next_start_in_seconds: null }, 0, 0), null);
});

test('what comes next is said with its numbers', () => {
  const service = { state: 'backoff', next_start_in_seconds: 4.2, unstable_runs: 4, max_restarts: 16 };
  assert.deepEqual(nextWords(service, 0, 1000, format),
      { key: 'why.start_in_of', values: { time: '4 s', attempt: 5, most: 16 } });
  assert.equal(nextWords(service, 0, 5000, format).key, 'why.start_now');
  assert.equal(nextWords({ ...service, max_restarts: null }, 0, 0, format).key, 'why.start_in');
  assert.equal(nextWords({ ...service, state: 'running' }, 0, 0, format).key, 'why.restart_in');
  assert.equal(nextWords({ kill_in_seconds: 6 }, 0, 0, format).key, 'why.kill_in');
  assert.equal(nextWords({}, 0, 0, format), null);
});

test('only what needs a person is open', () => {
  assert.equal(needsReading({ state: 'running', health: 'healthy' }), false);
  assert.equal(needsReading({ state: 'failed' }), true);
  assert.equal(needsReading({ state: 'running', health: 'unhealthy' }), true);
});

test('of the next start the reckoning is kept', () => {
  assert.equal(reckoning('start in 2.1 s, at 21:22:54 (2 s × 2 ± 10 %)'), '2 s × 2 ± 10 %');
  assert.equal(reckoning(''), '');
});

test('commands lead to places on the page', () => {
  assert.deepEqual(wayTo('ctl logs worker -n 50'), { verb: 'logs', name: 'worker' });
  assert.deepEqual(wayTo('ctl start backend:0'), { verb: 'start', name: 'backend:0' });
  assert.equal(wayTo('ctl status'), null);
  assert.equal(wayTo('rm -rf /'), null);
});
