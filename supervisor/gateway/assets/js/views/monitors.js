// What is watched and is not ours: state, uptime, how fast it answered.

import { attr, h, replace } from '../dom.js';
import { ago } from '../parts/clockwork.js';
import { lines } from '../parts/series.js';
import { dot, emptyWords, markStrip } from '../parts/marks.js';
import { sparkline } from '../charts.js';

const TONES = { up: 'good', down: 'bad', unknown: 'off' };
const DAY = 86400;
const ROUND = 5000;
const MARKS = { passed: 'up', failed: 'down' };
const SAMPLE = `monitors:
  database: {tcp: "127.0.0.1:5432", interval: 30s}`;

function card(monitor, app) {
  const { t, format } = app;
  const line = h('div', { class: 'monitor-line' });
  const uptime = h('dd', {}, format.none);
  const numbers = h('dl', { class: 'monitor-numbers' },
      h('div', {}, h('dt', {}, t('monitors.latency')), h('dd', {}, format.milliseconds(monitor.latency_ms))),
      h('div', {}, h('dt', {}, t('monitors.uptime')), uptime),
      h('div', {}, h('dt', {}, t('monitors.since')), h('dd', {}, ago(monitor.since))),
      h('div', {}, h('dt', {}, t('monitors.interval')), h('dd', {}, format.seconds(monitor.interval_seconds))));
  const looks = (monitor.history ?? []).map(({ at, result, latency_ms: latency }) => ({
    at, mark: MARKS[result] ?? 'none', title: `${format.dateTime(at)} ${t(`strip.${MARKS[result] ?? 'none'}`)}${latency === null ? '' : ` ${format.milliseconds(latency)}`}`,
  }));
  const element = h('li', { class: 'panel monitor', 'data-state': monitor.state },
      h('div', { class: 'monitor-head' },
          dot(TONES[monitor.state] ?? 'off'),
          h('h2', {}, monitor.name), h('strong', { class: 'monitor-state' }, t(`monitors.${monitor.state}`)),
          h('span', { class: 'muted monitor-target' }, `${monitor.kind} ${monitor.target}`)),
      h('div', { class: 'monitor-strip' }, markStrip(looks.slice(-60), app)), numbers, line,
      monitor.state !== 'up' && monitor.last_error && h('p', { class: 'monitor-error', lang: 'en' }, monitor.last_error),
      monitor.failures > 0 && monitor.state === 'up' && h('p', { class: 'muted' }, t('service.failures_of', { n: monitor.failures, limit: monitor.failures_allowed })),
      monitor.state === 'down' && monitor.last_good_at && h('p', { class: 'muted' }, t('service.last_good'), ' ', ago(monitor.last_good_at)));
  return {
    element,
    show(latency, up) {
      const { values } = lines(latency ? [latency] : []);
      const known = values[0] ?? [];
      const most = known.reduce((one, value) => Math.max(one, value ?? 0), 0);
      if (known.length > 1) {
        const spark = sparkline({ width: 320, height: 36 });
        spark.set(known, most);
        attr(line, 'title', t('monitors.line', { most: format.milliseconds(most) }));
        replace(line, spark.node);
      }
      const share = up?.points.length ? up.points.reduce((sum, point) => sum + point.mean, 0) / up.points.length : null;
      // Never rounded up to 100.
      if (share !== null) {
        uptime.textContent = format.percent(share === 1 ? 100 : Math.min(99.9, share * 100));
        attr(uptime, 'title', t('monitors.uptime_exact'));
      }
    },
  };
}

class MonitorsView {
  constructor(root, app) {
    this.app = app;
    this.isClosed = false;
    this.list = h('ul', { class: 'monitor-list' });
    this.note = h('p', { class: 'view-note', role: 'status' }, app.t('overview.loading'));
    replace(root, h('div', { class: 'view' }, h('header', { class: 'view-head' }, h('h1', {}, app.t('page.monitors'))), this.note, this.list));
    // Nobody tells of every look at a monitor, but the sampler's rounds come with the live stream.
    this.unsubscribe = app.store.subscribe(['events', 'host'], (changes) => {
      if (changes.has('events')) this.#takeEvents();
      if (changes.has('host') && !document.hidden && Date.now() - this.asked >= ROUND) this.#ask();
    });
    this.lastEvent = app.store.events.at(-1)?.id ?? 0;
    this.#ask();
  }

  close() {
    this.isClosed = true;
    this.unsubscribe();
  }

  #takeEvents() {
    const { events } = this.app.store;
    const isMine = events.some(({ id, kind }) => id > this.lastEvent && /^(monitor_|config_applied)/.test(kind));
    this.lastEvent = events.at(-1)?.id ?? this.lastEvent;
    if (isMine) this.#ask();
  }

  async #ask() {
    const { api, t } = this.app;
    this.asked = Date.now();
    try {
      const { monitors } = await api.get(['monitors'], { history: true });
      if (this.isClosed) return;
      this.note.textContent = '';
      if (monitors.length === 0) this.#teach();
      else this.#show(monitors);
    } catch (error) {
      if (!this.isClosed) this.note.textContent = t('page.broken', { message: error.message });
    }
  }

  #teach() {
    const { t } = this.app;
    replace(this.list, h('li', { class: 'panel' }, emptyWords(t('monitors.none')), h('pre', { class: 'settings' }, SAMPLE)));
  }

  async #show(monitors) {
    const cards = new Map(monitors.map((monitor) => [monitor.name, card(monitor, this.app)]));
    replace(this.list, [...cards.values()].map(({ element }) => element));
    const from = new Date(Date.now() - DAY * 1000).toISOString();
    const ask = (metric) => this.app.api.get(['history'], { service: monitors.map(({ name }) => name).join(','), kind: 'monitor', metric, from, step: '10m' });
    try {
      const [latency, up] = await Promise.all([ask('latency_ms'), ask('up')]);
      if (this.isClosed) return;
      const of = (answer, name) => answer.series.find((series) => series.name === name);
      for (const [name, { show }] of cards) show(of(latency, name), of(up, name));
    } catch {
      // Without a history there are no lines; what is known now is shown all the same.
    }
  }
}

export function open(root, params, app) {
  const view = new MonitorsView(root, app);
  return { close: () => view.close() };
}
