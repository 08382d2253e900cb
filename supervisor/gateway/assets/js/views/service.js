// One service, or one instance of it: state, why, numbers, charts, crashes, events, settings, and its
// live log as the largest thing.

import { h, replace } from '../dom.js';
import { fromParameters, toParameters } from '../log/filter.js';
import { LogPanel } from '../log/panel.js';
import { everySecond } from '../parts/clockwork.js';
import { eventList } from '../parts/event_list.js';
import { settings } from '../parts/settings_tree.js';
import { needsReading } from '../parts/why_words.js';
import { charts } from '../service/charts.js';
import { facts, header } from '../service/head.js';
import { checks, instances } from '../service/members.js';
import { isWhole, membersOf, worstOf } from '../service/subject.js';
import { crashes, whySection } from '../service/why.js';

const EVENTS = 30;
const AFTER_CHANGE = 150;
const MINUTE = 60000;
// What changes the answer of `why` and the settings, and what leaves a crash record.
const TELLING = /^(service|memory|config|log_dropped)/;

class ServiceView {
  constructor(root, name, query, app) {
    Object.assign(this, { root, name, app });
    this.closers = [];
    this.isClosed = false;
    this.lastEvent = app.store.events.at(-1)?.id ?? 0;
    this.#build(query);
    this.closers.push(app.store.subscribe(['services', 'pending', 'session', 'settings'], () => this.draw()));
    this.closers.push(app.store.subscribe(['events'], () => this.#takeEvents()));
    this.closers.push(everySecond((now) => this.draw(now)));
    this.closers.push(app.store.subscribe(['host'], () => {
      if (this.log && !document.hidden && Date.now() - this.askedChecks >= MINUTE) this.#askChecks();
    }));
    this.closers.push(app.keys((key) => this.#press(key)));
    this.draw();
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.later);
    for (const close of this.closers) close();
    this.log?.close();
    this.charts.close();
  }

  #build(query) {
    const { app, name } = this;
    this.missing = h('div', { class: 'service-missing', hidden: true });
    this.head = header(name, app);
    this.facts = facts(app);
    this.why = whySection(app, (way) => this.#go(way));
    this.charts = charts(name, app);
    this.checks = checks(app);
    this.instances = instances(app);
    this.crashes = crashes(app);
    this.settings = settings(app);
    this.events = eventList(app, { isNamed: false, most: 200, empty: app.t('events.none') });
    this.logBox = h('section', { class: 'service-log', 'aria-label': app.t('verb.log') });
    const aside = h('div', { class: 'service-side' }, this.charts.element, this.checks.element);
    this.body = h('div', { class: 'service' }, this.head.element, this.facts.element, this.why.element, this.instances.element,
        h('div', { class: 'service-main' }, this.logBox, aside),
        h('div', { class: 'service-more' }, this.crashes.element,
            h('section', { class: 'panel service-events' }, h('h2', {}, app.t('page.events')),
                h('div', { class: 'scroll-y', tabindex: '0', role: 'region', 'aria-label': app.t('page.events') }, this.events.element))),
        this.settings.element);
    replace(this.root, this.missing, this.body);
    this.query = query;
  }

  // Once it is known that there is such a service: the log wants to know whether its lines need the
  // name of their instance.
  #begin(members) {
    if (this.log) return;
    this.charts.ask();
    this.#askChecks();
    this.log = new LogPanel(this.app, this.name, {
      filter: fromParameters(this.query), named: isWhole(members, this.name),
      changed: (filter) => this.app.router.replaceQuery(Object.fromEntries(toParameters(filter))),
    });
    replace(this.logBox, this.log.element);
    if (this.query.get('tab') === 'log') this.log.focus();
  }

  draw(now = Date.now()) {
    const members = membersOf(this.app.store.services, this.name);
    const isKnown = members.length > 0;
    this.body.hidden = !isKnown;
    this.missing.hidden = isKnown;
    if (!isKnown) {
      this.#sayMissing();
      return;
    }
    const worst = worstOf(members);
    this.head.draw(members, now);
    this.facts.draw(members, now);
    this.why.drawNext(worst, now);
    this.instances.draw(members, now, isWhole(members, this.name));
    this.checks.draw(members);
    this.#begin(members);
    const needed = needsReading(worst) || this.query.get('tab') === 'why';
    if (needed !== this.wasNeeded) this.why.open(needed);
    this.wasNeeded = needed;
    if (worst.state !== this.lastState || worst.health !== this.lastHealth) this.#askSoon();
    this.lastState = worst.state;
    this.lastHealth = worst.health;
  }

  // Before the first answer of the live stream nobody knows.
  #sayMissing() {
    const { t, store } = this.app;
    if (store.services.size === 0 && store.connection.state !== 'live') return;
    if (this.missing.firstChild) return;
    replace(this.missing, h('h1', {}, this.name), h('p', {}, t('service.missing', { name: this.name })), h('p', {}, h('a', { href: '#/' }, t('page.back'))));
  }

  // Marks are of a minute each.
  #askChecks() {
    this.askedChecks = Date.now();
    this.checks.ask(this.name, membersOf(this.app.store.services, this.name));
  }

