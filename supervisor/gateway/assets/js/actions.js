// Start, stop, restart, reload and scale: asks where it hurts, tells the API, and shows what became of it in place.
//
//   createActions({store, api, announce}) → actions
//   actions.allowed()                     whether this visitor may change anything
//   actions.verbsFor(service)             which of start, stop, restart, reload, scale make sense now and are permitted
//   actions.perform(verb, service)        any of those, after the question; a Promise
//   actions.run(verb, names)              start | stop | restart of these instances
//   actions.scale(service)                asks for the number
//   actions.items(service) → [{label, run}]    for openMenu()
//   actions.subscribe(f) → unsubscribe    f([{id, text}]): what went wrong, until dismissed
//   actions.dismiss(id)
// Nothing waits for the end of an action: the live stream shows it.

import { h } from './dom.js';
import { t } from './i18n.js';
import { ask } from './parts/dialog.js';

const kNamed = 12;
const kDown = new Set(['stopped', 'exited', 'failed']);

export function mayOperate(session) {
  return session?.level === 'operate' || session?.level === 'admin';
}

export function verbsOf(service, settings) {
  const down = kDown.has(service.state);
  const verbs = down ? ['start'] : ['restart', 'stop'];
  if (service.state === 'backoff' || service.state === 'waiting') verbs.unshift('start');
  const rolls = service.name !== service.service;
  if (service.state === 'running' && (settings.reloadSignal || rolls)) verbs.push('reload');
  return [...verbs, 'scale'];
}

function nameList(names) {
  const more = names.length - kNamed;
  return h('ul', { class: 'names' },
    names.slice(0, kNamed).map((name) => h('li', {}, name)),
    more > 0 && h('li', {}, t('confirm.and_more', { n: more })));
}

export function createActions({ store, api }) {
  const listeners = new Set();
  let problems = [];
  let nextId = 0;
  const changed = () => listeners.forEach((f) => f(problems));
  const failed = (verb, name, message) => {
    problems = [...problems, { id: nextId, text: t('action.failed', { verb: t(`action.do_${verb}`), name, message }) }].slice(-4);
    nextId += 1;
    changed();
  };

  const neededBy = (names) => {
    const services = new Set(names.map((name) => store.services.get(name)?.service ?? name));
    return [...store.settings].filter(([name, each]) => !services.has(name) && each.dependsOn.some((other) => services.has(other)))
      .map(([name]) => name);
  };

  const question = (verb, names) => {
    const one = names.length === 1;
    const needed = verb === 'start' ? [] : neededBy(names);
    return {
      title: one ? t(`confirm.${verb}`, { name: names[0] }) : t(`confirm.${verb}_many`, { n: names.length }),
      body: [
        !one && [h('p', {}, t(`confirm.${verb}s`)), nameList(names)],
        verb === 'stop' && h('p', {}, t(one ? 'confirm.stays' : 'confirm.stay')),
        needed.length > 0 && h('p', {}, t('confirm.needed_by', { names: needed.slice(0, kNamed).join(', ') })),
      ],
      confirm: t(`verb.${verb}`),
      tone: verb === 'stop' ? 'danger' : '',
      cancel: t('page.cancel'),
    };
  };

  const send = async (verb, targets, names, body) => {
    store.expect(names, verb);
    try {
      const answer = await api.post(['services', targets, verb], body, { wait: 'false' });
      for (const each of answer?.results ?? []) {
        if (each.ok) continue;
        store.settle([each.name]);
        failed(verb, each.name, each.message);
      }
    } catch (error) {
      store.settle(names);
      failed(verb, targets, error.code === 'unreachable' ? t('page.unreachable') : error.message);
    }
  };

  const run = async (verb, names) => {
    if (names.length === 0) return;
    const asks = verb === 'stop' || verb === 'restart' || names.length > 1;
    if (asks && !(await ask(question(verb, names)))) return;
    await send(verb, names.join(','), names, {});
  };

  // What reloading means is declared: a signal to this one, or a restart of one after the other.
  const reload = async (service) => {
    const one = store.settingsOf(service.service).reloadSignal !== null;
    const names = one ? [service.name] : [...store.services.values()].filter((each) => each.service === service.service).map((each) => each.name);
    if (!one && !(await ask(question('reload', [service.service])))) return;
    await send('reload', one ? service.name : service.service, names, {});
    if (one) store.settle(names);
  };

  const scale = async (service) => {
    const running = [...store.services.values()].filter((each) => each.service === service);
    // Of a service that was scaled to none, one row is left to say so.
    const now = running.length === 1 && running[0].state === 'stopped' ? 0 : running.length;
    const hint = h('p', { class: 'hint', 'aria-live': 'polite' });
    const input = h('input', {
      type: 'number', id: 'scale-to', min: 0, max: 1000, step: 1, required: true, value: now, inputmode: 'numeric', autofocus: true,
      oninput: () => describe(),
    });
    const describe = () => {
      const wanted = input.valueAsNumber;
      const valid = Number.isInteger(wanted) && wanted >= 0 && wanted <= 1000;
      const gone = valid && wanted < now ? running.filter((each) => each.instance >= wanted).map((each) => each.name) : [];
      hint.replaceChildren();
      if (!valid) hint.append(t('confirm.scale_range'));
      else if (wanted === now) hint.append(t('confirm.scale_same'));
      else if (wanted > now) hint.append(t('confirm.scale_more', { n: wanted - now }));
      else hint.append(t('confirm.stops'), ' ', gone.slice(0, kNamed).join(', '), gone.length > kNamed ? ' …' : '', wanted === 0 ? `. ${t('confirm.scale_none')}` : '');
    };
    describe();
    const wanted = await ask({
      title: t('confirm.scale', { name: service }),
      body: [h('p', {}, t('confirm.scale_now', { n: now })), h('label', { for: 'scale-to' }, t('confirm.scale_label')), input, hint],
      confirm: t('confirm.scale_do'),
      cancel: t('page.cancel'),
      value: () => input.valueAsNumber,
    });
    if (wanted === null || wanted === now) return;
    await send('scale', service, running.map((each) => each.name), { instances: wanted });
  };

  const allowed = () => mayOperate(store.session);
  const verbsFor = (service) => (allowed() ? verbsOf(service, store.settingsOf(service.service)) : []);
  const perform = (verb, service) => {
    if (verb === 'scale') return scale(service.service);
    return verb === 'reload' ? reload(service) : run(verb, [service.name]);
  };
  return {
    allowed,
    verbsFor,
    run,
    scale,
    items: (service) => verbsFor(service).map((verb) => ({ label: t(`verb.${verb}`), run: () => perform(verb, service) })),
    perform,
    subscribe: (f) => {
      listeners.add(f);
      f(problems);
      return () => listeners.delete(f);
    },
    dismiss: (id) => {
      problems = problems.filter((each) => each.id !== id);
      changed();
    },
  };
}
