// A log that is followed: its toolbar, its lines, and the stream they come from. Part of the service
// view and the whole of the log view.

import { everyFrame, h, text } from '../dom.js';
import * as format from '../format.js';
import { t } from '../i18n.js';
import { LogBuffer } from './buffer.js';
import { EMPTY, follows, toParameters, toQuery } from './filter.js';
import { LogRows, rawText } from './rows.js';
import { matcher } from './search.js';
import { toolbar } from './toolbar.js';
import { explain, rowWords, stateWords } from './words.js';

const FIRST_LINES = 500;
const OLDER_LINES = 500;
const LONGEST_SPAN = 10000;
const NEAR_END = 32;
const LONGEST_REST = 500;

// targets: text as in the API. options: {filter, named, changed(filter)}. `named`: show of
// which instance a line is.
export class LogPanel {
  constructor(app, targets, options) {
    this.app = app;
    this.targets = targets;
    this.options = options;
    this.filter = { ...EMPTY, ...options.filter };
    this.buffer = new LogBuffer();
    this.isFollowing = true;
    this.isPaused = false;
    this.unseen = 0;
    this.hits = [];
    this.lastTop = 0;
    this.#build();
    this.frame = everyFrame(() => this.#draw());
    this.#begin();
  }

  close() {
    this.stream?.close();
    this.frame.cancel();
    clearTimeout(this.later);
    this.observer.disconnect();
    this.bar.close();
    this.buffer.clear();
  }

  // Drawing takes a fifth of the time at most, so that the page answers whatever a service prints.
  draw() {
    if (this.later) return;
    const rest = (this.cost ?? 0) * 4;
    if (rest < 20) {
      this.frame();
      return;
    }
    this.later = setTimeout(() => {
      this.later = 0;
      this.frame();
    }, Math.min(rest, LONGEST_REST));
  }

  focus() {
    this.scroller.focus();
  }

  set(change) {
    const before = this.#address().toString();
    this.filter = { ...this.filter, ...change };
    this.bar.show(this.filter);
    this.rows.setExpression(matcher(this.filter.find, this.filter.expression));
    this.#countHits();
    this.options.changed(this.filter);
    if (this.#address().toString() !== before) this.#begin();
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    if (!isPaused) this.toEnd();
    this.#tell();
  }

  toEnd() {
    this.isPaused = false;
    this.isFollowing = true;
    this.unseen = 0;
    this.draw();
  }

  // Goes to the next place (step 1) or the one before (-1) where the search text was found.
  find(step) {
    if (this.hits.length === 0) return;
    this.hits[this.hit]?.classList.remove('log-here');
    this.hit = ((this.hit ?? (step > 0 ? -1 : 0)) + step + this.hits.length) % this.hits.length;
    const mark = this.hits[this.hit];
    this.isFollowing = false;
    mark.classList.add('log-here');
    mark.scrollIntoView({ block: 'center', inline: 'nearest' });
    this.bar.count(this.hit + 1, this.hits.length);
  }

  // What stays the same in the address while the search text only highlights.
  #address() {
    const { find, expression, ...rest } = this.filter;
    return toParameters(this.filter.only ? this.filter : { ...EMPTY, ...rest });
  }

  #build() {
    this.bar = toolbar(this, this.filter);
    this.bar.show(this.filter);
    this.list = h('div', { class: 'log-list' });
    this.note = h('div', { class: 'log-note', hidden: true });
    this.older = h('button', { class: 'log-older', type: 'button', hidden: true, onclick: () => this.#reachBack() },
        t('log.older'));
    this.scroller = h('div', {
      class: 'log-scroll', role: 'log', 'aria-live': 'off', 'aria-label': t('log.lines_of', { name: this.targets }),
      tabindex: '0', onscroll: () => this.#scrolled(), oncopy: (event) => this.#copy(event),
    }, this.older, this.list, this.note);
    this.news = h('button', { class: 'log-news', type: 'button', hidden: true, onclick: () => this.toEnd() });
    this.status = h('span', { class: 'log-status', role: 'status' });
    this.element = h('div', { class: `log-panel${this.options.named ? ' log-named' : ''}` },
        this.bar.element, h('div', { class: 'log-body' }, this.scroller, this.news), this.bar.foot(this.status));
    // A window of another size, or lines that turn out higher than was thought, keep the end in sight.
    this.observer = new ResizeObserver(() => {
      if (this.isFollowing && !this.isPaused) this.#stickToEnd();
    });
    this.observer.observe(this.scroller);
    this.observer.observe(this.list);
    this.rows = new LogRows(this.list, rowWords);
    this.rows.setExpression(matcher(this.filter.find, this.filter.expression));
  }

  #path() {
    return ['services', this.targets, 'logs'];
  }

