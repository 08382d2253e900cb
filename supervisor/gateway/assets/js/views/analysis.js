// What the logs say: green, yellow, red for each service, what goes wrong most, and what to do about it.

import { h, replace, text } from '../dom.js';
import { dot, emptyWords } from '../parts/marks.js';
import { printed } from '../service/why.js';

const SPANS = { '1h': 3600, '6h': 6 * 3600, '24h': 86400, '7d': 7 * 86400 };
const TONES = { green: 'good', yellow: 'warn', red: 'bad' };

const light = (status) => dot(TONES[status] ?? 'off');

function span(first, last, format) {
  return first === last ? format.dateTime(first) : `${format.dateTime(first)} – ${format.dateTime(last)}`;
}

function signature(one, { t, format }) {
  const also = [one.cause && t('analysis.caused', { cause: one.cause }), one.where && t('analysis.where', { where: one.where })].filter(Boolean);
  return h('li', {}, h('details', { class: 'signature' },
      h('summary', {}, h('span', { class: 'signature-count' }, format.count(one.count)), dot(one.level === 'error' ? 'bad' : 'warn'),
          h('span', { class: 'signature-text' }, h('code', {}, one.signature), also.length > 0 && h('span', { class: 'muted' }, ` ${also.join(', ')}`)),
          h('span', { class: 'unseen' }, t(`log.level.${one.level}`))),
      h('p', { class: 'muted' }, span(one.first, one.last, format), ' · ', (one.services ?? [one.instance]).map((name, at) => [at > 0 && ', ',
        h('a', { href: `#/service/${encodeURIComponent(name)}?level=${one.level}&span=24h` }, name)])),
      printed(one.example), one.lines_left_out ? h('p', { class: 'muted' }, t('analysis.lines_left_out', { n: one.lines_left_out })) : null));
}

function signatures(list, leftOut, app) {
  const { t, format } = app;
  return [h('ol', { class: 'signatures' }, list.map((one) => signature(one, app))),
    leftOut?.kinds > 0 && h('p', { class: 'muted' }, t('analysis.left_out', { kinds: format.count(leftOut.kinds), n: leftOut.count, count: format.count(leftOut.count) }))];
}

function endpoints(list, { t, format }) {
  const head = ['endpoint', 'requests', 'server_errors', 'slow', 'mean', 'longest'];
  return h('div', { class: 'scroll-x', tabindex: '0', role: 'region', 'aria-label': t('analysis.endpoints') }, h('table', { class: 'grid' },
      h('thead', {}, h('tr', {}, head.map((key, at) => h('th', { scope: 'col', class: at ? 'number' : null }, t(`analysis.col_${key}`))))),
      h('tbody', {}, list.map((one) => h('tr', {}, h('th', { scope: 'row', title: one.example }, h('code', {}, one.endpoint)),
          [format.count(one.requests), format.count(one.server_errors), format.count(one.slow), format.seconds(one.mean_seconds), format.seconds(one.longest_seconds)]
              .map((value) => h('td', { class: 'number' }, value)))))));
}

function section(title, ...content) {
  return h('section', {}, h('h4', {}, title), content);
}

function service(one, app) {
  const { t, format } = app;
  const isOpen = one.status !== 'green';
  const summary = h('summary', {}, light(one.status), h('h3', {}, one.service), h('strong', {}, t(`analysis.${one.status}`)),
      h('span', { class: 'muted', lang: 'en' }, one.reasons.join(', ')));
  const numbers = [
    [t('analysis.errors_h'), format.count(Math.round(one.errors_per_hour * 10) / 10)], [t('analysis.warnings_h'), format.count(Math.round(one.warnings_per_hour * 10) / 10)],
    [t('analysis.col_requests'), one.requests ? format.count(one.requests) : null], ['5xx', one.requests ? format.count(one.server_errors) : null],
    [t('analysis.col_slow'), one.requests ? format.count(one.slow) : null], [t('overview.restarts'), (one.restarts_at_least ? '≥ ' : '') + format.count(one.restarts)],
    ['CPU', format.percent(one.cpu_percent)], [t('overview.memory'), one.memory_percent === null ? null : format.percent(one.memory_percent)],
  ].filter(([, value]) => value !== null);
  return h('details', { class: 'panel analysed', open: isOpen, 'data-status': one.status }, summary,
      h('dl', { class: 'service-facts' }, numbers.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value)))),
      one.advice?.length > 0 && section(t('analysis.advice'), h('ul', { class: 'advice', lang: 'en' }, one.advice.map((each) => h('li', {}, each.text, ' ', each.try && h('code', {}, each.try))))),
      one.signatures?.length > 0 && section(t('analysis.signatures'), signatures(one.signatures, one.signatures_left_out, app)),
      one.endpoints?.length > 0 && section(t('analysis.endpoints'), endpoints(one.endpoints, app)),
      one.problems?.length > 0 && h('p', { class: 'muted' }, t('analysis.problems'), ' ', one.problems.join('; ')),
      h('p', {}, h('a', { href: `#/service/${encodeURIComponent(one.service)}` }, t('analysis.open', { name: one.service }))));
}

