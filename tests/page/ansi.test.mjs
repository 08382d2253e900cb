import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pieces, plain, visible } from '../../supervisor/gateway/assets/js/log/ansi.js';

test('plain text is one piece', () => {
  assert.deepEqual(pieces('GET /index\t200'), [{ text: 'GET /index\t200', classes: '' }]);
  assert.deepEqual(pieces(''), []);
});

test('colours begin and end', () => {
  assert.deepEqual(pieces('\x1b[31mred\x1b[0m and \x1b[1;92;44mmore\x1b[m'), [
    { text: 'red', classes: 'sgr-f1' },
    { text: ' and ', classes: '' },
    { text: 'more', classes: 'sgr-bold sgr-f10 sgr-b4' },
  ]);
  assert.equal(pieces('\x1b[1;3mx\x1b[22my')[1].classes, 'sgr-italic');
  assert.equal(pieces('\x1b[31;42mx\x1b[39my\x1b[49mz')[1].classes, 'sgr-b2');
  assert.equal(pieces('\x1b[31;42mx\x1b[39;49mz')[1].classes, '');
});

test('colours of 256 and of RGB become the nearest of sixteen', () => {
  assert.equal(pieces('\x1b[38;5;196mx')[0].classes, 'sgr-f1');
  assert.equal(pieces('\x1b[38;5;9mx')[0].classes, 'sgr-f9');
  assert.equal(pieces('\x1b[38;5;255mx')[0].classes, 'sgr-f15');
  assert.equal(pieces('\x1b[48;2;0;0;0;1mx')[0].classes, 'sgr-bold sgr-b0');
  assert.equal(pieces('\x1b[38:2:36:114:200mx')[0].classes, 'sgr-f4');
});

test('broken colours change nothing', () => {
  for (const broken of ['38', '38;5', '38;5;300', '38;2;1;2', '999', ';;;', '38;2;1;2;999']) {
    assert.equal(pieces(`\x1b[${broken}mx`)[0].classes, '', broken);
  }
});

test('what could command a terminal is shown', () => {
  assert.equal(plain('\x1b]0;owned\x07'), '\\x1b]0;owned\\x07');
  assert.equal(plain('\x1b[2J\x1b[31mx'), '\\x1b[2Jx');
  assert.equal(plain('\x1b'), '\\x1b');
  assert.equal(plain('\x1b[31'), '\\x1b[31');
  assert.equal(visible('a\rb\x00c\x7fd\x9be'), 'a\\x0db\\x00c\\x7fd\\u009be');
});

test('what turns or hides text is shown', () => {
  assert.equal(plain('a\u202eb\u2066c\u200bd\ufeff'), 'a\\u202eb\\u2066c\\u200bd\\ufeff');
});

test('markup stays text', () => {
  assert.equal(plain('<script>alert(1)</script>'), '<script>alert(1)</script>');
});

test('a line full of escapes takes linear time', () => {
  const begin = process.cpuUsage();
  pieces('\x1b['.repeat(60000));
  pieces('\x1b[1m'.repeat(30000));
  pieces(`\x1b[${';'.repeat(120000)}m`);
  // CPU time, generously: what is quadratic takes minutes, and the machine may be busy.
  assert.ok(process.cpuUsage(begin).user < 5e6);
});
