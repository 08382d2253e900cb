import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import en from '../../supervisor/gateway/assets/js/texts/en.js';
import es from '../../supervisor/gateway/assets/js/texts/es.js';
import { KINDS } from '../../supervisor/gateway/assets/js/parts/event_words.js';

const assets = new URL('../../supervisor/gateway/assets/js/', import.meta.url);
// What the supervisor says in English is a text of its own there, and translated here.
const OWN = /^cause\./;

function* modules(folder = assets) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== 'texts') yield* modules(new URL(`${entry.name}/`, folder));
    else if (entry.name.endsWith('.js')) yield new URL(entry.name, folder);
  }
}

const isText = (key) => key in en || `${key}_other` in en;

test('every text is there in both languages', () => {
  const base = (texts) => Object.keys(texts).filter((key) => !OWN.test(key)).sort();
  assert.deepEqual(base(es), base(en));
});

test('a text names the same values in both languages', () => {
  const names = (text) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
  for (const [key, text] of Object.entries(en)) {
    if (!/_(one|other)$/.test(key)) assert.deepEqual(names(es[key]), names(text), key);
  }
});

test('every text that is asked for is there', () => {
  for (const module of modules()) {
    for (const [, key] of readFileSync(module, 'utf8').matchAll(/\bt\(\s*'([\w.]+)'/g)) {
      assert.ok(isText(key), `${key} in ${module.pathname}`);
    }
  }
});

test('every kind of event has its name', () => {
  for (const kind of KINDS) {
    assert.ok(isText(`kind.${kind}`) || isText(`event.${kind}`) || isText(`event.${kind.replace('service_', '')}`), kind);
  }
});
