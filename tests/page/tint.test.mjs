import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LogBuffer } from '../../supervisor/gateway/assets/js/log/buffer.js';

const line = (text, stream = 'err') => ({ at: '2026-11-22T10:00:00Z', service: 'a', instance: 'a', stream, text });

test('a stack trace has the tint of its error', () => {
  const buffer = new LogBuffer();
  buffer.take({ lines: [
    line('ERROR order 7 failed'), line('fine', 'out'), line('  File "x.py", line 1'), line('  indented', 'out'),
    line('KeyError: 7'), line('done'), line('  indented'),
  ] });
  assert.deepEqual(buffer.entries.map(({ tint }) => tint), ['error', '', 'error', '', 'error', '', '']);
});
