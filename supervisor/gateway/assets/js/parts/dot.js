// The dot before a word of state. It is never without its word.
//
//   dot(tone) → element         tone: 'good' | 'busy' | 'warn' | 'bad' | 'off' | ''
//   setTone(element, tone)
//   emptyWords(words) → element    what is said where there is nothing

import { attr, h } from '../dom.js';

export const dot = (tone) => h('span', { class: `dot ${tone || 'none'}`, 'aria-hidden': 'true' });

export const setTone = (element, tone) => attr(element, 'class', `dot ${tone || 'none'}`);

export const emptyWords = (words) => h('p', { class: 'muted nothing-here' }, words);
