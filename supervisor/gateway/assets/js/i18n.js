// The page's words. English is always there; another language is fetched when it is chosen.
//
//   languages                 [{code, name}]
//   language()                the code in use
//   await useLanguage(code)   changes it (kept in localStorage by main.js) and tells format.js
//   preferred(wishes, kept)   the first of ours among the browser's wishes, unless one was kept
//   t(key, values)            the text; {name} in it is replaced by values.name. With values.n, key_one or key_other is taken by
//                             the language's plural rules where there is such a key. A key that is missing is shown as it is.

import en from './texts/en.js';
import { setLanguage } from './format.js';

export const languages = [{ code: 'en', name: 'English' }, { code: 'es', name: 'Español' }];

const others = { es: () => import('./texts/es.js') };
const loaded = new Map([['en', en]]);
let current = 'en';
let rules = null;  // of the language in use, made when a number is spoken of

export const language = () => current;

export function preferred(wishes, kept) {
  const known = languages.map((each) => each.code);
  if (known.includes(kept)) return kept;
  return wishes.map((wish) => wish.split('-')[0].toLowerCase()).find((wish) => known.includes(wish)) ?? 'en';
}

export async function useLanguage(code) {
  if (!loaded.has(code)) loaded.set(code, (await others[code]()).default);
  current = code;
  rules = null;
  setLanguage(code);
}

function find(key, values) {
  const texts = loaded.get(current);
  if (typeof values?.n === 'number') {
    rules ??= new Intl.PluralRules(current);
    const plural = `${key}_${rules.select(values.n)}`;
    if (plural in texts) return texts[plural];
    if (`${key}_other` in texts) return texts[`${key}_other`];
  }
  return texts[key] ?? en[key] ?? key;
}

export function t(key, values) {
  return find(key, values).replace(/\{(\w+)\}/g, (all, name) => values?.[name] ?? all);
}
