// CPU, memory and restarts of 1, 6 or 24 hours, and how much of the time it was up. They grow with
// the live stream's rounds, not by a clock of their own.

import { h, replace, text } from '../dom.js';
import { timeChart } from '../charts.js';
import { barChart } from '../parts/marks.js';
import { SPANS, lines, padded, restarts, together } from '../parts/series.js';

const KEPT = 'mainstay.charts.span';
const MOST_EVENTS = 1000;
const HEIGHT = 120;

function keptSpan() {
  try {
    return Object.keys(SPANS).find((span) => span === localStorage.getItem(KEPT)) ?? '1h';
  } catch {
    return '1h';
  }
}

function keep(span) {
  try {
    localStorage.setItem(KEPT, span);
  } catch {
    // Then it is one hour next time.
  }
}

const METRICS = [['cpu_percent', 'cpu', 'percent'], ['memory_bytes', 'memory', 'bytes']];

export function charts(name, app) {
  const { t, format, api, store } = app;
  const shown = new Map();
  let span = keptSpan();
  let events = [];
  let asked = 0;
  let isClosed = false;

  const buttons = Object.keys(SPANS).map((one) => h('button', { type: 'button', class: 'span', onclick: () => choose(one) }, one.replace('h', ' h')));
  const boxes = Object.fromEntries([...METRICS.map(([metric]) => metric), 'restarts'].map((key) => [key, h('div', { class: 'chart-box' })]));
  const total = h('span', {});
  const availability = h('dl', { class: 'availability' });
  const note = h('p', { class: 'muted', role: 'status' });
  const element = h('section', { class: 'panel service-charts', 'aria-label': t('charts.title') },
      h('div', { class: 'chart-head' }, h('h2', {}, t('charts.title')), h('div', { class: 'spans', role: 'group', 'aria-label': t('charts.span') }, buttons)), note,
      METRICS.map(([metric, key]) => h('figure', {}, h('figcaption', {}, t(key === 'cpu' ? 'charts.cpu' : 'overview.memory')), boxes[metric])),
      h('figure', {}, h('figcaption', {}, total), boxes.restarts), availability);

  function press() {
    Object.keys(SPANS).forEach((one, at) => buttons[at].setAttribute('aria-pressed', String(one === span)));
  }

  function choose(one) {
    span = one;
    keep(one);
    press();
    ask();
  }

  function drawMetric(metric, key, kind, series) {
    const isOne = series.length === 1;
    const { times, column } = together(lines(series));
    if (times.length < 2) {
      shown.get(metric)?.chart.close();
      shown.delete(metric);
      replace(boxes[metric], h('p', { class: 'muted' }, t('charts.none')));
      return;
    }
    const before = shown.get(metric);
    if (before && before.isOne !== isOne) {
      before.chart.close();
      shown.delete(metric);
    }
    if (!shown.has(metric)) {
      replace(boxes[metric]);
      const lineOf = [{ label: isOne ? t('charts.mean') : t('charts.sum', { n: series.length }), tone: 'accent' }];
      if (isOne) lineOf.push({ label: t('charts.most'), tone: 'muted' });
      shown.set(metric, { isOne, chart: timeChart(boxes[metric], { label: t(key === 'cpu' ? 'charts.cpu' : 'overview.memory'), series: lineOf, format: format[kind], height: HEIGHT }) });
    }
    const { seconds, step } = SPANS[span];
    const whole = padded(times, isOne ? [column, lines(series, 'max').values[0]] : [column], [asked / 1000 - seconds, asked / 1000], step);
    shown.get(metric).chart.set(whole.times, whole.columns);
  }

  function drawRestarts() {
    const bars = restarts(events, Date.now() / 1000, SPANS[span]);
    const said = t('charts.restarts_n', { n: bars.total });
    text(total, said);
    replace(boxes.restarts, barChart(bars, `${t('overview.restarts')}: ${said}`, app));
  }

  function drawAvailability(found) {
    if (!found || found.uptime_percent === null) {
      replace(availability);
      return;
    }
    // Never rounded up to 100.
    const share = found.uptime_percent < 100 ? Math.min(found.uptime_percent, 99.999) : 100;
    const digits = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 3 });
    const facts = [
      [t('charts.uptime'), `${share === 100 ? 100 : digits.format(Math.floor(share * 1000) / 1000)} %`], [t('charts.down'), format.duration(found.down_seconds)],
      [t('charts.failures'), format.count(found.failures)], ['MTBF', format.duration(found.mtbf_seconds)], ['MTTR', format.duration(found.mttr_seconds)],
    ];
    replace(availability, h('div', { class: 'availability-title' }, h('dt', {}, t('charts.availability'))),
        facts.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))));
  }

  async function read(path, query, take) {
    try {
      const answer = await api.get(path, query);
      if (!isClosed) take(answer);
    } catch (error) {
      if (!isClosed) text(note, error.message);
    }
  }

  function askMetrics() {
    asked = Date.now();
    const { seconds, step } = SPANS[span];
    const query = { service: name, from: new Date(asked - seconds * 1000).toISOString(), step: `${step}s` };
    const mine = span;
    for (const [metric, key, kind] of METRICS) {
      read(['history'], { ...query, metric }, ({ series }) => {
        if (mine !== span) return;
        text(note, '');
        drawMetric(metric, key, kind, series);
      });
    }
  }

  function ask() {
    const since = new Date(Date.now() - SPANS[span].seconds * 1000).toISOString();
    askMetrics();
    read(['events'], { targets: name, since, limit: MOST_EVENTS }, (answer) => {
      events = answer.events;
      drawRestarts();
    });
    read(['availability'], { targets: name }, ({ services }) => drawAvailability(services[0]));
  }

  press();
  const unsubscribe = store.subscribe(['host'], () => {
    if (asked && Date.now() - asked >= SPANS[span].step * 1000 && !document.hidden) askMetrics();
  });
  return {
    element,
    ask,
    addEvents(fresh) {
      events = [...events, ...fresh].slice(-MOST_EVENTS);
      drawRestarts();
    },
    close() {
      isClosed = true;
      unsubscribe();
      for (const { chart } of shown.values()) chart.close();
    },
  };
}