  #press(key) {
    const { actions, store } = this.app;
    const members = membersOf(store.services, this.name);
    if (members.length === 0) return false;
    const verbs = actions.verbsFor(worstOf(members));
    const wanted = { r: ['restart'], s: ['stop', 'start'] }[key]?.find((verb) => verbs.includes(verb));
    if (wanted) actions.run(wanted, [this.name]);
    else if (key === 'l') this.log.focus();
    else if (key === '/') this.log.bar.focus();
    else if (key === 'Escape') this.#leave();
    else return false;
    return true;
  }

  // Out of a field first, then out of the page.
  #leave() {
    const active = document.activeElement;
    if (active instanceof HTMLElement && this.root.contains(active) && active.matches('input, select')) active.blur();
    else this.app.router.go([]);
  }

  #takeEvents() {
    const fresh = this.app.store.events.filter(({ id }) => id > this.lastEvent);
    this.lastEvent = this.app.store.events.at(-1)?.id ?? this.lastEvent;
    const mine = fresh.filter(({ service, instance }) => service === this.name || instance === this.name);
    if (mine.length === 0) return;
    this.events.add(mine);
    this.charts.addEvents(mine);
    if (mine.some(({ kind }) => TELLING.test(kind))) this.#askSoon();
  }

  #askSoon() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.#ask(), AFTER_CHANGE);
  }

  async #read(path, query, take, fail = () => {}) {
    try {
      const answer = await this.app.api.get(path, query);
      if (!this.isClosed) take(answer);
    } catch (error) {
      if (!this.isClosed) fail(error);
    }
  }

  #ask() {
    clearTimeout(this.later);
    const path = ['services', this.name];
    this.#read([...path, 'why'], {}, (answer) => {
      this.why.show(answer);
      this.draw();
    }, (error) => this.why.fail(error));
    this.#read([...path, 'crashes'], { limit: 10 }, (answer) => this.crashes.show(answer));
    this.#read(path, {}, (answer) => this.settings.show(answer));
    if (this.events.length === 0) {
      this.#read(['events'], { targets: this.name, limit: EVENTS }, (answer) => {
        if (this.events.length === 0) this.events.add(answer.events);
      });
    }
  }

  #go({ verb, name }) {
    const { actions } = this.app;
    if (verb === 'logs') this.log?.focus();
    else if (verb === 'show' || verb === 'crashes') this.crashes.reveal();
    else if (verb === 'why') location.hash = `#/service/${encodeURIComponent(name)}`;
    else if (actions?.allowed()) actions.run(verb, [name]);
  }
}

export function open(root, params, app) {
  const view = new ServiceView(root, params.name, new URLSearchParams(params.query), app);
  return { close: () => view.close() };
}
