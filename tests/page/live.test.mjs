import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createParser } from '../../supervisor/gateway/assets/js/api.js';
import { listOf, settingsFrom } from '../../supervisor/gateway/assets/js/live.js';
import { link, parse } from '../../supervisor/gateway/assets/js/router.js';
import { preferred, t, useLanguage } from '../../supervisor/gateway/assets/js/i18n.js';
import { linePath } from '../../supervisor/gateway/assets/js/charts.js';
import { mayOperate, verbsOf } from '../../supervisor/gateway/assets/js/actions.js';

function parsed(...pieces) {
  const events = [];
  const feed = createParser((name, data, id) => events.push([name, data, id]));
  pieces.forEach(feed);
  return events;
}

test('events are the same however they are cut into pieces', () => {
  const text = ': hello\n\nevent: event\nid: 12\ndata: {"a":1}\n\ndata: one\ndata: two\n\ndata: unfinished\n';
  const whole = [['event', '{"a":1}', '12'], ['message', 'one\ntwo', null]];
  assert.deepEqual(parsed(text), whole);
  assert.deepEqual(parsed(...text), whole);
  assert.deepEqual(parsed(text.replaceAll('\n', '\r\n')), whole);
});

test('comments and unknown fields are no events', () => {
  assert.deepEqual(parsed(': still here\n\nretry: 5\n\nid: 4\n\n'), []);
});

test('settings come from the flat configuration, also of names with dots', () => {
  const settings = settingsFrom({
    'services.api.v2.tags': '[web, "jobs"]', 'services.api.v2.reload.signal': 'HUP', 'services.api.v2.depends_on.db': 'healthy',
    'services.api.v2.env.A': '***', 'services.db.description': 'Orders', 'monitors.x.tcp': '1',
  });
  assert.deepEqual(settings.get('api.v2'), { tags: ['web', 'jobs'], description: '', reloadSignal: 'HUP', dependsOn: ['db'] });
  assert.equal(settings.get('db').description, 'Orders');
  assert.deepEqual(listOf('[]'), []);
});

test('an address and what it means are the same there and back', () => {
  const path = ['service', 'a/b:0 %'];
  const there = link(path, { tab: 'log', search: 'a b&c', none: null, empty: '' });
  assert.deepEqual(parse(there), { path, query: { tab: 'log', search: 'a b&c' } });
  assert.equal(link(['service', 'worker:0']), '#/service/worker:0');
  assert.deepEqual(parse(''), { path: [], query: {} });
  assert.deepEqual(parse('#/service/%zz'), { path: ['service', '%zz'], query: {} }, 'a broken link is no error');
});

test('the browser says the language unless one was chosen', () => {
  assert.equal(preferred(['de-DE', 'es-MX', 'en'], null), 'es');
  assert.equal(preferred(['de'], null), 'en');
  assert.equal(preferred(['en'], 'es'), 'es');
  assert.equal(preferred(['en'], 'tlh'), 'en');
});

test('texts are filled in, with the plural of the language', async () => {
  assert.equal(t('overview.services', { n: 1 }), '1 service');
  assert.equal(t('overview.services', { n: 2 }), '2 services');
  assert.equal(t('no.such_key'), 'no.such_key');
  await useLanguage('es');
  assert.equal(t('overview.services', { n: 2 }), '2 servicios');
  await useLanguage('en');
});

test('a value is text, whatever it looks like', () => {
  assert.equal(t('confirm.stop', { name: '{n} <b>$&' }), 'Stop {n} <b>$&?');
});

test('a line has gaps where nothing was measured', () => {
  assert.equal(linePath([0, 5, null, 10], 30, 10, 10), 'M0.0 10.0L10.0 5.0M30.0 0.0');
  assert.equal(linePath([], 30, 10), '');
  assert.equal(linePath([0, 0], 30, 10), 'M0.0 10.0L30.0 10.0');
});

test('only what makes sense now is offered', () => {
  const plain = { reloadSignal: null };
  assert.deepEqual(verbsOf({ state: 'running' }, plain), ['restart', 'stop', 'scale']);
  assert.deepEqual(verbsOf({ state: 'running' }, { reloadSignal: 'HUP' }), ['restart', 'stop', 'reload', 'scale']);
  assert.deepEqual(verbsOf({ state: 'running', name: 'a:0', service: 'a' }, plain), ['restart', 'stop', 'reload', 'scale']);
  assert.deepEqual(verbsOf({ state: 'failed' }, plain), ['start', 'scale']);
  assert.deepEqual(verbsOf({ state: 'backoff' }, plain), ['start', 'restart', 'stop', 'scale']);
});

test('only those who may change something are offered changes', () => {
  assert.ok(mayOperate({ level: 'admin' }) && mayOperate({ level: 'operate' }));
  assert.ok(!mayOperate({ level: 'read' }) && !mayOperate({ level: null }) && !mayOperate(null));
});
