// Tells screen readers of changes of state, and of nothing else: numbers move all the time.
//
//   watchStates(store, announce) → stop

import { t } from './i18n.js';
import { unhealthy } from './parts/state.js';

const kOneByOne = 3;

// On the way from one to another: nothing that one has to hear.
const kPassing = new Set(['starting', 'stopping']);

const words = (service) => t(unhealthy(service) ? 'health.unhealthy' : `state.${service.state}`);

export function watchStates(store, announce) {
  const known = new Map();
  let connection = 'connecting';

  const services = (names) => {
    const changed = [];
    for (const name of names) {
      const service = store.services.get(name);
      if (service && kPassing.has(service.state)) continue;
      const now = service ? words(service) : null;
      const before = known.get(name);
      if (now === null) known.delete(name);
      else known.set(name, now);
      if (now !== null && before !== undefined && before !== now) changed.push(t('announce.state', { name, state: now }));
    }
    if (changed.length > kOneByOne) announce(t('announce.many', { n: changed.length }));
    else if (changed.length > 0) announce(changed.join('. '));
  };

  return store.subscribe(['services', 'connection'], (changes) => {
    if (store.connection.state !== connection) {
      if (store.connection.state === 'lost') announce(t('announce.lost'));
      else if (connection === 'lost') announce(t('announce.live'));
      connection = store.connection.state;
    }
    if (changes.get('services')) services(changes.get('services'));
  });
}
