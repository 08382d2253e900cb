import assert from 'node:assert/strict';
import { test } from 'node:test';

import { verdict } from '../../supervisor/gateway/assets/js/views/audit.js';

const app = { t: (key, values) => `${key} ${Object.values(values ?? {}).join(' ')}`, format: { count: String } };

test('a whole chain says how long it is, and its head', () => {
  const said = verdict({ ok: true, entries: 12, head: '6c5f' }, app);
  assert.deepEqual(said, { ok: true, words: 'audit.whole 12 12', head: '6c5f' });
});

test('a broken chain names its first bad entry', () => {
  const said = verdict({ ok: false, broken: { id: 4703, reason: 'it was changed' } }, app);
  assert.deepEqual(said, { ok: false, words: 'audit.broken 4703: it was changed', head: null });
});

test('without an entry to name it is not whole either', () => {
  assert.equal(verdict({ ok: false, broken: null, noted: { entry: null } }, app).ok, false);
});
