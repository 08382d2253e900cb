// Fills small lines with what the history knows, once for each service that comes into view, many in one question.
//
//   createPast(app) → {want(names), close()}

const kWait = 200;
const kAtOnce = 40;
const kMinutes = 10;
const kMetrics = [['cpu_percent', 'cpu'], ['memory_bytes', 'memory']];

export function createPast({ api, store }) {
  let waiting = new Set();
  let timer = 0;
  let closed = false;

  const seed = (answer, metric) => {
    for (const series of answer.series ?? []) {
      const points = series.points.map((point) => ({ at: Date.parse(point.at), value: point.mean }));
      store.seed(series.name, metric, points);
    }
  };
  const ask = async (names) => {
    const from = new Date(Date.now() - kMinutes * 60000).toISOString();
    for (const [stored, metric] of kMetrics) {
      try {
        seed(await api.get(['history'], { service: names.join(','), metric: stored, from, points: 60 }), metric);
      } catch { /* without a history the lines begin now */ }
    }
  };
  const flush = async () => {
    timer = 0;
    const names = [...waiting];
    waiting = new Set();
    for (let i = 0; i < names.length && !closed; i += kAtOnce) await ask(names.slice(i, i + kAtOnce));
  };
  return {
    want: (names) => {
      for (const name of names) {
        const samples = store.samples(name);
        if (samples.asked || store.services.get(name)?.pid === null) continue;
        samples.asked = true;
        waiting.add(name);
      }
      if (waiting.size > 0) timer ||= setTimeout(flush, kWait);
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
