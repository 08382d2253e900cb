// Events as rows, the newest first. Used by the events page and by that of a service.

import { h, replace } from '../dom.js';
import { eventWords, toneOf } from './event_words.js';
import { dot, emptyWords } from './marks.js';

function subject(event, t) {
  const name = event.instance ?? event.service;
  if (!name) return h('span', { class: 'event-name muted' }, event.data?.monitor ? t('event.monitor') : t('event.supervisor'));
  return h('a', { class: 'event-name', href: `#/service/${encodeURIComponent(name)}` }, name);
}

function row(event, app, isNamed) {
  const { t, format } = app;
  const words = eventWords(event, app);
  return h('li', { class: 'event', 'data-kind': event.kind },
      h('time', { class: 'event-at', datetime: event.at, title: format.exact(event.at) }, timeWords(event.at, format)),
      dot(toneOf(event)),
      isNamed && subject(event, t), h('span', { class: 'event-words', title: `${event.kind} · ${event.id}` }, words));
}

function timeWords(at, format) {
  const isToday = format.dateTime(at).slice(0, 10) === format.dateTime(Date.now()).slice(0, 10);
  return isToday ? format.clock(at) : format.dateTime(at);
}

export function eventList(app, { isNamed, most, empty }) {
  const list = h('ol', { class: `events${isNamed ? ' events-named' : ''}` });
  let shown = [];

  function draw() {
    if (shown.length === 0) replace(list, h('li', {}, emptyWords(empty)));
  }

  return {
    element: list,
    get first() {
      return shown[0]?.id ?? null;
    },
    get last() {
      return shown.at(-1)?.id ?? null;
    },
    get length() {
      return shown.length;
    },
    // Puts events by rising numbers in their places; those that are here already are left out.
    add(events) {
      if (shown.length === 0) list.replaceChildren();
      const first = shown[0]?.id ?? Infinity;
      const last = shown.at(-1)?.id ?? -Infinity;
      const older = events.filter(({ id }) => id < first);
      const newer = shown.length ? events.filter(({ id }) => id > last) : [];
      list.append(...older.toReversed().map((event) => row(event, app, isNamed)));
      list.prepend(...newer.toReversed().map((event) => row(event, app, isNamed)));
      shown = [...older, ...shown, ...newer];
      while (newer.length && shown.length > most) {
        shown.shift();
        list.lastChild.remove();
      }
      draw();
    },
    clear() {
      shown = [];
      list.replaceChildren();
      draw();
    },
  };
}
