import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SPANS, isRestart, lines, marks, padded, restarts, together }
  from '../../supervisor/gateway/assets/js/parts/series.js';

const point = (second, mean, max = mean) => ({
  at: new Date(second * 1000).toISOString(), mean, max,
});
const series = (name, points, step = 10) => ({ name, step_seconds: step, points });

test('one series is one line', () => {
  const found = lines([series('a', [point(10, 1, 5), point(20, 2, 6)])]);
  assert.deepEqual(found, { labels: ['a'], times: [10, 20], values: [[1, 2]] });
  assert.deepEqual(lines([series('a', [point(10, 1, 5)])], 'max').values, [[5]]);
});

test('nothing was measured: a gap', () => {
  const found = lines([series('a', [point(10, 1), point(20, 2), point(90, 3)])]);
  assert.deepEqual(found.times, [10, 20, 30, 90]);
  assert.deepEqual(found.values, [[1, 2, null, 3]]);
});

test('lines share their times', () => {
  const found = lines([series('a', [point(10, 1), point(20, 2)]), series('b', [point(20.2, 7)])]);
  assert.deepEqual(found.times, [10, 20]);
  assert.deepEqual(found.values, [[1, 2], [null, 7]]);
});

test('many instances are one line: their sum where any is known', () => {
  const found = lines([series('a:0', [point(10, 1), point(20, 2)]), series('a:1', [point(20, 3), point(60, 4)])]);
  assert.deepEqual(together(found), { times: [10, 20, 30, 60], column: [1, 5, null, 4] });
});

test('without points there is nothing to draw', () => {
  assert.deepEqual(lines([series('a', [])]), { labels: [], times: [], values: [] });
  assert.deepEqual(lines([]).labels, []);
  assert.deepEqual(together(lines([])), { times: [], column: [] });
});

test('the step is guessed where none is told', () => {
  const found = lines([series('a', [point(10, 1), point(12, 2), point(14, 3)], null)]);
  assert.deepEqual(found.times, [10, 12, 14]);
});

test('restarts are counted into buckets that end now', () => {
  const started = (second, cause) => ({
    kind: 'service_started', at: new Date(second * 1000).toISOString(), data: { cause },
  });
  const events = [
    started(7200, 'restart after an unstable run'), started(7100, 'restart asked for'),
    started(7190, 'autostart'), started(100, 'restart.at'),
    { kind: 'service_exited', at: new Date(7190000).toISOString(), data: {} },
  ];
  const bars = restarts(events, 7210, SPANS['1h']);
  assert.equal(bars.counts.length, 12);
  assert.equal(bars.total, 2);
  assert.deepEqual(bars.counts.slice(-2), [1, 1]);
  assert.equal(bars.times.at(-1), 7200);
});

test('a first start is no restart', () => {
  const started = (cause) => ({ kind: 'service_started', data: { cause } });
  assert.equal(isRestart(started('asked for')), false);
  assert.equal(isRestart(started('restart_with')), true);
});

test('marks are the latest', () => {
  const found = marks([point(1, 1), point(2, 0), point(3, 0.5)], 2);
  assert.deepEqual(found.map(({ mark }) => mark), ['down', 'part']);
});

test('a day of samples is quickly done', () => {
  const points = Array.from({ length: 8640 }, (_, at) => point(at * 10, at % 7));
  const begin = process.cpuUsage();
  assert.equal(lines([series('a', points), series('b', points)]).times.length, 8640);
  // CPU time, generously: what is quadratic takes minutes, and the machine may be busy.
  assert.ok(process.cpuUsage(begin).user < 5e6);
});

test('a chart of an hour is an hour wide, however little is known', () => {
  assert.deepEqual(padded([100, 110], [[1, 2], [3, null]], [70, 131], 10), {
    times: [70, 80, 90, 100, 110, 120, 130],
    columns: [[null, null, null, 1, 2, null, null], [null, null, null, 3, null, null, null]],
  });
  assert.deepEqual(padded([100, 110], [[1, 2]], [100, 115], 10), { times: [100, 110], columns: [[1, 2]] });
  assert.deepEqual(padded([], [[]], [0, 100], 10), { times: [], columns: [[]] });
});
