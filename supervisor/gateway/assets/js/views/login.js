// The form to log in: errors stand beside the field they are about, and a throttled visitor sees for how long.

import { h, text, attr } from '../dom.js';
import { everySecond } from '../parts/clockwork.js';

function field(id, label, type, autocomplete) {
  const error = h('p', { class: 'field-error', id: `${id}-error` });
  const input = h('input', { id, name: id, type, autocomplete, required: true, 'aria-describedby': `${id}-error`, autocapitalize: 'off', spellcheck: 'false' });
  const say = (words) => {
    text(error, words ?? '');
    attr(input, 'aria-invalid', words ? 'true' : null);
  };
  input.addEventListener('input', () => say(null));
  return { node: h('div', { class: 'field' }, h('label', { for: id }, label), input, error), input, say };
}

// show(left) once a second, then over().
function countdown(show, seconds, over) {
  const end = Date.now() + seconds * 1000;
  let stop = () => {};
  const tick = (now) => {
    const left = Math.ceil((end - now) / 1000);
    if (left > 0) {
      show(left);
      return;
    }
    stop();
    over();
  };
  stop = everySecond(tick);
  tick(Date.now());
  return () => stop();
}

export function open(root, params, app) {
  const { t, store, format } = app;
  const user = field('user', t('login.user'), 'text', 'username');
  const password = field('password', t('login.password'), 'password', 'current-password');
  const button = h('button', { class: 'button primary', type: 'submit' }, t('login.do'));
  const message = h('p', { class: 'form-message', role: 'alert' });
  let stopCounting = () => {};

  const throttled = (seconds) => {
    button.disabled = true;
    text(message, t('login.throttled', { time: format.duration(seconds) }));
    stopCounting = countdown(
      (left) => text(button, `${t('login.do')} (${format.duration(left)})`),
      seconds,
      () => {
        button.disabled = false;
        text(button, t('login.do'));
        text(message, t('login.again'));
      },
    );
  };

  const refused = (error) => {
    if (error.status === 429) throttled(error.retryAfter ?? 5);
    else if (error.status === 401) text(message, t('login.wrong'));
    else text(message, t('login.failed', { message: error.code === 'unreachable' ? t('page.unreachable') : error.message }));
    if (error.status === 401) {
      password.input.value = '';
      password.input.focus();
    }
  };

  const complete = () => {
    user.say(user.input.value ? null : t('login.user_needed'));
    password.say(password.input.value ? null : t('login.password_needed'));
    const missing = [user, password].find((each) => !each.input.value);
    missing?.input.focus();
    return !missing;
  };

  const submit = async (event) => {
    event.preventDefault();
    if (button.disabled || !complete()) return;
    button.disabled = true;
    text(button, t('login.doing'));
    text(message, '');
    try {
      await app.logIn(user.input.value, password.input.value);
      location.hash = params.query.to?.startsWith('#/') ? params.query.to : '#/';
    } catch (error) {
      button.disabled = false;
      text(button, t('login.do'));
      refused(error);
    }
  };

  const form = h('form', { class: 'login', novalidate: true, onsubmit: submit, 'aria-labelledby': 'login-title' },
    h('h1', { id: 'login-title' }, t('login.title')),
    user.node, password.node, button, message,
    h('p', { class: 'hint' }, t('login.forgot')));
  const nobody = h('p', { class: 'notice' }, t('login.unavailable'));

  const update = () => root.replaceChildren(store.session && !store.session.login ? nobody : form);
  update();
  user.input.focus();
  const stop = store.subscribe(['session'], () => {
    if (!root.contains(form) || !store.session?.login) update();
  });
  return {
    close() {
      stop();
      stopCounting();
    },
  };
}
