// Small signs of state, each with its words.
//
//   dot(tone) → element         tone: 'good' | 'busy' | 'warn' | 'bad' | 'off' | ''; setTone(element, tone)
//   emptyWords(words) → element    what is said where there is nothing
//   markStrip([{at, mark: 'up'|'down'|'part'|'none', title}], app) → SVG    small marks, the latest on the right
//   barChart({times: [s…], counts: [n…], bucket: s}, label, app) → element    counts over time; each bar says its number and time

import { attr, h, svg } from '../dom.js';

const MARK_WIDTH = 4;
const MARK_GAP = 1;
const MARK_HEIGHT = 12;
const BARS_WIDTH = 600;
const BARS_HEIGHT = 40;

export const dot = (tone) => h('span', { class: `dot ${tone || 'none'}`, 'aria-hidden': 'true' });

export const setTone = (element, tone) => attr(element, 'class', `dot ${tone || 'none'}`);

export const emptyWords = (words) => h('p', { class: 'muted nothing-here' }, words);

export function markStrip(marks, { t, format }) {
  if (marks.length === 0) return null;
  const failed = marks.filter(({ mark }) => mark === 'down' || mark === 'part').length;
  const label = t('strip.label', { all: marks.length, n: failed });
  const width = marks.length * (MARK_WIDTH + MARK_GAP);
  return svg('svg', { class: 'strip', role: 'img', 'aria-label': label, width, height: MARK_HEIGHT, viewBox: `0 0 ${width} ${MARK_HEIGHT}` },
      marks.map(({ at, mark, title }, index) => {
        // Not only the colour says it: what failed is full height, what passed is low.
        const height = mark === 'down' ? MARK_HEIGHT : mark === 'part' ? 9 : 6;
        return svg('rect', { class: `mark mark-${mark}`, x: index * (MARK_WIDTH + MARK_GAP), y: MARK_HEIGHT - height, width: MARK_WIDTH, height, rx: 1 },
            svg('title', {}, title ?? `${format.dateTime(at)} ${t(`strip.${mark}`)}`));
      }));
}

export function barChart({ times, counts, bucket }, label, { t, format }) {
  const most = Math.max(1, ...counts);
  const step = BARS_WIDTH / counts.length;
  const bar = (count, at) => {
    const height = count === 0 ? 1 : Math.max(4, (count / most) * BARS_HEIGHT);
    const span = `${format.clock(times[at] * 1000).slice(0, 5)}–${format.clock((times[at] + bucket) * 1000).slice(0, 5)}`;
    return svg('rect', { class: count ? 'bar-some' : 'bar-none', x: at * step + 1, y: BARS_HEIGHT - height, width: step - 2, height },
        svg('title', {}, `${span}: ${t('charts.restarts_n', { n: count })}`));
  };
  return h('div', { class: 'bars' },
      svg('svg', { viewBox: `0 0 ${BARS_WIDTH} ${BARS_HEIGHT}`, height: BARS_HEIGHT, preserveAspectRatio: 'none', role: 'img', 'aria-label': label }, counts.map(bar)),
      h('div', { class: 'chart-times' }, h('span', {}, format.clock(times[0] * 1000).slice(0, 5)), h('span', {}, format.clock((times.at(-1) + bucket) * 1000).slice(0, 5))));
}
