// What happened, live, the newest first; older ones on demand.

import { h, replace, text } from '../dom.js';
import { eventList } from '../parts/event_list.js';
import { KINDS } from '../parts/event_words.js';

const PAGE = 100;
const LARGEST = 1000;
const MOST = 2000;
// Kinds whose sentence begins with what they are called.
const NAMES = Object.fromEntries(['started', 'ready', 'failed', 'stopped', 'healthy', 'unhealthy', 'frozen']
    .map((word) => [`service_${word}`, `event.${word}`]));
for (const kind of ['config_applied', 'config_rejected', 'supervisor_started']) NAMES[kind] = `event.${kind}`;

class EventsView {
  constructor(root, query, app) {
    this.app = app;
    this.isClosed = false;
    this.filter = { service: query.service ?? '', kind: KINDS.includes(query.kind) ? query.kind : '' };
    this.#build(root);
    this.unsubscribe = app.store.subscribe(['events', 'services'], (changes) => {
      if (changes.has('services')) this.#fillServices();
      if (changes.has('events')) this.#take();
    });
    this.#begin();
  }

  close() {
    this.isClosed = true;
    this.unsubscribe();
  }

  #build(root) {
    const { t } = this.app;
    this.list = eventList(this.app, { isNamed: true, most: MOST, empty: t('events.none') });
    this.service = h('select', { 'aria-label': t('events.service'), onchange: () => this.#choose({ service: this.service.value }) });
    this.kind = h('select', { 'aria-label': t('events.kind'), onchange: () => this.#choose({ kind: this.kind.value }) },
        h('option', { value: '' }, t('events.every_kind')), KINDS.map((kind) => h('option', { value: kind }, t(NAMES[kind] ?? `kind.${kind}`))));
    this.kind.value = this.filter.kind;
    this.more = h('button', { type: 'button', class: 'button', hidden: true, onclick: () => this.#older() }, t('events.older'));
    this.note = h('p', { class: 'view-note', role: 'status' }, t('overview.loading'));
    replace(root, h('div', { class: 'view' },
        h('header', { class: 'view-head' }, h('h1', {}, t('page.events')), h('div', { class: 'view-tools' }, this.service, this.kind)),
        this.note, h('section', { class: 'panel', 'aria-label': t('page.events') }, this.list.element), h('p', { class: 'view-more' }, this.more)));
    this.#fillServices();
  }

  #fillServices() {
    const { t, store } = this.app;
    const names = [...new Set([...store.services.values()].map(({ service }) => service))].sort();
    if (this.filter.service && !names.includes(this.filter.service)) names.unshift(this.filter.service);
    if (String(names) === this.names) return;
    this.names = String(names);
    replace(this.service, h('option', { value: '' }, t('events.every_service')), names.map((name) => h('option', { value: name }, name)));
    this.service.value = this.filter.service;
  }

  #choose(change) {
    this.filter = { ...this.filter, ...change };
    this.app.router.replaceQuery(this.filter);
    this.#begin();
  }

  #fits(event) {
    const { service, kind } = this.filter;
    return (!service || event.service === service) && (!kind || event.kind === kind);
  }

  #take() {
    if (this.newest === undefined) return;
    const fresh = this.app.store.events.filter(({ id }) => id > this.newest);
    this.newest = Math.max(this.newest, fresh.at(-1)?.id ?? 0);
    const fitting = fresh.filter((event) => this.#fits(event));
    if (fitting.length) this.list.add(fitting);
  }

  async #begin() {
    const mine = this.filter;
    this.newest = undefined;
    try {
      const answer = await this.#read({});
      if (this.isClosed || mine !== this.filter) return;
      this.list.clear();
      this.newest = answer.next - 1;
      this.oldest = answer.events[0]?.id ?? 1;
      this.#show(answer.events, answer);
      this.#take();
      this.more.hidden = this.oldest <= 1;
      if (this.list.length < PAGE / 4) await this.#older();
    } catch (error) {
      if (!this.isClosed) text(this.note, this.app.t('page.broken', { message: error.message }));
    }
  }

  #read(query) {
    return this.app.api.get(['events'], { targets: this.filter.service, limit: PAGE, ...query });
  }

  #show(events, answer) {
    this.list.add(events.filter((event) => this.#fits(event)));
    text(this.note, answer.incomplete ?? '');
  }

  // Numbers have no gaps: the page before is that of the numbers below. What is rare, because only one
  // service or kind is wanted, is looked for in larger pieces, and not for ever.
  async #older() {
    const mine = this.filter;
    const before = this.list.length;
    const piece = mine.service || mine.kind ? LARGEST : PAGE;
    this.more.disabled = true;
    try {
      for (let pieces = 0; pieces < 10 && this.list.length - before < PAGE / 4 && this.oldest > 1; pieces += 1) {
        const from = Math.max(1, this.oldest - piece);
        const answer = await this.#read({ from, limit: piece });
        if (this.isClosed || mine !== this.filter) return;
        this.#show(answer.events.filter(({ id }) => id < this.oldest), answer);
        this.oldest = from;
      }
    } catch (error) {
      text(this.note, this.app.t('page.broken', { message: error.message }));
    } finally {
      this.more.disabled = false;
      this.more.hidden = this.oldest <= 1 || this.list.length === before;
    }
  }
}

export function open(root, params, app) {
  const view = new EventsView(root, params.query ?? {}, app);
  return { close: () => view.close() };
}
