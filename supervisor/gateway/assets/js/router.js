// Which view the address names: `#/service/backend?tab=log` is {path: ['service', 'backend'], query: {tab: 'log'}}. Pure but for go().
//
//   parse(hash) → {path, query}
//   link(path, query) → '#/…'        for href; segments are encoded
//   go(path, query)                  opens a view; replaceQuery(query) changes only what is behind the `?`, without a new entry

export function parse(hash) {
  const [path, search = ''] = hash.replace(/^#?\/?/, '').split('?');
  const decoded = path.split('/').filter(Boolean).map((each) => {
    try {
      return decodeURIComponent(each);
    } catch {
      return each;
    }
  });
  return { path: decoded, query: Object.fromEntries(new URLSearchParams(search)) };
}

// A colon means nothing there, and `worker:0` is what one reads.
const segment = (text) => encodeURIComponent(text).replaceAll('%3A', ':');

export function link(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(segment).join('/')}${search ? `?${search}` : ''}`;
}

export function go(path, query) {
  location.hash = link(path, query);
}

export function replaceQuery(query) {
  history.replaceState(null, '', link(parse(location.hash).path, query));
}
