// Keeps the store up to date from the one live stream, and reads once what that does not bring.
//
//   startLive(api, store) → {close()}
// The connection's state goes to store.connection; GET /supervisor and GET /config are read when the stream opens and again when an
// event says that they may be different: never by the clock.

const kConfigEvents = new Set(['config_applied', 'supervisor_started', 'supervisor_restarted']);

// "[web, \"a b\"]" as GET /config writes lists; names of tags and services need no quotes.
export function listOf(text) {
  return (text ?? '').replace(/^\[|\]$/g, '').split(',').map((each) => each.trim().replace(/^"|"$/g, '')).filter(Boolean);
}

export function settingsFrom(config) {
  const all = new Map();
  const key = /^services\.(.+?)\.(tags|description|reload\.signal|depends_on)(?:\.(.+))?$/;
  for (const [name, value] of Object.entries(config)) {
    const match = key.exec(name);
    if (!match) continue;
    const [, service, what, rest] = match;
    if (!all.has(service)) all.set(service, { tags: [], description: '', reloadSignal: null, dependsOn: [] });
    const settings = all.get(service);
    if (what === 'tags') settings.tags = listOf(value);
    else if (what === 'description') settings.description = value;
    else if (what === 'reload.signal') settings.reloadSignal = value;
    else if (rest) settings.dependsOn.push(rest);
  }
  return all;
}

export function startLive(api, store) {
  const readOnce = async (path, take) => {
    try {
      take(await api.get(path));
    } catch { /* the page works without it, and the next opening of the stream asks again */ }
  };
  const readAll = () => {
    readOnce(['supervisor'], (answer) => store.put('supervisor', answer));
    readOnce(['config'], (answer) => store.put('settings', settingsFrom(answer.config)));
  };
  const lost = () => {
    if (store.connection.state !== 'lost') store.put('connection', { state: 'lost', since: Date.now() });
  };
  const stream = api.stream(['live'], {}, {
    on: {
      services: (item) => store.apply(item),
      event: (event) => {
        store.addEvent(event);
        if (kConfigEvents.has(event.kind)) readAll();
      },
    },
    onOpen: () => {
      store.put('connection', { state: 'live', since: Date.now() });
      readAll();
    },
    onLost: lost,
  });
  return { close: () => stream.close() };
}
