// Crash records: how each run ended that should not have, with its last lines.

import { h, replace, text } from '../dom.js';
import { ago } from '../parts/clockwork.js';
import { dot, emptyWords } from '../parts/dot.js';
import { printed } from './why.js';

function howItEnded(crash, t) {
  if (crash.error) return crash.error;
  const how = crash.signal ? t('event.signal', { signal: crash.signal })
    : crash.code === null ? t('event.ended') : t('event.code', { code: crash.code });
  return crash.core_dumped ? `${how}, ${t('event.core')}` : how;
}

function details(crash, { t, format }) {
  const rows = [
    [t('crash.instance'), crash.instance],
    ['PID', crash.pid === null ? null : String(crash.pid)],
    [t('crash.reason'), crash.reason === 'exited' ? null : crash.reason],
    [t('crash.ran'), crash.run_seconds === undefined ? null : format.duration(crash.run_seconds)],
    [t('crash.cpu'), crash.cpu_seconds === undefined ? null : format.seconds(crash.cpu_seconds)],
    [t('crash.memory'), crash.peak_memory_bytes ? format.bytes(crash.peak_memory_bytes) : null],
    [t('crash.out_of_memory'), crash.out_of_memory],
    [t('crash.core'), crash.core],
    [t('crash.left_out'), crash.left_out ? format.count(crash.left_out) : null],
  ].filter(([, value]) => value);
  return h('dl', { class: 'crash-facts' }, rows.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))));
}

function record(crash, isOpen, app) {
  const { t, format } = app;
  const lines = (crash.output ?? []).filter((stream) => stream.lines.length > 0);
  return h('li', {}, h('details', { class: 'crash', open: isOpen },
      h('summary', {}, dot('bad'), h('span', { class: 'crash-how' }, howItEnded(crash, t)),
          crash.run_seconds !== undefined && h('span', { class: 'muted' }, t('event.after', { time: format.seconds(crash.run_seconds) })),
          h('span', { class: 'muted crash-at' }, ago(crash.at))),
      details(crash, app),
      lines.map((stream) => h('figure', { class: 'crash-output' },
          h('figcaption', {}, t('crash.last_lines', { stream: t(`log.stream.${stream.stream}`), n: stream.lines.length }), stream.cut ? ` ${t('crash.cut')}` : ''),
          printed(stream.lines))),
      lines.length === 0 && emptyWords(t('crash.no_output'))));
}

export function crashes(app) {
  const { t } = app;
  const title = h('h2', {}, t('service.crashes'));
  const list = h('ol', { class: 'crash-list' });
  const element = h('section', { class: 'panel service-crashes', tabindex: '-1' }, title, list);
  const opened = new Set();

  return {
    element,
    show({ kept, crashes: records }) {
      text(title, kept ? t('service.crashes_kept', { n: kept }) : t('service.crashes'));
      for (const node of list.querySelectorAll('details')) {
        if (node.open) opened.add(node.dataset.key);
        else opened.delete(node.dataset.key);
      }
      if (records.length === 0) {
        replace(list, h('li', {}, emptyWords(t('service.no_crashes'))));
        return;
      }
      replace(list, records.map((crash) => {
        const key = `${crash.instance} ${crash.run} ${crash.at}`;
        const item = record(crash, opened.has(key), app);
        item.firstChild.dataset.key = key;
        return item;
      }));
    },
    reveal() {
      element.scrollIntoView({ block: 'start' });
      const first = list.querySelector('details');
      if (first) first.open = true;
      element.focus({ preventScroll: true });
    },
  };
}
