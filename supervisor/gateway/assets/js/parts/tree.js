// Flat settings ("services.backend.health[0].interval": "2s") as the tree they were written as.

// "a.b[0].c" → ["a", "b", 0, "c"].
export function path(key) {
  return [...key.matchAll(/[^.[\]]+|\[(\d+)\]/g)]
      .map(([word, index]) => (index === undefined ? word : Number(index)));
}

// Names of services, monitors and variables may have dots; nobody knows where they end but the one
// who knows the keys. `names` are those that stand as one word after their parent.
export function pathOf(key, names) {
  for (const parent of ['services', 'jobs', 'monitors']) {
    const rest = key.startsWith(`${parent}.`) ? key.slice(parent.length + 1) : null;
    const name = rest && names.find((one) => rest === one || rest.startsWith(`${one}.`));
    if (name) return [parent, name, ...settingPath(rest.slice(name.length + 1))];
  }
  return settingPath(key);
}

// Below `env` and `headers` a name is everything that is left.
function settingPath(key) {
  if (key === '') return [];
  const words = /^(.*?\b(?:env|headers))\.(.+)$/.exec(key);
  return words ? [...path(words[1]), words[2]] : path(key);
}

// Nested maps: {key: 'text' | Map}. Lists are maps with numbers.
export function tree(settings, names = []) {
  const root = new Map();
  for (const [key, value] of Object.entries(settings)) {
    const words = pathOf(key, names);
    let node = root;
    for (const word of words.slice(0, -1)) {
      if (!(node.get(word) instanceof Map)) node.set(word, new Map());
      node = node.get(word);
    }
    node.set(words.at(-1), value);
  }
  return root;
}

// Rows of what it would be as YAML: {indent, key, value, path}; `value` is null where more rows
// follow, `item` says that the row begins an entry of a list.
export function rows(node, indent = 0, parents = [], pending = '') {
  const found = [];
  let lead = pending;
  for (const [key, value] of node) {
    const here = [...parents, key];
    const item = typeof key === 'number';
    const isMap = value instanceof Map;
    if (item && isMap) {
      found.push(...rows(value, indent + 1, here, '- '));
      continue;
    }
    found.push({
      indent: lead ? indent - 1 : indent, lead: lead || (item ? '- ' : ''), path: here,
      key: item ? null : key, value: isMap ? null : value,
    });
    lead = '';
    if (isMap) found.push(...rows(value, indent + 1, here));
  }
  return found;
}

const PLAIN = /^[A-Za-z0-9_./~][A-Za-z0-9_./:~ -]*$|^\[.*\]$|^".*"$/s;

// A value as YAML writes it.
export function scalar(value) {
  return PLAIN.test(value) && !/: |:$| $/.test(value) ? value : JSON.stringify(value);
}

export function toText(found) {
  return found.map(({ indent, lead, key, value }) => {
    const name = key === null ? '' : `${key}:`;
    const text = value === null ? '' : scalar(value);
    return `${'  '.repeat(indent)}${lead}${[name, text].filter(Boolean).join(' ')}`;
  }).join('\n');
}
