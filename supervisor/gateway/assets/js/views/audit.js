// Who changed what, from where, and what came of it; and whether nothing was taken out of the record.

import { attr, h, replace, text } from '../dom.js';
import { dot } from '../parts/marks.js';

const PAGE = 100;
const TONES = { done: 'good', accepted: '', failed: 'bad', denied: 'warn' };

function row(event, { t, format }) {
  const data = event.data ?? {};
  const what = [data.verb, data.signal, data.rollback && '--rollback', data.targets, data.instances].filter(Boolean).join(' ');
  const resultKey = `result.${data.result}`;
  const result = t(resultKey) === resultKey ? data.result ?? '–' : t(resultKey);
  return h('tr', {},
      h('td', { class: 'nowrap' }, h('time', { datetime: event.at, title: format.exact(event.at) }, format.dateTime(event.at))),
      h('td', {}, data.user ? `${data.user} ` : '', h('span', { class: data.user ? 'muted' : null }, data.who ?? '–')),
      h('td', { class: 'muted' }, data.from ?? '–', data.pid ? ` (pid ${data.pid})` : ''),
      h('td', {}, h('code', {}, what || event.kind)),
      h('td', { class: 'nowrap' }, dot(TONES[data.result] ?? ''), ' ', result),
      h('td', { class: 'muted' }, data.reason ?? ''));
}

// {ok, words, head} of what audit.verify answered; `head` is what a person should note elsewhere.
export function verdict(answer, { t, format }) {
  if (answer.ok) return { ok: true, words: t('audit.whole', { n: answer.entries, count: format.count(answer.entries) }), head: answer.head };
  const { id, reason } = answer.broken ?? {};
  return { ok: false, words: [t('audit.broken', { where: id ?? '?' }), reason].filter(Boolean).join(': '), head: null };
}

class AuditView {
  constructor(root, app) {
    const { t } = app;
    this.app = app;
    this.isClosed = false;
    this.body = h('tbody', {});
    this.note = h('p', { class: 'view-note', role: 'status' }, t('overview.loading'));
    this.answer = h('p', { class: 'audit-verdict', role: 'status', hidden: true });
    this.verify = h('button', { type: 'button', class: 'button', onclick: () => this.#verify() }, t('audit.verify'));
    this.more = h('button', { type: 'button', class: 'button', hidden: true, onclick: () => this.#older() }, t('events.older'));
    const columns = ['at', 'who', 'from', 'what', 'result', 'reason'].map((key) => h('th', { scope: 'col' }, t(`audit.${key}`)));
    this.table = h('div', { class: 'panel scroll-x', tabindex: '0', role: 'region', 'aria-label': t('page.audit'), hidden: true },
        h('table', { class: 'grid' }, h('thead', {}, h('tr', {}, columns)), this.body));
    replace(root, h('div', { class: 'view' },
        h('header', { class: 'view-head' }, h('h1', {}, t('page.audit')), h('div', { class: 'view-tools' }, this.verify)),
        this.answer, this.note, this.table, h('p', { class: 'view-more' }, this.more)));
    this.unsubscribe = app.store.subscribe(['events'], () => this.#take());
    this.#begin();
  }

  close() {
    this.isClosed = true;
    this.unsubscribe();
  }

  async #begin() {
    try {
      const answer = await this.app.api.get(['audit'], { limit: PAGE });
      if (this.isClosed) return;
      const events = answer.entries;
      this.oldest = events[0]?.id ?? null;
      this.newest = Math.max(events.at(-1)?.id ?? 0, this.app.store.events.at(-1)?.id ?? 0);
      replace(this.body, events.toReversed().map((event) => row(event, this.app)));
      this.more.hidden = events.length < PAGE;
      this.#tell(events.length);
    } catch (error) {
      if (this.isClosed) return;
      this.verify.hidden = true;
      text(this.note, error.code === 'denied' ? this.app.t('audit.denied') : this.app.t('page.broken', { message: error.message }));
    }
  }

  #tell(count) {
    text(this.note, count ? '' : this.app.t('audit.none'));
    attr(this.table, 'hidden', count === 0);
  }

  #take() {
    if (this.newest === undefined) return;
    const fresh = this.app.store.events.filter(({ id, kind }) => id > this.newest && kind === 'action');
    this.newest = this.app.store.events.at(-1)?.id ?? this.newest;
    if (fresh.length === 0) return;
    this.body.prepend(...fresh.toReversed().map((event) => row(event, this.app)));
    this.#tell(this.body.childElementCount);
  }

  async #older() {
    this.more.disabled = true;
    try {
      const answer = await this.app.api.get(['audit'], { limit: PAGE, before: this.oldest });
      const events = answer.entries.filter(({ id }) => id < this.oldest);
      this.oldest = events[0]?.id ?? this.oldest;
      this.body.append(...events.toReversed().map((event) => row(event, this.app)));
      this.more.hidden = events.length < PAGE;
    } catch (error) {
      text(this.note, this.app.t('page.broken', { message: error.message }));
    } finally {
      this.more.disabled = false;
    }
  }

  async #verify() {
    const { api, t } = this.app;
    this.verify.disabled = true;
    this.answer.hidden = false;
    attr(this.answer, 'data-tone', null);
    text(this.answer, t('audit.verifying'));
    try {
      const { ok, words, head } = verdict(await api.get(['audit', 'verify']), this.app);
      attr(this.answer, 'data-tone', ok ? 'good' : 'bad');
      replace(this.answer, words, head && [' ', t('audit.head'), ' ', h('code', {}, head)]);
    } catch (error) {
      attr(this.answer, 'data-tone', 'bad');
      text(this.answer, error.message);
    } finally {
      this.verify.disabled = false;
    }
  }
}

export function open(root, params, app) {
  const view = new AuditView(root, app);
  return { close: () => view.close() };
}