function totals(answer, { t, format }) {
  const counted = ['red', 'yellow', 'green'].filter((status) => answer[status] > 0)
      .map((status) => h('span', { class: 'analysis-total' }, light(status), `${format.count(answer[status])} ${t(`analysis.${status}`)}`));
  return h('p', { class: 'analysis-totals' }, counted, h('span', { class: 'muted' },
      t('analysis.read', { size: format.bytes(answer.bytes), lines: format.count(answer.lines), errors: format.count(answer.errors), warnings: format.count(answer.warnings) })));
}

export function open(root, params, app) {
  const { t, api, router, store } = app;
  let isClosed = false;
  let turn = 0;
  const state = { span: Object.hasOwn(SPANS, params.query?.span ?? '') ? params.query.span : '24h', service: params.query?.service ?? '' };
  const content = h('div', { class: 'analysis', 'aria-live': 'off' });
  const note = h('p', { class: 'view-note', role: 'status' });
  const buttons = Object.keys(SPANS).map((one) => h('button', { type: 'button', class: 'span', onclick: () => choose({ span: one }) }, one.replace(/(\d+)/, '$1 ')));
  const again = h('button', { type: 'button', class: 'button', onclick: () => ask() }, t('analysis.again'));
  const chosen = h('select', { 'aria-label': t('events.service'), onchange: () => choose({ service: chosen.value }) });
  replace(root, h('div', { class: 'view' },
      h('header', { class: 'view-head' }, h('h1', {}, t('page.analysis')),
          h('div', { class: 'view-tools' }, chosen, h('div', { class: 'spans', role: 'group', 'aria-label': t('charts.span') }, buttons), again)), note, content));

  function fill() {
    const names = [...new Set([...store.services.values()].map((one) => one.service))].sort();
    if (state.service && !names.includes(state.service)) names.unshift(state.service);
    if (chosen.dataset.names === String(names) && names.length) return;
    chosen.dataset.names = String(names);
    replace(chosen, h('option', { value: '' }, t('events.every_service')), names.map((name) => h('option', { value: name }, name)));
    chosen.value = state.service;
  }

  function choose(change) {
    Object.assign(state, change);
    router.replaceQuery(state);
    ask();
  }

  function show(answer) {
    if (answer.services.length === 0) {
      replace(content, emptyWords(t('analysis.none')));
      return;
    }
    replace(content, totals(answer, app), answer.cut && h('p', { class: 'muted' }, t('analysis.cut')),
        answer.signatures.length > 0 && answer.services.length > 1 && h('section', { class: 'panel analysed' }, h('h2', {}, t('analysis.over_all')), signatures(answer.signatures, null, app)),
        answer.services.map((one) => service(one, app)));
  }

  async function ask() {
    turn += 1;
    const mine = turn;
    buttons.forEach((button, at) => button.setAttribute('aria-pressed', String(Object.keys(SPANS)[at] === state.span)));
    again.disabled = true;
    content.classList.add('stale');
    text(note, t('analysis.reading'));
    try {
      const since = new Date(Date.now() - SPANS[state.span] * 1000).toISOString();
      const answer = await api.get(['analysis'], { targets: state.service, since });
      if (isClosed || mine !== turn) return;
      text(note, t('analysis.of', { from: app.format.dateTime(answer.since), to: app.format.dateTime(answer.until) }));
      show(answer);
    } catch (error) {
      if (!isClosed && mine === turn) text(note, t('page.broken', { message: error.message }));
    } finally {
      if (mine === turn) {
        again.disabled = false;
        content.classList.remove('stale');
      }
    }
  }

  fill();
  const unsubscribe = store.subscribe(['services'], fill);
  ask();
  return {
    close() {
      isClosed = true;
      unsubscribe();
    },
  };
}
