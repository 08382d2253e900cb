// The numbers of `ctl show` in one row, kept up to date in place.

import { attr, h, replace, text } from '../dom.js';
import { uptime } from '../store.js';
import { totals, worstOf } from './subject.js';

function portLinks(ports) {
  const local = ['http:', 'https:'].includes(location.protocol) ? location.hostname : 'localhost';
  return ports.flatMap((port, at) => [at > 0 && ' ', h('a', { href: `http://${local}:${port}/`, target: '_blank', rel: 'noreferrer noopener' }, String(port))]);
}

export function lastExitWords(exit, { t, format }) {
  if (!exit) return '';
  const how = exit.start_failure ? t('service.start_failed') : exit.signal ? t('service.signal', { signal: exit.signal })
    : exit.code === null || exit.code === undefined ? exit.reason : t('service.code', { code: exit.code });
  return exit.run_seconds ? `${how} ${t('event.after', { time: format.seconds(exit.run_seconds) })}` : how;
}

// Each: the key of its label, its text, and what is said on hover and focus. Left out where there is nothing to say.
function list(members, now, app) {
  const { t, format } = app;
  const worst = worstOf(members);
  const sum = totals(members);
  const runs = members.filter(({ pid }) => pid !== null);
  const up = runs.map((service) => uptime(service, now)).filter((value) => value !== null);
  const oldest = runs.map(({ started_at: at }) => at).sort()[0];
  return [
    ['pid', runs.length === 1 ? String(runs[0].pid) : runs.length ? t('service.pids', { n: runs.length }) : format.none, runs.map(({ pid }) => pid).join(' ')],
    ['uptime', up.length ? format.duration(Math.max(...up)) : format.none, oldest && t('overview.uptime_exact', { at: format.exact(oldest) })],
    ['restarts', format.count(sum.restarts), worst.max_restarts ? t('service.unstable_of', { n: worst.unstable_runs, limit: worst.max_restarts }) : t('service.unstable', { n: worst.unstable_runs })],
    ['cpu', format.percent(sum.cpu_percent), t('service.cpu_exact')],
    ['memory', format.bytes(sum.memory_bytes), sum.memory_bytes === null ? null : t('service.bytes', { count: format.count(sum.memory_bytes) })],
    ['threads', `${format.count(sum.processes)} / ${format.count(sum.threads)}`, t('service.threads_exact')],
    ['files', format.count(sum.open_files), null],
    ['io', `${format.rate(sum.read_bytes_per_second)} · ${format.rate(sum.written_bytes_per_second)}`, t('service.io_exact')],
    ['last_exit', worst.last_exit ? lastExitWords(worst.last_exit, app) : null, worst.last_exit && format.exact(worst.last_exit.at)],
    ['starts', t(!worst.enabled ? 'service.by_hand' : worst.held_down ? 'service.held_down' : 'service.with_supervisor'), null],
    ['dropped', sum.log_dropped_bytes ? format.bytes(sum.log_dropped_bytes) : null, t('service.dropped_exact', { lines: format.count(sum.log_dropped_lines) })],
  ];
}

export function facts(app) {
  const { t } = app;
  const shown = new Map();
  const ports = h('dd', {});
  let shownPorts = null;
  const portsCell = h('div', {}, h('dt', {}, t('overview.ports')), ports);
  const element = h('dl', { class: 'service-facts' });

  function cell(key) {
    if (!shown.has(key)) {
      const value = h('dd', {});
      const box = h('div', {}, h('dt', {}, t(`service.fact_${key}`)), value);
      shown.set(key, { value, box });
      element.append(box);
      if (key === 'memory') element.append(portsCell);
    }
    return shown.get(key);
  }

  return {
    element,
    draw(members, now) {
      for (const [key, value, title] of list(members, now, app)) {
        const { value: node, box } = cell(key);
        text(node, value ?? '');
        attr(node, 'title', title || null);
        attr(box, 'hidden', value === null);
      }
      const open = totals(members).ports;
      if (String(open) === shownPorts) return;
      shownPorts = String(open);
      replace(ports, open.length ? portLinks(open) : app.format.none);
    },
  };
}
