// Speaks with the gateway.
//
//   createApi({token, onLoginRequired}) → api      token() gives the CSRF token; onLoginRequired() is called at every 401
//   await api.get(path, query)                     → the result;   path is an array of segments or a text below /api/v1/
//   await api.post(path, body, query)              → the result
//   await api.remove(path)                         → the result of DELETE
//   api.url(path, query)                           → for links (download)
//   api.stream(path, query, {on: {name: f(data, id)}, onOpen, onLost(error, seconds), lastId}) → {close()}
//        server-sent events, resumed by Last-Event-ID after every loss; unnamed events are called 'message'.
//        An answer that another attempt will not change (400, 403, 404) ends it: onLost(error, null).
//   createParser(onEvent) → feed(text)             the format of server-sent events, for api.stream and its tests
// Everything that fails throws an ApiError {code, message, status, retryAfter}: code 'unreachable' when nobody answered.

const kBase = 'api/v1/';
const kSilence = 40000;  // The gateway says something every 15 seconds.
const kLongestWait = 15000;

export class ApiError extends Error {
  constructor(code, message, status = 0, retryAfter = null) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

function url(path, query) {
  const segments = Array.isArray(path) ? path.map(encodeURIComponent).join('/') : path;
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(given).toString();
  return kBase + segments + (search ? `?${search}` : '');
}

async function failure(response) {
  let error = {};
  try {
    error = (await response.json()).error ?? {};
  } catch { /* not ours: a proxy's page, or an answer that was cut off */ }
  const after = Number(error.retry_after_seconds ?? response.headers.get('Retry-After'));
  return new ApiError(error.code ?? `http_${response.status}`, error.message ?? `${response.status} ${response.statusText}`,
    response.status, Number.isFinite(after) && after > 0 ? after : null);
}

async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, { credentials: 'same-origin', cache: 'no-store', ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError('unreachable', String(error.message ?? error));
  }
  if (!response.ok) throw await failure(response);
  return response;
}

export function createParser(onEvent) {
  let rest = '';
  let event = { name: 'message', id: null, data: [] };
  const line = (text) => {
    if (text === '') {
      if (event.data.length) onEvent(event.name, event.data.join('\n'), event.id);
      event = { name: 'message', id: null, data: [] };
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') event.data.push(value);
    else if (field === 'event') event.name = value;
    else if (field === 'id') event.id = value;
  };
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop();
    lines.forEach(line);
  };
}

class Stream {
  #closed = false;
  #attempts = 0;
  #abort = null;
  #timer = 0;
  #silence = 0;

  constructor(address, handlers, check) {
    this.address = address;
    this.handlers = handlers;
    this.lastId = handlers.lastId ?? null;
    this.check = check;
    this.#run();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#abort?.abort();
  }

  async #run() {
    this.#abort = new AbortController();
    let error = new ApiError('unreachable', 'the connection ended');
    try {
      await this.#read();
    } catch (caught) {
      error = caught;
    }
    clearTimeout(this.#silence);
    if (this.#closed) return;
    this.#abort.abort();
    this.#after(error);
  }

  async #read() {
    const headers = { Accept: 'text/event-stream', ...(this.lastId === null ? {} : { 'Last-Event-ID': this.lastId }) };
    const response = await ask(this.address, { headers, signal: this.#abort.signal });
    this.#attempts = 0;
    this.handlers.onOpen?.();
    const feed = createParser((name, data, id) => this.#event(name, data, id));
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      this.#watch();
      const { value, done } = await reader.read();
      if (done || this.#closed) return;
      feed(decoder.decode(value, { stream: true }));
    }
  }

  #event(name, data, id) {
    if (this.#closed) return;
    if (id !== null) this.lastId = id;
    this.handlers.on[name]?.(JSON.parse(data), id);
  }

  // A connection that says nothing is dead, whatever the network believes.
  #watch() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#abort.abort(), kSilence);
  }

  #after(error) {
    if (!(error instanceof ApiError)) error = new ApiError('unreachable', String(error?.message ?? error));
    this.check(error);
    if ([400, 401, 403, 404].includes(error.status)) {
      this.handlers.onLost?.(error, null);
      return;
    }
    // Somewhere in the upper half, so that a thousand pages do not come back in one moment.
    const longest = Math.min(kLongestWait, 250 * 2 ** this.#attempts);
    this.#attempts += 1;
    const wait = Math.max(longest * (0.5 + Math.random() / 2), (error.retryAfter ?? 0) * 1000);
    this.handlers.onLost?.(error, wait / 1000);
    this.#timer = setTimeout(() => this.#run(), wait);
  }
}

export function createApi({ token = () => null, onLoginRequired = () => {} } = {}) {
  const check = (error) => {
    if (error.status === 401 && error.code === 'login_required') onLoginRequired();
    return error;
  };
  const json = async (address, options) => {
    try {
      const response = await ask(address, options);
      return response.status === 204 ? null : await response.json();
    } catch (error) {
      throw error instanceof ApiError ? check(error) : error;
    }
  };
  const change = (method, path, body, query) => json(url(path, query), {
    method,
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': token() ?? '' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return {
    url,
    get: (path, query) => json(url(path, query), {}),
    post: (path, body = {}, query) => change('POST', path, body, query),
    remove: (path) => change('DELETE', path),
    stream: (path, query, handlers) => new Stream(url(path, query), handlers, check),
  };
}
