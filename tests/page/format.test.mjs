import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import * as format from '../../supervisor/gateway/assets/js/format.js';

afterEach(() => format.setLanguage('en'));

test('what is not known is a dash, never NaN or zero', () => {
  for (const f of [format.count, format.percent, format.bytes, format.rate, format.milliseconds, format.seconds, format.duration, format.inSeconds]) {
    for (const value of [null, undefined, NaN, Infinity, '3']) assert.equal(f(value), '–', f.name);
  }
  for (const f of [format.clock, format.dateTime, format.exact, format.ago]) {
    for (const value of [null, undefined, '', 'soon']) assert.equal(f(value), '–', f.name);
  }
});

test('numbers have their unit and two or three digits', () => {
  assert.equal(format.percent(1.42), '1.4 %');
  assert.equal(format.percent(100), '100 %');
  assert.equal(format.percent(99.97), '100 %');
  assert.equal(format.bytes(0), '0 B');
  assert.equal(format.bytes(1023), '1,023 B');
  assert.equal(format.bytes(1024), '1.0 kB');
  assert.equal(format.bytes(48234496), '46 MB');
  assert.equal(format.bytes(1024 ** 2 - 1), '1.0 MB');
  assert.equal(format.bytes(3.5 * 1024 ** 3), '3.5 GB');
  assert.equal(format.rate(12600), '12 kB/s');
  assert.equal(format.milliseconds(0.2), '0.2 ms');
  assert.equal(format.milliseconds(312), '312 ms');
  assert.equal(format.milliseconds(1074), '1.1 s');
  assert.equal(format.milliseconds(999.7), '1.0 s');
  assert.equal(format.milliseconds(12500), '13 s');
});

test('a language has its own separators', () => {
  format.setLanguage('es');
  assert.equal(format.percent(1.42), '1,4 %');
  assert.match(format.ago(Date.now() - 61000), /^hace 1/);
});

test('durations have their two largest units', () => {
  assert.equal(format.duration(0), '0 s');
  assert.equal(format.duration(59.9), '59 s');
  assert.equal(format.duration(60), '1 m 00 s');
  assert.equal(format.duration(7412), '2 h 03 m');
  assert.equal(format.duration(86399), '23 h 59 m');
  assert.equal(format.duration(86400 * 12 + 3600), '12 d 01 h');
  assert.equal(format.duration(-5), '0 s');
});

test('a countdown ends at zero and does not show a second too few', () => {
  assert.equal(format.inSeconds(4.2), '5 s');
  assert.equal(format.inSeconds(-1), '0 s');
});

test('times are relative up to a day, then absolute', () => {
  const now = Date.UTC(2026, 10, 22, 12, 0, 0);
  assert.equal(format.ago(now - 9000, now), '9 sec. ago');
  assert.equal(format.ago(now - 9.9 * 60000, now), '9 min. ago');
  assert.equal(format.ago(now - 23.5 * 3600000, now), '23 hr. ago');
  assert.match(format.ago(now - 25 * 3600000, now), /^2026-11-2\d \d\d:\d\d:\d\d$/);
  assert.equal(format.ago(now + 5000, now), '0 sec. ago', 'a clock that is ahead');
});

test('an exact time has milliseconds and its zone', () => {
  assert.match(format.exact('2026-11-22T14:02:10.123Z'), /^2026-11-2[123] \d\d:\d\d:10\.123 [+-]\d\d:\d\d$/);
});
