import assert from 'node:assert/strict';
import { test } from 'node:test';

import { path, rows, toText, tree } from '../../supervisor/gateway/assets/js/parts/tree.js';

const text = (settings, names) => toText(rows(tree(settings, names)));

test('a key is a path', () => {
  assert.deepEqual(path('a.b[0].c'), ['a', 'b', 0, 'c']);
  assert.deepEqual(path('a[1][2]'), ['a', 1, 2]);
});

test('settings become the tree they were', () => {
  assert.equal(text({
    name: 'shop', 'services.web.command': '[python3, -u, x.py]', 'services.web.env.PORT': '***',
    'services.web.health[0].tcp': '8000', 'services.web.health[0].interval': '2s',
    'services.web.health[1].frozen.for': '5m', 'services.web.nice': '0',
  }, ['web']), [
    'name: shop', 'services:', '  web:', '    command: [python3, -u, x.py]', '    env:',
    '      PORT: "***"', '    health:', '      - tcp: 8000', '        interval: 2s',
    '      - frozen:', '          for: 5m', '    nice: 0',
  ].join('\n'));
});

test('names with dots stay whole', () => {
  const found = text({ 'services.web.v2.nice': '0', 'services.web.v2.env.A.B': 'x' }, ['web.v2']);
  assert.equal(found, 'services:\n  web.v2:\n    nice: 0\n    env:\n      A.B: x');
});

test('values that YAML would misread are quoted', () => {
  assert.equal(text({ a: 'x: y', b: '', c: '- x', d: '#c', e: 'http://x/y' }),
      'a: "x: y"\nb: ""\nc: "- x"\nd: "#c"\ne: http://x/y');
});

test('names of objects are names like any other', () => {
  const settings = JSON.parse('{"__proto__.x":"1","constructor.y":"2"}');
  assert.equal(text(settings), '__proto__:\n  x: 1\nconstructor:\n  y: 2');
});
