// Everything works without this file. It adds the theme switch without a reload, keys, dialogs, fragments instead of whole
// pages, and the progress of an import. It never builds HTML: it asks for the page and takes the part it needs.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const still = matchMedia('(prefers-reduced-motion: reduce)');

const say = text => {
  const box = $('#say');
  if (box) box.textContent = text;
};

// ---------- parts of pages ----------

/** Replaces the elements with these ids by those of the page at `url`. Returns the address it ended at. */
async function swap(url, ids, options = {}) {
  const places = ids.map(id => document.getElementById(id)).filter(Boolean);
  places.forEach(place => place.setAttribute('aria-busy', 'true'));
  try {
    const answer = await fetch(url, { credentials: 'same-origin', headers: { accept: 'text/html' }, ...options });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = ids.map(id => page.getElementById(id));
    if (answer.redirected && !found.some(Boolean)) {
      location.assign(answer.url); // signed out meanwhile: the sign-in page has none of these parts
      return answer.url;
    }
    if (!answer.ok && !found.some(Boolean)) throw new Error(page.querySelector('h1')?.textContent ?? `${answer.status}`);
    found.forEach((part, i) => {
      const place = document.getElementById(ids[i]);
      if (part && place) place.replaceWith(document.adoptNode(part));
    });
    return answer.url;
  } finally {
    ids.forEach(id => document.getElementById(id)?.removeAttribute('aria-busy'));
  }
}

const partsOf = element => (element.dataset.swap ?? '').split(' ').filter(Boolean);

/** Marks the link in a list that leads to the open feedback. */
function markCurrent(link) {
  $$('[data-keys] [aria-current]').forEach(other => other.removeAttribute('aria-current'));
  link.setAttribute('aria-current', 'true');
  link.scrollIntoView({ block: 'nearest' });
}

async function follow(link, push = true) {
  markCurrent(link);
  try {
    await swap(link.href, partsOf(link));
    if (push) history.pushState({ swapped: partsOf(link) }, '', link.href);
    say('Opened');
  } catch {
    location.assign(link.href);
  }
}

document.addEventListener('click', event => {
  const link = event.target.closest('a[data-swap]');
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  // On a narrow screen the list gives way to the pane: there the whole page is the part.
  if (!link || !plain || matchMedia('(width < 66rem)').matches) return;
  event.preventDefault();
  follow(link);
});

addEventListener('popstate', () => location.reload());

// ---------- forms ----------

/** Shows at once what a correction will say; the server's own words follow. */
function foresee(form) {
  for (const choice of $$('[data-choice]', form)) {
    const label = document.getElementById(choice.dataset.choice), field = $('select', choice);
    if (!label || !field || field.value === choice.dataset.was) continue;
    const word = $('[data-word]', label), sure = $('.sure', label);
    if (word) word.textContent = field.selectedOptions[0]?.textContent ?? field.value;
    if (sure) sure.textContent = 'saving';
    label.classList.add('fixed');
  }
}

document.addEventListener('submit', async event => {
  const form = event.target;
  if (form.matches('[data-theme-form]')) {
    event.preventDefault();
    return switchTheme();
  }
  const sure = event.submitter?.dataset.sure;
  if (sure && !confirm(sure)) {
    event.preventDefault();
    return;
  }
  if (!form.matches('form[data-swap]')) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const focus = form.dataset.focus;
  foresee(form);
  try {
    const url = await swap(form.action, partsOf(form), { method: 'POST', body });
    if (!url.includes(location.pathname)) history.replaceState(null, '', url);
    say('Saved');
    (focus && document.getElementById(focus) || $('#pane'))?.focus({ preventScroll: true });
  } catch (problem) {
    say(`Not saved: ${problem.message}`);
    form.submit(); // the whole page says what is wrong
  }
});

/** A form with data-preview shows how it would look while it is filled in. */
for (const form of $$('form[data-preview]')) {
  let wait;
  form.addEventListener('input', () => {
    clearTimeout(wait);
    wait = setTimeout(async () => {
      const body = new URLSearchParams(new FormData(form));
      try { await swap(form.dataset.preview, ['preview'], { method: 'POST', body }); } catch { /* the button still shows it */ }
    }, 400);
  });
}

// ---------- theme ----------

