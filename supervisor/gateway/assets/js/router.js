// Which view the address names: `#/service/backend?tab=log` is {path: ['service', 'backend'], query: {tab: 'log'}}. Pure but for go().
//
//   parse(hash) → {path, query}
//   link(path, query) → '#/…'        for href; segments are encoded
//   go(path, query)                  opens a view; replaceQuery(query) changes only what is behind the `?`, without a new entry

export function parse(hash) {
  const [path, search = ''] = hash.replace(/^#?\/?/, '').split('?');
  const decoded = path.split('/').filter(Boolean).map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch {
      return segment;
    }
  });
  return { path: decoded, query: Object.fromEntries(new URLSearchParams(search)) };
}

export function link(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`;
}

export function go(path, query) {
  location.hash = link(path, query);
}

export function replaceQuery(query) {
  history.replaceState(null, '', link(parse(location.hash).path, query));
}