  #query(more) {
    return { ...Object.fromEntries(toQuery(this.filter, Date.now())), ...more };
  }

  #begin() {
    this.stream?.close();
    this.buffer.clear();
    this.rows.clear();
    this.reachedBeginning = false;
    this.isFollowing = follows(this.filter);
    this.unseen = 0;
    this.isLoaded = false;
    this.trouble = null;
    this.bar.download(this.app.api.url(this.#path(), this.#query({ download: true })));
    if (follows(this.filter)) this.#follow();
    else this.#read();
    this.draw();
  }

  #follow() {
    const lines = this.filter.span ? LONGEST_SPAN : FIRST_LINES;
    let hasPosition = false;
    this.#state('connecting');
    this.stream = this.app.api.stream(this.#path(), this.#query({ follow: true, lines }), {
      on: {
        message: (item, id) => {
          hasPosition ||= id !== null;
          this.#take(item);
        },
      },
      onOpen: () => {
        // Without a position to go on from, the server begins where it began the first time.
        if (this.isLoaded && !hasPosition) this.buffer.expectRepeats();
        this.#state('live');
      },
      onLost: (error, seconds) => this.#state(seconds === null ? 'refused' : 'waiting', { error, seconds }),
    });
  }

  async #read() {
    const mine = new AbortController();
    this.stream = { close: () => mine.abort() };
    this.#state('reading');
    try {
      const answer = await this.app.api.get(this.#path(), this.#query({ lines: LONGEST_SPAN }));
      if (mine.signal.aborted) return;
      this.#take(answer);
      this.#state('ended', { cut: answer.cut, problems: answer.problems });
    } catch (error) {
      if (!mine.signal.aborted) this.#state('refused', { error });
    }
  }

  #take(item) {
    const { added, changed } = this.buffer.take(item);
    this.isLoaded = true;
    if (!this.isFollowing || this.isPaused) this.unseen += added.length;
    if (changed.length) this.rows.redraw(changed);
    this.draw();
  }

  #state(name, detail = {}) {
    this.state = name;
    this.detail = detail;
    this.trouble = name === 'refused' ? detail.error : null;
    this.isLoaded ||= name === 'live' || name === 'ended';
    this.draw();
  }

  #draw() {
    const begun = performance.now();
    const isHeld = this.isPaused || !this.isFollowing;
    if (!isHeld || this.rows.shown.length === 0) {
      this.rows.sync(this.buffer.entries, true);
      this.#stickToEnd();
      this.#countHits();
    }
    this.#tell();
    this.cost = performance.now() - begun;
  }

  #stickToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.lastTop = this.scroller.scrollTop;
  }

  #countHits() {
    this.hits = this.filter.find ? [...this.list.querySelectorAll('mark')] : [];
    this.hit = undefined;
    this.bar.count(0, this.hits.length);
  }

  #tell() {
    const isFollowed = follows(this.filter);
    this.news.hidden = !isFollowed || (this.isFollowing && !this.isPaused);
    text(this.news, this.unseen ? t('log.new_lines', { n: this.unseen, count: format.count(this.unseen) }) : t('log.to_end'));
    this.older.hidden = this.buffer.entries.length === 0 || (this.reachedBeginning && !this.#hasMoreHeld());
    this.bar.paused(this.isPaused, isFollowed);
    text(this.status, stateWords(this.isPaused ? 'paused' : this.state, this.detail, this.buffer.entries.length));
    this.status.dataset.state = this.isPaused ? 'paused' : this.state;
    explain(this.note, {
      ...this, isEmpty: this.buffer.entries.length === 0, isFiltered: this.#address().toString() !== '', clear: () => this.set(EMPTY),
    });
  }

  #hasMoreHeld() {
    return this.rows.shown[0]?.key !== this.buffer.entries[0]?.key;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const isAtEnd = scrollTop + clientHeight >= scrollHeight - NEAR_END;
    if (isAtEnd && !this.isFollowing && follows(this.filter) && !this.isPaused) this.toEnd();
    else if (!isAtEnd && scrollTop < this.lastTop - 1 && this.isFollowing) {
      this.isFollowing = false;
      this.#tell();
    }
    this.lastTop = scrollTop;
  }

  async #reachBack() {
    const { scrollHeight, scrollTop } = this.scroller;
    this.isFollowing = false;
    // What was held back while lines fell out at the beginning.
    if (this.rows.shown[0].key < this.buffer.entries[0].key) this.rows.sync(this.buffer.entries, false);
    if (!this.rows.widen(this.buffer.entries)) await this.#loadOlder();
    this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
    this.#countHits();
    this.#tell();
  }

  async #loadOlder() {
    const first = this.buffer.entries.find((entry) => !entry.gap);
    if (!first) return;
    // The answer ends before `until`: a little later, so that lines of the same moment come again
    // and are recognised.
    const until = new Date(Date.parse(first.at) + 5).toISOString();
    try {
      const { lines } = await this.app.api.get(this.#path(), this.#query({ lines: OLDER_LINES, until }));
      const added = this.buffer.prepend(lines);
      this.reachedBeginning = added.length === 0;
      if (added.length) this.rows.widen(this.buffer.entries);
    } catch (error) {
      this.trouble = error;
    }
  }

  #copy(event) {
    const copied = rawText(document.getSelection(), this.list, (key) => this.rows.entry(key));
    if (copied === null) return;
    event.clipboardData.setData('text/plain', copied);
    event.preventDefault();
  }
}
