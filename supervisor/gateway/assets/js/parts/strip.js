// A row of small marks, the latest on the right: passed, failed, partly, nothing known. What it shows
// is said in words for those who do not see it.

import { svg } from '../dom.js';

const WIDTH = 4;
const GAP = 1;
const HEIGHT = 12;

// marks: [{at, mark: 'up'|'down'|'part'|'none'}].
export function markStrip(marks, { t, format }) {
  if (marks.length === 0) return null;
  const failed = marks.filter(({ mark }) => mark === 'down' || mark === 'part').length;
  const label = t('strip.label', { all: marks.length, n: failed });
  const width = marks.length * (WIDTH + GAP);
  return svg('svg', { class: 'strip', role: 'img', 'aria-label': label, width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` },
      marks.map(({ at, mark, title }, index) => {
        // Not only the colour says it: what failed is full height, what passed is low.
        const height = mark === 'down' ? HEIGHT : mark === 'part' ? 9 : 6;
        return svg('rect', { class: `mark mark-${mark}`, x: index * (WIDTH + GAP), y: HEIGHT - height, width: WIDTH, height, rx: 1 },
            svg('title', {}, title ?? `${format.dateTime(at)} ${t(`strip.${mark}`)}`));
      }));
}
