// Search and filters of a log. It knows nothing of lines: it asks the panel, and shows what it is told.

import { h, text } from '../dom.js';
import * as format from '../format.js';
import { t } from '../i18n.js';
import { SPANS } from './filter.js';

const TYPING = 250;
const KEPT = 'mainstay.log.view';

function select(label, values, word, value, onchange) {
  const options = values.map((one) => h('option', { value: one }, word(one)));
  const element = h('select', { 'aria-label': label, onchange: () => onchange(element.value) }, options);
  element.value = value;
  return element;
}

function toggle(label, explanation, isOn, onchange) {
  const button = h('button', {
    type: 'button', class: 'log-toggle', 'aria-pressed': String(isOn), title: explanation,
    onclick: () => onchange(button.getAttribute('aria-pressed') !== 'true'),
  }, label);
  return button;
}

function press(button, isOn) {
  button.setAttribute('aria-pressed', String(isOn));
}

// The value of <input type=datetime-local> is local time without a zone.
function toLocal(at) {
  const date = format.toDate(at);
  return date ? format.dateTime(date).replace(' ', 'T') : '';
}

function fromLocal(value) {
  return format.toDate(value)?.toISOString() ?? '';
}

function keptView() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function keepView(view) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(view));
  } catch {
    // A browser that keeps nothing shows the usual view next time.
  }
}

export function toolbar(panel, filter) {
  let typing = 0;
  const view = { times: matchMedia('(min-width: 720px)').matches, wrap: true, ...keptView() };

  const find = h('input', {
    type: 'search', class: 'log-find', placeholder: t('log.find'), 'aria-label': t('log.find'), value: filter.find,
    spellcheck: 'false', autocomplete: 'off',
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(() => panel.set({ find: find.value }), TYPING);
    },
    onkeydown: (event) => {
      if (event.key !== 'Enter') return;
      clearTimeout(typing);
      if (find.value !== panel.filter.find) panel.set({ find: find.value });
      panel.find(event.shiftKey ? 1 : -1);
    },
  });
  const hits = h('span', { class: 'log-hits', 'aria-live': 'polite' });
  const previous = h('button', { type: 'button', class: 'log-step', 'aria-label': t('log.previous'), title: t('log.previous'), onclick: () => panel.find(-1) }, '↑');
  const next = h('button', { type: 'button', class: 'log-step', 'aria-label': t('log.next'), title: t('log.next'), onclick: () => panel.find(1) }, '↓');
  const expression = toggle('.*', t('log.expression_title'), filter.expression, (isOn) => panel.set({ expression: isOn }));
  const only = toggle(t('log.only'), t('log.only_title'), filter.only, (isOn) => panel.set({ only: isOn }));
  const stream = select(t('log.stream'), ['', 'out', 'err'], (one) => t(`log.stream.${one || 'all'}`), filter.stream, (value) => panel.set({ stream: value }));
  const level = select(t('log.level'), ['', 'error', 'warn', 'info'], (one) => t(`log.level.${one || 'all'}`), filter.level, (value) => panel.set({ level: value }));
  const span = select(t('log.span'), SPANS, (one) => t(`log.span.${one === '-' ? 'range' : one || 'follow'}`), filter.span, (value) => panel.set({ span: value }));
  const since = h('input', { type: 'datetime-local', step: '1', 'aria-label': t('log.since'), onchange: () => panel.set({ since: fromLocal(since.value) }) });
  const until = h('input', { type: 'datetime-local', step: '1', 'aria-label': t('log.until'), onchange: () => panel.set({ until: fromLocal(until.value) }) });
  const range = h('span', { class: 'log-range' }, since, '–', until);
  const pause = h('button', { type: 'button', class: 'log-pause', onclick: () => panel.pause(!panel.isPaused) });
  const download = h('a', { class: 'button log-download', download: true }, t('log.download'));
  const times = toggle(t('log.times'), t('log.times_title'), view.times, (isOn) => show({ times: isOn }));
  const wrap = toggle(t('log.wrap'), t('log.wrap_title'), view.wrap, (isOn) => show({ wrap: isOn }));

  const element = h('div', { class: 'log-bar', role: 'toolbar', 'aria-label': t('log.toolbar') },
      h('span', { class: 'log-search' }, find, hits, previous, next, expression, only), stream, level, span, range,
      h('span', { class: 'log-right' }, pause));

  function show(change) {
    Object.assign(view, change);
    keepView(view);
    press(times, view.times);
    press(wrap, view.wrap);
    panel.element.classList.toggle('log-no-times', !view.times);
    panel.element.classList.toggle('log-no-wrap', !view.wrap);
  }

  return {
    element,
    foot(status) {
      queueMicrotask(() => show({}));
      return h('div', { class: 'log-foot' }, status, h('span', { class: 'log-right' }, times, wrap, download));
    },
    show(now) {
      if (document.activeElement !== find) find.value = now.find;
      press(expression, now.expression);
      press(only, now.only);
      stream.value = now.stream;
      level.value = now.level;
      span.value = now.span;
      range.hidden = now.span !== '-';
      if (document.activeElement !== since) since.value = toLocal(now.since);
      if (document.activeElement !== until) until.value = toLocal(now.until);
    },
    count(at, all) {
      const has = find.value !== '';
      text(hits, !has ? '' : at ? t('log.hit_of', { at: format.count(at), n: format.count(all) }) : t('log.hits', { n: all, count: format.count(all) }));
      previous.hidden = !has || all === 0;
      next.hidden = !has || all === 0;
    },
    paused(isPaused, isFollowed) {
      text(pause, isPaused ? t('log.resume') : t('log.pause'));
      pause.hidden = !isFollowed;
    },
    download(address) {
      download.href = address;
    },
    focus() {
      find.focus();
    },
    close() {
      clearTimeout(typing);
    },
  };
}