function switchTheme() {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const next = (root.dataset.theme ?? (dark ? 'dark' : 'light')) === 'dark' ? 'light' : 'dark';
  const set = () => { root.dataset.theme = next; };
  document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
  if (document.startViewTransition && !still.matches) document.startViewTransition(set);
  else set();
}

// ---------- dialogs and menus ----------

document.addEventListener('click', event => {
  const opener = event.target.closest('[data-open]');
  const dialog = opener && document.getElementById(opener.dataset.open);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop
  for (const menu of $$('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  for (const menu of $$('details.menu[open]')) {
    menu.open = false;
    $('summary', menu)?.focus();
  }
});

// ---------- the words a label rests on ----------

function light(label, on) {
  const name = label?.dataset.label;
  if (!name) return;
  const pane = label.closest('#pane') ?? document;
  for (const mark of $$('mark[data-of]', pane)) {
    if (mark.dataset.of.split(' ').includes(name)) mark.classList.toggle('lit', on);
  }
}
for (const [type, on] of [['pointerover', true], ['pointerout', false], ['focusin', true], ['focusout', false]]) {
  document.addEventListener(type, event => light(event.target.closest?.('[data-label]'), on));
}

// ---------- keys ----------
// Never while typing, never with a modifier; can be switched off under "?" (WCAG 2.1.4).

const keysOff = () => {
  try { return localStorage.getItem('keys') === 'off'; } catch { return false; }
};

function step(by) {
  const links = $$('[data-keys] a.item');
  if (links.length) {
    const at = links.findIndex(link => link.getAttribute('aria-current') === 'true');
    const next = links[Math.max(0, Math.min(links.length - 1, at + by))];
    if (!next || (links.indexOf(next) === at && at >= 0)) {
      const more = $(by > 0 ? 'a[rel=next]' : 'a[rel=prev]');
      return more && location.assign(more.href);
    }
    next.focus({ preventScroll: true });
    return matchMedia('(width < 66rem)').matches ? next.scrollIntoView({ block: 'nearest' }) : follow(next);
  }
  const quotes = $$('[data-keys] .quote');
  const at = quotes.indexOf(document.activeElement?.closest?.('.quote'));
  const next = quotes[Math.max(0, Math.min(quotes.length - 1, at < 0 ? 0 : at + by))];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest', behavior: still.matches ? 'auto' : 'smooth' });
}

const act = {
  j: () => step(1),
  k: () => step(-1),
  '/': () => $('#find')?.showModal(),
  '?': () => $('#keys')?.showModal(),
  o: () => $('a[data-opens]', document.activeElement?.closest?.('.quote') ?? document.body)?.click(),
  e: () => {
    const fix = $('#pane details.fix');
    if (fix) {
      fix.open = true;
      $('select, input', fix)?.focus();
    }
  },
};

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || keysOff()) return;
  if (event.target.closest?.('input, textarea, select, [contenteditable], dialog')) return;
  const does = Object.hasOwn(act, event.key) && act[event.key];
  if (does) {
    event.preventDefault();
    does();
  }
});

const keySwitch = $('#keys-on');
if (keySwitch) {
  keySwitch.closest('[hidden]')?.removeAttribute('hidden');
  keySwitch.checked = !keysOff();
  keySwitch.addEventListener('change', () => {
    try { localStorage.setItem('keys', keySwitch.checked ? 'on' : 'off'); } catch { /* private window */ }
  });
}

// ---------- import: drop a file, watch it come in ----------

for (const zone of $$('[data-drop]')) {
  const input = $('input[type=file]', zone);
  const over = on => zone.classList.toggle('over', on);
  zone.addEventListener('dragover', event => { event.preventDefault(); over(true); });
  zone.addEventListener('dragleave', () => over(false));
  zone.addEventListener('drop', event => {
    event.preventDefault();
    over(false);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.form.requestSubmit();
  });
  input.addEventListener('change', () => input.form.requestSubmit());
}

/** A part with data-poll asks for itself again until the server leaves the attribute out. */
function poll() {
  const part = $('[data-poll]');
  if (!part?.id) return;
  setTimeout(async () => {
    if (!document.hidden) {
      try { await swap(location.href, [part.id]); } catch { /* the next round tries again */ }
      if (!$('[data-poll]')) return location.reload(); // finished: the rest of the page changes too
    }
    poll();
  }, Math.max(500, Number(part.dataset.poll) || 1000));
}
poll();

document.documentElement.dataset.ready = 'true';
