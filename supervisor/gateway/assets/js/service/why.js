// Why it is as it is, in the supervisor's words with a countdown to what comes next; and the crash records: how each run ended that
// should not have, with its last lines.

import { attr, h, replace, text } from '../dom.js';
import { pieces } from '../log/ansi.js';
import { ago } from '../parts/clockwork.js';
import { eventWords } from '../parts/event_words.js';
import { dot, emptyWords } from '../parts/marks.js';
import { nextWords, reckoning, wayTo } from '../parts/why_words.js';

// Lines that a service printed, coloured, never parsed.
export function printed(lines) {
  return h('pre', { class: 'printed' }, lines.map((line) => h('span', { class: 'printed-line' },
      pieces(line).map(({ text: said, classes }) => h('span', { class: classes || null }, said)), '\n')));
}

function row(label, ...content) {
  return h('div', { class: 'why-row' }, h('dt', {}, label), h('dd', {}, content));
}

function commands(list, { t, router }, goTo) {
  return h('ul', { class: 'why-try' }, list.map((command) => {
    const way = wayTo(command);
    const code = h('code', {}, command);
    return h('li', {}, way ? h('button', { type: 'button', class: 'link-button', title: t('why.go'), onclick: () => goTo(way, router) }, code) : code);
  }));
}

function beforeWords(event, app) {
  return h('li', {}, h('time', { title: app.format.exact(event.at) }, app.format.clock(event.at)), ' ', eventWords(event, app));
}

// goTo({verb, name}) shows or does what a command says.
export function whySection(app, goTo) {
  const { t } = app;
  const headline = h('span', { class: 'why-headline', lang: 'en' });
  const next = h('dd', { class: 'why-next' });
  const nextRow = h('div', { class: 'why-row', hidden: true }, h('dt', {}, t('why.next')), next);
  const left = h('dl', { class: 'why-part' }, nextRow);
  const right = h('dl', { class: 'why-part' });
  const summary = h('summary', {}, h('h2', {}, t('verb.why')), headline);
  const element = h('details', { class: 'service-why panel' }, summary, h('div', { class: 'why-facts' }, left, right));
  let answer = null;

  function drawNext(service, now) {
    const words = nextWords(service, service.received, now, app.format);
    const how = reckoning(answer?.next);
    const said = words ? t(words.key, words.values) : '';
    const all = [said || answer?.next, said && how && `(${how})`].filter(Boolean).join(' ');
    text(next, all);
    attr(nextRow, 'hidden', !all);
  }

  return {
    element,
    open(isOpen) {
      element.open = isOpen;
    },
    show(got) {
      answer = got;
      const { crashes } = got;
      text(headline, got.headline);
      replace(left, nextRow,
          got.gives_up && row(t('why.gives_up'), h('span', { lang: 'en' }, got.gives_up)),
          got.before.length > 0 && row(t('why.before'), h('ol', { class: 'why-before' }, got.before.slice(-6).map((event) => beforeWords(event, app)))),
          got.checks?.length > 0 && row(t('service.checks'), h('ul', { lang: 'en' }, got.checks.map((check) => h('li', {}, check)))),
          got.notes.length > 0 && row(t('why.notes'), h('ul', { lang: 'en' }, got.notes.map((note) => h('li', {}, note)))),
          got.rules.length > 0 && row(t('why.rules'), h('ul', { class: 'why-rules', lang: 'en' }, got.rules.map((rule) => h('li', {}, h('code', {}, rule))))));
      replace(right,
          got.last_words && row(t('why.last_words_of', { stream: t(`log.stream.${got.last_words.stream}`) }), printed(got.last_words.lines)),
          crashes && row(t('service.crashes'), h('a', { href: '#', onclick: (event) => { event.preventDefault(); goTo({ verb: 'crashes' }); } }, t('why.kept', { n: crashes.kept }))),
          got.try.length > 0 && row(t('why.try'), commands(got.try, app, goTo)));
    },
    fail(error) {
      text(headline, error.message);
      replace(left, nextRow);
      replace(right);
    },
    drawNext,
  };
}

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
