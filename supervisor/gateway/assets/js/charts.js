// Lines: small ones as SVG of our own, large ones with uPlot where the page was built with it, else as SVG too.
//
//   sparkline({width, height}) → {node, set(values, top)}      values: numbers or null, the oldest first; top: the least upper end
//   timeChart(root, {label, series: [{label, tone}], format, height}) → {set(times, columns), close()}
//        times: seconds since 1970, rising; columns: one array of numbers or null for each series; format(value) → text;
//        tone: 'accent' | 'good' | 'warn' | 'bad' | 'muted'. Says what it shows in words to those who cannot see it.
//   linePath(values, width, height, top) → the path's text; pure

import { h, svg, attr, text } from './dom.js';
import { clock, dateTime, none } from './format.js';

export function linePath(values, width, height, top) {
  const highest = Math.max(top ?? 0, ...values.filter((value) => value !== null)) || 1;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let path = '';
  let pen = 'M';
  values.forEach((value, index) => {
    if (value === null || value === undefined) {
      pen = 'M';
      return;
    }
    path += `${pen}${(index * step).toFixed(1)} ${(height - (value / highest) * height).toFixed(1)}`;
    pen = 'L';
  });
  return path;
}

export function sparkline({ width = 56, height = 16 } = {}) {
  const line = svg('path', { class: 'spark-line', d: '' });
  const area = svg('path', { class: 'spark-area', d: '' });
  const node = svg('svg', { class: 'spark', width, height, viewBox: `0 -1 ${width} ${height + 2}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, area, line);
  const set = (values, top) => {
    const path = values.length > 1 ? linePath(values, width, height, top) : '';
    attr(line, 'd', path);
    attr(area, 'd', path && !values.includes(null) ? `${path}L${width} ${height}L0 ${height}Z` : '');
  };
  return { node, set };
}

let loading = null;

function load(tag, attributes) {
  return new Promise((resolve, reject) => {
    document.head.append(h(tag, { ...attributes, onload: resolve, onerror: reject }));
  });
}

// Fetched with the first large chart: the overview does without.
function library() {
  const built = document.querySelector('meta[name="mainstay-charts"]')?.content === 'uplot';
  loading ??= built || window.uPlot
    ? Promise.all([
      window.uPlot ?? load('script', { src: 'assets/vendor/uplot.js' }),
      load('link', { rel: 'stylesheet', href: 'assets/vendor/uplot.css' }),
    ]).then(() => window.uPlot ?? null, () => null)
    : Promise.resolve(null);
  return loading;
}

function resolved(node, tone) {
  node.style.color = `var(--${tone ?? 'accent'})`;
  return getComputedStyle(node).color;
}

// What the lines are called, with the values under the pointer or else the latest: legend and answer in one.
function createReadout({ series, format }) {
  const at = h('span', {});
  const values = series.map(() => h('b', {}));
  const node = h('div', { class: 'chart-readout', 'aria-hidden': 'true' },
    at, series.map((each, index) => h('span', {}, h('i', { class: `swatch tone-${each.tone ?? 'accent'}` }), each.label, ' ', values[index])));
  const set = (times, columns, index) => {
    const pointed = index !== null && index !== undefined;
    text(at, pointed ? dateTime(times[index] * 1000).slice(5) : '');
    columns.forEach((column, i) => {
      const value = pointed ? column[index] : column.findLast((each) => each !== null);
      text(values[i], value === null || value === undefined ? none : format(value));
    });
  };
  return { node, set };
}

class Plot {
  constructor(root, options, UPlot) {
    Object.assign(this, { root, options, UPlot });
    this.readout = createReadout(options);
    this.box = h('div', {});
    root.append(this.readout.node, this.box);
    this.observer = new ResizeObserver(() => this.plot?.setSize({ width: this.box.clientWidth, height: options.height }));
    this.observer.observe(this.box);
    this.abort = new AbortController();
    const again = () => this.latest && this.make(...this.latest);
    addEventListener('themechange', again, { signal: this.abort.signal });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again, { signal: this.abort.signal });
  }

  set(times, columns) {
    this.latest = [times, columns];
    if (this.plot) this.plot.setData([times, ...columns]);
    else this.make(times, columns);
    this.readout.set(times, columns, this.plot.cursor.idx);
  }

  make(times, columns) {
    const { series, format, height } = this.options;
    this.plot?.destroy();
    const probe = h('span', {});
    this.root.append(probe);
    const stroke = resolved(probe, 'muted');
    const grid = { stroke: resolved(probe, 'line'), width: 1 };
    const axis = { stroke, grid, ticks: { show: false }, gap: 4, font: '12px system-ui, sans-serif' };
    const days = times.length > 1 && times.at(-1) - times[0] > 86400 * 1.5;
    const when = (at) => (days ? dateTime(at * 1000).slice(5, 10) : clock(at * 1000).slice(0, 5));
    this.plot = new this.UPlot({
      width: this.box.clientWidth,
      height,
      padding: [10, 20, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 6 } },
      scales: { y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high || 1) * 1.05] } },
      axes: [
        { ...axis, size: 22, space: 64, values: (_, ticks) => ticks.map(when) },
        { ...axis, size: 60, splits: (_, __, low, high) => [low, (low + high) / 2, high], values: (_, ticks) => ticks.map(format) },
      ],
      series: [{}, ...series.map((each) => ({ stroke: resolved(probe, each.tone), width: 1.5, points: { show: false } }))],
      hooks: { setCursor: [(plot) => this.latest && this.readout.set(...this.latest, plot.cursor.idx)] },
    }, [times, ...columns], this.box);
    probe.remove();
  }

  close() {
    this.abort.abort();
    this.observer.disconnect();
    this.plot?.destroy();
  }
}

class Drawing {
  constructor(root, options) {
    this.options = options;
    this.lines = options.series.map((each) => svg('path', { class: `chart-line tone-${each.tone ?? 'accent'}`, d: '' }));
    this.top = h('span', { class: 'chart-top' });
    this.from = h('span', {});
    this.to = h('span', {});
    this.readout = createReadout(options);
    this.node = h('div', { class: 'chart-plain' },
      this.readout.node,
      this.top,
      svg('svg', { viewBox: `0 0 600 ${options.height - 24}`, preserveAspectRatio: 'none', height: options.height - 24, 'aria-hidden': 'true' }, this.lines),
      h('div', { class: 'chart-times' }, this.from, this.to));
    root.append(this.node);
  }

  set(times, columns) {
    const highest = Math.max(0, ...columns.flat().filter((value) => value !== null)) || 1;
    this.readout.set(times, columns, null);
    columns.forEach((column, index) => attr(this.lines[index], 'd', linePath(column, 600, this.options.height - 26, highest)));
    text(this.top, this.options.format(highest));
    text(this.from, times.length ? clock(times[0] * 1000).slice(0, 5) : '');
    text(this.to, times.length ? clock(times.at(-1) * 1000).slice(0, 5) : '');
  }

  close() {
    this.node.remove();
  }
}

export function timeChart(root, { label, series, format, height = 160 }) {
  const options = { label, series, format, height };
  const box = h('div', { class: 'chart', role: 'img', 'aria-label': label });
  root.append(box);
  let shown = null;
  let latest = null;
  let closed = false;
  library().then((UPlot) => {
    if (closed) return;
    shown = UPlot ? new Plot(box, options, UPlot) : new Drawing(box, options);
    if (latest) shown.set(...latest);
  });
  const describe = (columns) => series.map((each, index) => {
    const known = columns[index].filter((value) => value !== null);
    return known.length ? `${each.label} ${format(known.at(-1))}, ≤ ${format(Math.max(...known))}` : `${each.label} –`;
  }).join('; ');
  return {
    set: (times, columns) => {
      latest = [times, columns];
      attr(box, 'aria-label', `${label}: ${describe(columns)}`);
      shown?.set(times, columns);
    },
    close: () => {
      closed = true;
      shown?.close();
      box.remove();
    },
  };
}
