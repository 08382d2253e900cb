import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EMPTY, follows, fromParameters, spanSeconds, toParameters, toQuery }
  from '../../supervisor/gateway/assets/js/log/filter.js';
import { levelOf } from '../../supervisor/gateway/assets/js/log/buffer.js';
import { escapeExpression, isQuick, mark, matcher, places }
  from '../../supervisor/gateway/assets/js/log/search.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

test('a filter survives the address', () => {
  const filter = {
    find: 'a b&c', expression: true, only: true, stream: 'err', level: 'warn', span: '-',
    since: '2026-11-22T10:00:00.000Z', until: '2026-11-22T11:00:00.000Z',
  };
  assert.deepEqual(fromParameters(toParameters(filter)), filter);
  assert.equal(toParameters(EMPTY).toString(), '');
  assert.deepEqual(fromParameters(new URLSearchParams()), EMPTY);
});

test('what no filter has is ignored', () => {
  const filter = fromParameters(new URLSearchParams('stream=x&level=loud&span=9y&since=tomorrow'));
  assert.deepEqual(filter, EMPTY);
});

test('the query is that of the API', () => {
  assert.equal(toQuery(EMPTY, NOW).toString(), '');
  const query = toQuery({ ...EMPTY, find: 'a.b', only: true, stream: 'out', span: '1h' }, NOW);
  assert.deepEqual(Object.fromEntries(query), {
    stream: 'out', grep: 'a\\.b', ignore_case: 'true', since: '2026-11-22T11:00:00.000Z',
  });
  assert.equal(toQuery({ ...EMPTY, find: 'x' }, NOW).get('grep'), null);
  assert.equal(toQuery({ ...EMPTY, since: '2026-11-22T11:00:00.000Z' }, NOW).get('since'), null);
});

test('only a span with an end is not followed', () => {
  assert.equal(follows(EMPTY), true);
  assert.equal(follows({ ...EMPTY, span: '-', since: 'x' }), true);
  assert.equal(follows({ ...EMPTY, span: '-', until: 'x' }), false);
});

test('spans are seconds', () => {
  assert.equal(spanSeconds('15m'), 900);
  assert.equal(spanSeconds('24h'), 86400);
  assert.equal(spanSeconds('-'), null);
});

test('a line is tinted by what it says', () => {
  const level = (text, more) => levelOf({ text, ...more });
  assert.equal(level('2026-11-22 ERROR order 17 failed'), 'error');
  assert.equal(level('Traceback (most recent call last):'), 'error');
  assert.equal(level('WARN pool exhausted'), 'warn');
  assert.equal(level('{"level":"error","msg":"x"}'), 'error');
  assert.equal(level('KeyError: 7'), 'error');
  assert.equal(level('java.io.IOException: no'), 'error');
  assert.equal(level('GET /errors 200'), '');
  assert.equal(level('1.2.3.4 - - "GET / HTTP/1.1" 503 12'), 'error');
  assert.equal(level('terror in the errands'), '');
  assert.equal(level('fine', { level: 'error' }), 'error');
  assert.equal(level('ERROR', { level: 'info' }), '');
});

test('text is found literally unless it is an expression', () => {
  assert.deepEqual(places('a.b axb', matcher('a.b', false)), [[0, 3]]);
  assert.deepEqual(places('a.b axb', matcher('a.b', true)), [[0, 3], [4, 7]]);
  assert.deepEqual(places('ERROR error', matcher('error', false)), [[0, 5], [6, 11]]);
  assert.equal(matcher('(', true), null);
  assert.equal(matcher('', false), null);
  assert.equal(escapeExpression('a+b'), 'a\\+b');
});

test('no expression is tried that may take long', () => {
  for (const slow of ['(a+)+$', '(a|a)*', '.*.*.*x', '(?=a)', '(a)\\1', '\\k<n>', '(a{1,9}){1,9}']) {
    assert.equal(isQuick(slow), false, slow);
  }
  for (const quick of ['error', 'a+', 'GET /\\w+ 5\\d\\d', '(?:a|b)c', '[a+*)]+']) {
    assert.equal(isQuick(quick), true, quick);
  }
});

test('an empty match does not loop', () => {
  assert.deepEqual(places('abc', matcher('x*', true)), []);
});

test('what was found is cut out of coloured pieces', () => {
  const pieces = [{ text: 'abc', classes: 'x' }, { text: 'def', classes: '' }];
  const marked = mark(pieces, [[1, 5]]);
  assert.deepEqual(marked.map(({ text, found }) => [text, found]),
      [['a', false], ['bc', true], ['de', true], ['f', false]]);
  assert.equal(marked[1].classes, 'x');
  assert.equal(mark(pieces, []), pieces);
});
