// Why it is as it is: the supervisor's words, and the countdown to what comes next.

import { attr, h, replace, text } from '../dom.js';
import { pieces } from '../log/ansi.js';
import { eventWords } from '../parts/event_words.js';
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
