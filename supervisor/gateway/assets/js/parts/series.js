// From what the history answers to what a chart draws. Times are seconds since 1970.

export const SPANS = {
  '1h': { seconds: 3600, step: 30, bucket: 300 },
  '6h': { seconds: 6 * 3600, step: 180, bucket: 1800 },
  '24h': { seconds: 24 * 3600, step: 600, bucket: 3600 },
};

function secondsOf(at) {
  return Date.parse(at) / 1000;
}

// {labels: [text…], times: [s…], values: [[number|null…]…]} of the series of one metric. Where
// nothing was measured for more than one step and a half there is null, so no line is drawn there.
export function lines(series, value = 'mean') {
  const filled = series.filter(({ points }) => points.length > 0);
  if (filled.length === 0) return { labels: [], times: [], values: [] };
  const step = Math.max(...filled.map(({ step_seconds: seconds, points }) => seconds ?? usualStep(points)));
  const grid = [...new Set(filled.flatMap(({ points }) => points.map((point) => place(point, step))))];
  const times = withGaps(grid.sort((one, other) => one - other), step);
  const values = filled.map(({ points }) => {
    const known = new Map(points.map((point) => [place(point, step), point[value]]));
    return times.map((time) => known.get(time) ?? null);
  });
  return { labels: filled.map(({ name }) => name), times, values };
}

// Samples of instances are some tenths of a second apart; on one grid they share their times.
function place(point, step) {
  return Math.round(secondsOf(point.at) / step) * step;
}

function usualStep(points) {
  if (points.length < 2) return 10;
  const span = secondsOf(points.at(-1).at) - secondsOf(points[0].at);
  return Math.max(1, Math.round(span / (points.length - 1)));
}

function withGaps(times, step) {
  return times.flatMap((time, at) => {
    const isGap = at > 0 && time - times[at - 1] > 1.5 * step;
    return isGap ? [times[at - 1] + step, time] : [time];
  });
}

// The same over all of a time, with nothing where nothing is known: an hour's chart shows an hour.
export function padded(times, columns, [from, to], step) {
  if (times.length === 0) return { times, columns };
  const before = [];
  for (let time = times[0] - step; time >= from; time -= step) before.unshift(time);
  const after = [];
  for (let time = times.at(-1) + step; time <= to; time += step) after.push(time);
  const nothing = (some) => some.map(() => null);
  return { times: [...before, ...times, ...after], columns: columns.map((column) => [...nothing(before), ...column, ...nothing(after)]) };
}

// One line out of many: what they are together, where at least one is known.
export function together({ times, values }) {
  const column = times.map((_, at) => values.reduce((sum, line) => {
    if (line[at] === null) return sum;
    return (sum ?? 0) + line[at];
  }, null));
  return { times, column };
}

// How often services were started again, as bars: {times: [begin…], counts: [n…], bucket, total}.
export function restarts(events, now, { seconds, bucket }) {
  const end = (Math.floor(now / bucket) + 1) * bucket;
  const count = Math.ceil(seconds / bucket);
  const begin = end - count * bucket;
  const counts = new Array(count).fill(0);
  for (const event of events) {
    const at = Math.floor((secondsOf(event.at) - begin) / bucket);
    if (isRestart(event) && at >= 0 && at < count) counts[at] += 1;
  }
  return {
    times: counts.map((_, at) => begin + at * bucket), counts, bucket,
    total: counts.reduce((sum, one) => sum + one, 0),
  };
}

const FIRST_STARTS = new Set(['autostart', 'asked for', 'needed by another', 'scaled up']);

export function isRestart({ kind, data }) {
  return kind === 'service_started' && !FIRST_STARTS.has(data.cause);
}

// The latest marks of a check or monitor from the series of its `up`: 'up', 'down', 'part', 'none'.
export function marks(points, count = 40) {
  return points.slice(-count).map(({ at, mean }) => {
    if (mean >= 1) return { at, mark: 'up' };
    return { at, mark: mean <= 0 ? 'down' : 'part' };
  });
}
