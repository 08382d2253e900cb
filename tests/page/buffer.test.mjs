import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LogBuffer, overlap } from '../../supervisor/gateway/assets/js/log/buffer.js';

const line = (text, more = {}) => ({
  at: '2026-11-22T10:00:00.000Z', service: 'a', instance: 'a', stream: 'out', text, ...more,
});
const texts = (buffer) => buffer.entries.map((entry) => entry.text ?? entry.gap);
const many = (count, from = 0) => Array.from({ length: count }, (_, at) => line(`${from + at}`));

test('lines are kept in order with rising keys', () => {
  const buffer = new LogBuffer();
  const change = buffer.take({ lines: [line('1'), line('2')] });
  assert.deepEqual(texts(buffer), ['1', '2']);
  assert.deepEqual(change.added.map((entry) => entry.text), ['1', '2']);
  assert.ok(buffer.entries[0].key < buffer.entries[1].key);
});

test('no more entries are kept than allowed', () => {
  const buffer = new LogBuffer({ entries: 3, characters: 1000, lineCharacters: 100 });
  const change = buffer.take({ lines: many(5) });
  assert.deepEqual(texts(buffer), ['2', '3', '4']);
  assert.equal(change.dropped, 2);
});

test('no more text is kept than allowed', () => {
  const buffer = new LogBuffer({ entries: 100, characters: 25, lineCharacters: 10 });
  buffer.take({ lines: [line('x'.repeat(10)), line('y'.repeat(10)), line('z'.repeat(10))] });
  assert.equal(buffer.entries.length, 2);
  assert.equal(buffer.characters, 20);
});

test('pieces of a line become one', () => {
  const buffer = new LogBuffer();
  buffer.take({ lines: [line('ab', { partial: true })] });
  assert.equal(buffer.entries[0].open, true);
  const change = buffer.take({ lines: [line('cd', { continued: true })] });
  assert.deepEqual(texts(buffer), ['abcd']);
  assert.equal(buffer.entries[0].open, false);
  assert.equal(change.changed.length, 1);
  buffer.take({ lines: [line('next')] });
  assert.deepEqual(texts(buffer), ['abcd', 'next']);
});

test('pieces of other streams are not mixed up', () => {
  const buffer = new LogBuffer();
  buffer.take({ lines: [line('out', { partial: true }), line('err', { partial: true, stream: 'err' })] });
  buffer.take({ lines: [line('+', { continued: true }), line('-', { continued: true, stream: 'err' })] });
  assert.deepEqual(texts(buffer), ['out+', 'err-']);
});

test('a line without end is cut and counted', () => {
  const buffer = new LogBuffer({ entries: 10, characters: 1e6, lineCharacters: 100 });
  const piece = 'x'.repeat(64);
  buffer.take({ lines: [line(piece, { partial: true })] });
  for (let at = 0; at < 1600; at += 1) {
    buffer.take({ lines: [line(piece, { partial: true, continued: true })] });
  }
  assert.equal(buffer.entries.length, 1);
  assert.equal(buffer.entries[0].text.length, 100);
  assert.equal(buffer.entries[0].more, 1601 * 64 - 100);
});

test('gaps stand where they were', () => {
  const buffer = new LogBuffer();
  buffer.take({ lines: [line('1')] });
  buffer.take({ lines: [], skipped_bytes: 3200000 });
  buffer.take({ lines: [], started_over: ['a.out.log'] });
  buffer.take({ lines: [line('2')] });
  assert.deepEqual(texts(buffer), ['1', 'skipped', 'started_over', '2']);
  assert.equal(buffer.entries[1].bytes, 3200000);
});

test('what comes again after a reconnect is not there twice', () => {
  const buffer = new LogBuffer();
  buffer.take({ lines: many(10) });
  buffer.expectRepeats();
  buffer.take({ lines: many(8, 5) });
  assert.deepEqual(texts(buffer), many(13).map(({ text }) => text));
  buffer.take({ lines: [line('12')] });
  assert.equal(buffer.entries.length, 14);
});

test('older lines go in front, without those that are here', () => {
  const buffer = new LogBuffer();
  buffer.take({ lines: many(3, 5) });
  const added = buffer.prepend(many(4, 2));
  assert.deepEqual(added.map(({ text }) => text), ['2', '3', '4']);
  assert.deepEqual(texts(buffer), ['2', '3', '4', '5', '6', '7']);
  buffer.prepend(many(2));
  const keys = buffer.entries.map(({ key }) => key);
  assert.deepEqual(keys, [...keys].sort((one, other) => one - other));
  assert.equal(new Set(keys).size, 8);
});

test('an overlap is the longest one', () => {
  const same = [line('a'), line('a'), line('a')];
  assert.equal(overlap(same, same), 3);
  assert.equal(overlap([line('a'), line('b')], [line('b'), line('c')]), 1);
  assert.equal(overlap([line('a')], [line('b')]), 0);
  assert.equal(overlap([], [line('b')]), 0);
});

test('pieces of an older line become one and are recognised', () => {
  const buffer = new LogBuffer();
  const pieces = [line('ab', { partial: true }), line('cd', { continued: true })];
  buffer.take({ lines: [...pieces, line('next')] });
  const added = buffer.prepend([line('before'), ...pieces]);
  assert.deepEqual(added.map(({ text }) => text), ['before']);
  assert.deepEqual(texts(buffer), ['before', 'abcd', 'next']);
  assert.equal(new LogBuffer().prepend(pieces).length, 1);
});

test('gaps without lines between them are one', () => {
  const buffer = new LogBuffer();
  buffer.take({ lines: [], skipped_bytes: 10 });
  const change = buffer.take({ lines: [], skipped_bytes: 5 });
  assert.deepEqual(texts(buffer), ['skipped']);
  assert.equal(buffer.entries[0].bytes, 15);
  assert.deepEqual(change.changed, [buffer.entries[0]]);
});
