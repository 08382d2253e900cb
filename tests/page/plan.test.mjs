import assert from 'node:assert/strict';
import { test } from 'node:test';

import { linesOf, refusal } from '../../supervisor/gateway/assets/js/parts/plan.js';
import en from '../../supervisor/gateway/assets/js/texts/en.js';

const t = (key, values) => (en[key] ?? assert.fail(key)).replace(/\{(\w+)\}/g, (all, name) => values?.[name] ?? all);
const nothing = { removed: [], added: [], changed: [], settings: [] };

test('a plan is told in the order in which it happens, each service once', () => {
  const differences = [{ key: 'command', before: '[a]', after: '[b]' }];
  const tags = [{ key: 'tags', before: null, after: '[night]' }];
  const lines = linesOf({
    removed: ['goes'], added: ['comes'],
    changed: [{ name: 'one', restart: true, differences }, { name: 'two', restart: false, differences: tags }],
    settings: [{ key: 'history.keep', before: '1d', after: '7d' }],
  });
  assert.deepEqual(lines.map(({ sign, name, fate }) => `${sign} ${name} ${fate}`),
      ['− goes removed', '+ comes added', '~ one restarted', '~ two goes_on', '~ null settings']);
  assert.deepEqual(lines.map((line) => line.differences.length), [0, 0, 1, 1, 1]);
  assert.deepEqual(linesOf(nothing), []);
  for (const { fate } of lines) assert.ok(t(`plan.${fate}`));
});

test('why it was not done is in words, also what the page does not know', () => {
  for (const code of ['invalid_config', 'changed_meanwhile', 'busy', 'unavailable', 'unreachable']) {
    assert.equal(refusal({ code, message: 'x' }, t), en[`plan.${code}`]);
  }
  assert.equal(refusal({ code: 'denied', message: 'not allowed' }, t), 'Not done: not allowed');
});
