// Counts over time as bars; each says its number and its time.

import { h, svg } from '../dom.js';

const WIDTH = 600;
const HEIGHT = 40;

// bars: {times: [s…], counts: [n…], bucket: s}.
export function barChart({ times, counts, bucket }, label, { t, format }) {
  const most = Math.max(1, ...counts);
  const step = WIDTH / counts.length;
  const bar = (count, at) => {
    const height = count === 0 ? 1 : Math.max(4, (count / most) * HEIGHT);
    const span = `${format.clock(times[at] * 1000).slice(0, 5)}–${format.clock((times[at] + bucket) * 1000).slice(0, 5)}`;
    return svg('rect', { class: count ? 'bar-some' : 'bar-none', x: at * step + 1, y: HEIGHT - height, width: step - 2, height },
        svg('title', {}, `${span}: ${t('charts.restarts_n', { n: count })}`));
  };
  return h('div', { class: 'bars' },
      svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, height: HEIGHT, preserveAspectRatio: 'none', role: 'img', 'aria-label': label }, counts.map(bar)),
      h('div', { class: 'chart-times' }, h('span', {}, format.clock(times[0] * 1000).slice(0, 5)), h('span', {}, format.clock((times.at(-1) + bucket) * 1000).slice(0, 5))));
}
