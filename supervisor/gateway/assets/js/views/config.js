// The configuration as it runs: what the files, their defaults and includes came to. Secrets are not in it.

import { h, replace, text } from '../dom.js';
import { fileCheck } from '../parts/file_check.js';
import { copyButton, settingsTree } from '../parts/settings_tree.js';
import { rows, toText, tree } from '../parts/tree.js';

const TYPING = 150;

// Rows that have the word, and those above them that say where they belong.
export function only(found, word) {
  if (!word) return found;
  const wanted = word.toLowerCase();
  const kept = new Set();
  const above = [];
  found.forEach((row, at) => {
    while (above.length && found[above.at(-1)].path.length >= row.path.length) above.pop();
    const isHit = `${row.key ?? ''}: ${row.value ?? ''}`.toLowerCase().includes(wanted);
    const isBelow = above.some((parent) => kept.has(`whole ${parent}`));
    if (isHit) [...above, at].forEach((one) => kept.add(one));
    if (isHit && row.value === null) kept.add(`whole ${at}`);
    if (isBelow) kept.add(at);
    above.push(at);
  });
  return found.filter((_, at) => kept.has(at));
}

export function open(root, params, app) {
  const { t, api, store } = app;
  let found = [];
  let typing = 0;
  let isClosed = false;
  let last = store.events.at(-1)?.id ?? 0;

  const box = h('div', { class: 'settings-box panel' });
  const note = h('p', { class: 'view-note', role: 'status' }, t('overview.loading'));
  const where = h('p', { class: 'muted' });
  const find = h('input', {
    type: 'search', 'aria-label': t('config.find'), placeholder: t('config.find'), value: params.query?.find ?? '',
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(draw, TYPING);
    },
  });
  const file = fileCheck(app);
  const head = h('header', { class: 'view-head' }, h('h1', {}, t('page.config')), h('div', { class: 'view-tools' }, file.button, find));
  replace(root, h('div', { class: 'view' }, head, where, file.element, note, box));

  function draw() {
    const shown = only(found, find.value.trim());
    app.router.replaceQuery({ find: find.value.trim() });
    text(note, shown.length ? '' : t('config.nothing'));
    replace(box, shown.length > 0 && [copyButton(() => toText(shown), t), settingsTree(shown)]);
  }

  async function ask() {
    try {
      const { config } = await api.get(['config']);
      if (isClosed) return;
      const names = [...new Set([...store.services.values()].map(({ service }) => service))];
      found = rows(tree(config, [...names, ...namesIn(config)]));
      draw();
    } catch (error) {
      if (!isClosed) text(note, t('page.broken', { message: error.message }));
    }
  }

  const drawWhere = () => text(where, store.supervisor?.config ? t('config.where', { file: store.supervisor.config, version: store.supervisor.version }) : '');
  const unsubscribe = store.subscribe(['events', 'supervisor'], () => {
    drawWhere();
    const isNew = store.events.some(({ id, kind }) => id > last && kind === 'config_applied');
    last = store.events.at(-1)?.id ?? last;
    if (!isNew) return;
    file.applied();
    ask();
  });
  drawWhere();
  ask();
  return {
    close() {
      isClosed = true;
      clearTimeout(typing);
      file.close();
      unsubscribe();
    },
  };
}

// Longer names first: "web.v2" is not "web" with a setting "v2".
function namesIn(config) {
  const names = Object.keys(config).map((key) => /^(?:monitors|jobs|services)\.(.+)\.(?:command|interval)$/.exec(key)?.[1]);
  return [...new Set(names.filter(Boolean))].sort((one, other) => other.length - one.length);
}
