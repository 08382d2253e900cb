// What the page knows, and who wants to be told when it changes. Pure: the scheduler and the clock can be given.
//
//   store.services   Map name → service object as of the API, in the supervisor's order, with `received` (milliseconds): countdowns and
//                    uptimes go on from there without asking again
//   store.events     the latest events that came live, by rising numbers, at most 500
//   store.host       {cpu_percent, memory_used_bytes, memory_bytes, load1, disks: [{mount, used_bytes, total_bytes}], uptime_seconds} or null
//   store.session    {user, level, csrf, login} or null before it is known
//   store.connection {state: 'connecting' | 'live' | 'lost', since: milliseconds}
//   store.supervisor the answer of GET /supervisor or null
//   store.settings   Map service → {tags: [], description, reloadSignal, dependsOn: []}, empty until the configuration was read
//   store.pending    Map name → {verb, since} of what was asked for on this page and has not shown yet
//   store.samples(name).values('cpu' | 'memory')        numbers of the last minutes, the oldest first, for small lines
//   store.hostSamples            the same of the host
//   store.seed(name, metric, points)    puts what the history knows, [{at: ms, value}], before the live samples
//   store.put(topic, value)      sets session, connection, supervisor, settings, host
//   store.apply(item)            takes an item of services.follow
//   store.addEvent(event)
//   store.expect(names, verb) · store.settle(names)     what was asked for, and that it is over
//   store.subscribe(topics, f) → unsubscribe     f(changes) once a frame; changes is a Map topic → Set of names (services, pending) or true.
//                                                topics: services, events, host, session, connection, supervisor, settings, pending

const kSamples = 60;
const kEvents = 500;
const kPendingLasts = 15000;

export const noSettings = Object.freeze({ tags: [], description: '', reloadSignal: null, dependsOn: [] });

export function remaining(seconds, received, now) {
  return seconds === null || seconds === undefined ? null : Math.max(0, seconds - (now - received) / 1000);
}

export function uptime(service, now) {
  return service.uptime_seconds === null || service.uptime_seconds === undefined
    ? null : service.uptime_seconds + Math.max(0, now - service.received) / 1000;
}

class Samples {
  at = [];
  cpu = [];
  memory = [];
  #before = { cpu: [], memory: [] };

  // What comes sooner than a second after the one before is a change of state with the same numbers.
  add(at, cpu, memory) {
    if (at - (this.at.at(-1) ?? -Infinity) < 1000) return;
    this.at.push(at);
    this.cpu.push(cpu);
    this.memory.push(memory);
    if (this.at.length > kSamples) {
      this.at.shift();
      this.cpu.shift();
      this.memory.shift();
    }
  }

  // Only what is older than the first live sample: the two never overlap.
  seed(metric, points) {
    const first = this.at[0] ?? Infinity;
    this.#before[metric] = points.filter((point) => point.at < first).map((point) => point.value);
  }

  values(metric) {
    return [...this.#before[metric], ...this[metric]].slice(-kSamples);
  }
}

export class Store {
  services = new Map();
  events = [];
  host = null;
  session = null;
  connection;
  supervisor = null;
  settings = new Map();
  pending = new Map();
  hostSamples = new Samples();

  #samples = new Map();
  #listeners = new Set();
  #changes = new Map();
  #scheduled = false;
  #schedule;
  #now;

  constructor({ schedule = (f) => requestAnimationFrame(f), now = () => Date.now() } = {}) {
    this.#schedule = schedule;
    this.#now = now;
    this.connection = { state: 'connecting', since: now() };
  }

  subscribe(topics, f) {
    const listener = { topics: new Set(topics), f };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  put(topic, value) {
    this[topic] = value;
    this.#changed(topic);
  }

  apply(item) {
    const received = this.#now();
    if (item.snapshot) this.#forgetAllBut(new Set(item.services.map((service) => service.name)), item.services);
    for (const service of item.services) this.#take(service, received);
    for (const name of item.removed ?? []) this.#forget(name);
    if (item.host) this.#takeHost(item.host, received);
  }

  addEvent(event) {
    const last = this.events.at(-1);
    if (last && event.id <= last.id) return;
    this.events.push(event);
    if (this.events.length > kEvents) this.events.splice(0, this.events.length - kEvents);
    this.#changed('events');
  }

  samples(name) {
    if (!this.#samples.has(name)) this.#samples.set(name, new Samples());
    return this.#samples.get(name);
  }

  seed(name, metric, points) {
    this.samples(name).seed(metric, points);
    this.#changed('services', name);
  }

  settingsOf(service) {
    return this.settings.get(service) ?? noSettings;
  }

  expect(names, verb) {
    for (const name of names) {
      this.pending.set(name, { verb, since: this.#now() });
      this.#changed('pending', name);
    }
  }

  settle(names) {
    for (const name of names) {
      if (this.pending.delete(name)) this.#changed('pending', name);
    }
  }

  // What was asked for and never showed (a stop of what is stopped) is not waited for for ever.
  dropStale() {
    const limit = this.#now() - kPendingLasts;
    this.settle([...this.pending].filter(([, each]) => each.since < limit).map(([name]) => name));
  }

  #take(service, received) {
    const before = this.services.get(service.name);
    service.received = received;
    if (before) this.services.set(service.name, service);
    else this.#insert(service);
    if (service.cpu_percent !== null && service.state !== 'failed' && service.pid !== null) {
      this.samples(service.name).add(received, service.cpu_percent, service.memory_bytes);
    }
    if (before && (before.state !== service.state || before.pid !== service.pid)) this.settle([service.name]);
    this.#changed('services', service.name);
  }

  // A new instance stands with the others of its service.
  #insert(service) {
    const all = [...this.services.values()];
    const place = all.findLastIndex((other) => other.service === service.service) + 1 || all.length;
    all.splice(place, 0, service);
    this.services = new Map(all.map((each) => [each.name, each]));
  }

  #takeHost(host, received) {
    this.host = host;
    this.hostSamples.add(received, host.cpu_percent, host.memory_used_bytes);
    this.#changed('host');
  }

  // A snapshot also says the order.
  #forgetAllBut(kept, services) {
    for (const name of [...this.services.keys()]) if (!kept.has(name)) this.#forget(name);
    const before = this.services;
    this.services = new Map(services.map((service) => [service.name, before.get(service.name) ?? service]));
  }

  #forget(name) {
    this.services.delete(name);
    this.#samples.delete(name);
    this.pending.delete(name);
    this.#changed('services', name);
  }

  #changed(topic, name) {
    if (name === undefined) this.#changes.set(topic, true);
    else if (!this.#changes.has(topic)) this.#changes.set(topic, new Set([name]));
    else if (this.#changes.get(topic) !== true) this.#changes.get(topic).add(name);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => this.#tell());
  }

  #tell() {
    this.#scheduled = false;
    const changes = this.#changes;
    this.#changes = new Map();
    for (const listener of [...this.#listeners]) {
      if ([...changes.keys()].some((topic) => listener.topics.has(topic))) listener.f(changes);
    }
  }
}
