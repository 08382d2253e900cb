// Boots the page: session, language, frame, live stream, and the view that the address names.
//
// A view is a module with `open(root, params, app) → {close()}`; params = {name, query}. app is
//   {store, api, actions, router: {parse, link, go, replaceQuery}, t, format, announce(text), keys(handler) → remove, reopen(), logOut(), charts}
// keys(handler): handler(key, event) gets plain key presses that no field and no dialog wanted; true says that it was used.

import { createApi } from './api.js';
import { Store } from './store.js';
import { startLive } from './live.js';
import { createActions } from './actions.js';
import { createFrame } from './frame.js';
import { watchStates } from './announce.js';
import * as format from './format.js';
import * as router from './router.js';
import { t, preferred, useLanguage } from './i18n.js';
import { listenKeys, showHelp } from './keys.js';
import { h, replace } from './dom.js';
import * as overview from './views/overview.js';

const views = {
  '': () => overview,
  service: () => import('./views/service.js'),
  log: () => import('./views/log.js'),
  monitors: () => import('./views/monitors.js'),
  events: () => import('./views/events.js'),
  analysis: () => import('./views/analysis.js'),
  config: () => import('./views/config.js'),
  audit: () => import('./views/audit.js'),
  login: () => import('./views/login.js'),
};

const store = new Store();
const api = createApi({ token: () => store.session?.csrf, onLoginRequired: () => askForLogin() });
const page = document.getElementById('page');
const announcements = document.getElementById('announcements');

let live = null;
let view = null;
let opening = 0;
let frame = null;

function announce(words) {
  announcements.textContent = words;
}

const app = {
  store, api, router, t, format, announce,
  actions: createActions({ store, api }),
  keys: listenKeys,
  reopen: () => openView(),
  chooseLanguage,
  logIn,
  logOut,
};

// What the browser keeps for us is a convenience, and may be forbidden.
function keep(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(`mainstay.${key}`);
    localStorage.setItem(`mainstay.${key}`, value);
  } catch { /* then it lasts as long as the page */ }
  return null;
}

function failed(error) {
  return h('div', { class: 'notice bad', role: 'alert' }, t('page.broken', { message: error.message }), ' ',
    h('button', { class: 'button', type: 'button', onclick: () => openView() }, t('page.try_again')));
}

async function openView() {
  const mine = opening += 1;
  const { path, query } = router.parse(location.hash);
  const [name = '', subject = null] = path;
  view?.close();
  view = null;
  frame.select(name, subject);
  const load = Object.hasOwn(views, name) ? views[name] : null;
  if (!load) {
    replace(frame.content, h('p', { class: 'notice' }, t('page.not_found'), ' ', h('a', { href: '#/' }, t('page.back'))));
    return;
  }
  try {
    const module = await load();
    if (mine !== opening) return;
    replace(frame.content);
    view = module.open(frame.content, { name: subject, query }, app);
  } catch (error) {
    if (mine === opening) replace(frame.content, failed(error));
  }
}

function begin() {
  live ??= startLive(api, store);
}

function end() {
  live?.close();
  live = null;
}

// Back to where one was, once somebody is known again.
function askForLogin() {
  end();
  const { path, query } = router.parse(location.hash);
  if (path[0] !== 'login') router.go(['login'], { to: router.link(path, query) });
}

async function logIn(user, password) {
  store.put('session', await api.post(['session'], { user, password }));
  begin();
}

async function logOut() {
  end();
  store.put('session', await api.remove(['session']));
  location.hash = '#/login';
  location.reload();
}

async function chooseLanguage(code) {
  keep('language', code);
  await useLanguage(code);
  document.documentElement.lang = code;
  build();
  openView();
}

function build() {
  frame?.close();
  frame = createFrame(app, keep);
  replace(page, frame.node);
}

async function readSession() {
  for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
    try {
      return await api.get(['session']);
    } catch (error) {
      frame.problem(error);
      await new Promise((resolve) => { setTimeout(resolve, wait); });
    }
  }
}

async function boot() {
  const code = preferred(navigator.languages ?? ['en'], keep('language'));
  await useLanguage(code);
  document.documentElement.lang = code;
  build();
  listenKeys((key) => key === '?' && (showHelp(), true));
  watchStates(store, announce);
  const session = await readSession();
  frame.problem(null);
  store.put('session', session);
  if (session.level) begin();
  else askForLogin();
  addEventListener('hashchange', openView);
  openView();
}

boot();
