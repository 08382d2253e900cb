// What a service printed, as pieces to show: colours of SGR sequences become class names, everything
// else that could command a terminal or hide text becomes visible text, as `ctl logs` does it.

// Foreground and background of the sixteen colours, for the nearest one of the 256 and of RGB.
const PALETTE = [
  [0, 0, 0], [205, 49, 49], [13, 188, 121], [229, 229, 16], [36, 114, 200], [188, 63, 188],
  [17, 168, 205], [204, 204, 204], [102, 102, 102], [241, 76, 76], [35, 209, 139], [245, 245, 67],
  [59, 142, 234], [214, 112, 214], [41, 184, 219], [255, 255, 255],
];
const CUBE = [0, 95, 135, 175, 215, 255];

const ESC = '\x1b';
const SGR = /^\x1b\[([0-9;:]*)m/;
// C0 without tab, DEL, C1, zero-width and bidirectional controls, line separators.
const HIDDEN = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const HIDDEN_ALL = new RegExp(HIDDEN.source, 'g');

export function visible(text) {
  return text.replace(HIDDEN_ALL, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}`
                       : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

function nearest(red, green, blue) {
  let best = 0;
  let least = Infinity;
  PALETTE.forEach(([r, g, b], at) => {
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (distance < least) [best, least] = [at, distance];
  });
  return best;
}

function of256(number) {
  if (number < 16) return number;
  if (number >= 232) {
    const grey = 8 + (number - 232) * 10;
    return nearest(grey, grey, grey);
  }
  const at = number - 16;
  return nearest(CUBE[Math.floor(at / 36)], CUBE[Math.floor(at / 6) % 6], CUBE[at % 6]);
}

// 38 and 48 take more numbers: the colour, and how many of them were used.
function extended(numbers, at) {
  const [kind, first, second, third] = numbers.slice(at + 1, at + 5);
  if (kind === 5 && first >= 0 && first < 256) return [of256(first), 2];
  const rgb = [first, second, third];
  if (kind === 2 && rgb.every((part) => part >= 0 && part < 256)) return [nearest(...rgb), 4];
  return [undefined, numbers.length];
}

const MARKS = { 1: 'bold', 2: 'dim', 3: 'italic', 4: 'underline', 7: 'inverse', 9: 'strike' };
const ENDS = {
  22: ['bold', 'dim'], 23: ['italic'], 24: ['underline'], 27: ['inverse'], 29: ['strike'],
};

function applyOne(style, code) {
  if (code === 0) return {};
  if (MARKS[code]) return { ...style, [MARKS[code]]: true };
  if (ENDS[code]) return { ...style, ...Object.fromEntries(ENDS[code].map((name) => [name, false])) };
  if (code === 39) return { ...style, front: undefined };
  if (code === 49) return { ...style, back: undefined };
  if (code >= 30 && code <= 37) return { ...style, front: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, front: code - 82 };
  if (code >= 40 && code <= 47) return { ...style, back: code - 40 };
  if (code >= 100 && code <= 107) return { ...style, back: code - 92 };
  return style;
}

function apply(style, parameters) {
  const numbers = parameters.split(/[;:]/).map((word) => (word === '' ? 0 : Number(word)));
  let next = style;
  for (let at = 0; at < numbers.length; at += 1) {
    if (numbers[at] === 38 || numbers[at] === 48) {
      const [colour, used] = extended(numbers, at);
      if (colour !== undefined) {
        next = { ...next, [numbers[at] === 38 ? 'front' : 'back']: colour };
      }
      at += used;
    } else {
      next = applyOne(next, numbers[at]);
    }
  }
  return next;
}

function classesOf(style) {
  const names = Object.values(MARKS).filter((mark) => style[mark]).map((mark) => `sgr-${mark}`);
  if (style.front !== undefined) names.push(`sgr-f${style.front}`);
  if (style.back !== undefined) names.push(`sgr-b${style.back}`);
  return names.join(' ');
}

// [{text, classes}]: `text` has nothing in it that a browser would not show.
export function pieces(text) {
  if (!HIDDEN.test(text)) return text === '' ? [] : [{ text, classes: '' }];
  const found = [];
  let style = {};
  let from = 0;
  const take = (to) => {
    if (to > from) found.push({ text: visible(text.slice(from, to)), classes: classesOf(style) });
  };
  for (let at = text.indexOf(ESC); at !== -1; at = text.indexOf(ESC, at + 1)) {
    const sequence = SGR.exec(text.slice(at, at + 64));
    if (!sequence) continue;
    take(at);
    style = apply(style, sequence[1]);
    from = at + sequence[0].length;
  }
  take(text.length);
  return found;
}

// The text without colours, as it is shown and searched.
export function plain(text) {
  return pieces(text).map((piece) => piece.text).join('');
}
